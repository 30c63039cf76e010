import { InvalidTokenError } from '../errors.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Octets as a JSON object in UTF-8 (RFC 8725bis section 3.7). It is read as JSON.parse reads it: of
 * members with the same name the last one counts (RFC 7519 section 4).
 */
export function readJsonObject(octets: Uint8Array): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(utf8.decode(octets))
  } catch {
    throw new InvalidTokenError('malformed')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidTokenError('malformed')
  }
  return value as Record<string, unknown>
}
