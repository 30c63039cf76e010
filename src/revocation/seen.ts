/** What was received lately, so that it is not carried out again. */
export interface Seen {
  has(issuer: string, jti: string, now: number): boolean
  /** @param until Seconds since the epoch; undefined: for as long as there is room. */
  add(issuer: string, jti: string, until: number | undefined): void
}

/**
 * The oldest makes room for another one. That is harmless: whoever is received twice revokes the same
 * once more, and no token that was issued since.
 */
const most = 10_000

/** @param now Seconds since the epoch. */
export function createSeen(): Seen {
  const untils = new Map<string, number>()
  return {
    has: (issuer, jti, now) => now < (untils.get(keyOf(issuer, jti)) ?? 0),
    add(issuer, jti, until = Infinity) {
      const key = keyOf(issuer, jti)
      untils.delete(key)
      untils.set(key, until)
      if (untils.size <= most) return
      for (const oldest of untils.keys()) {
        untils.delete(oldest)
        return
      }
    },
  }
}

/** The length of the issuer keeps two pairs from making one key. */
function keyOf(issuer: string, jti: string): string {
  return `${issuer.length} ${issuer}${jti}`
}
