/**
 * Parameters of a challenge by their names (RFC 9110 section 11.2), in the order in which they are
 * written.
 */
export type Parameters = Readonly<Record<string, string>>

/**
 * The parameters of several requirements as one. A parameter that several of them state is a list
 * whose items are separated by spaces, as `scope` is (RFC 6750 section 3): each item is named once.
 */
export function mergeParameters(parts: readonly Parameters[]): Parameters {
  const merged: Record<string, string> = Object.create(null)
  for (const [name, value] of parts.flatMap((part) => Object.entries(part))) {
    const items = [...(merged[name]?.split(' ') ?? []), ...value.split(' ')]
    merged[name] = [...new Set(items)].join(' ')
  }
  return merged
}
