const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Octets as a JSON object in UTF-8 (RFC 8725bis section 3.7), or undefined if they are none. It is
 * read as JSON.parse reads it: of members with the same name the last one counts (RFC 7519 section
 * 4).
 */
export function readJsonObject(octets: Uint8Array): Record<string, unknown> | undefined {
  let value: unknown
  try {
    value = JSON.parse(utf8.decode(octets))
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return value as Record<string, unknown>
}
