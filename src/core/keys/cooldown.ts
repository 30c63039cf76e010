/**
 * The budget of fetches that tokens with an unknown key may cause: one in each cooldown, whoever
 * sends them.
 */
export interface Cooldown {
  /** Seconds until the next fetch of this budget. */
  left(): number
  /** Takes the fetch of this cooldown; false if it has been taken already. */
  spend(): boolean
}

/**
 * @param seconds How long a cooldown is.
 * @param now The time in milliseconds since the epoch.
 */
export function createCooldown(seconds: number, now: () => number): Cooldown {
  let spentAt = -Infinity

  function left(): number {
    const t = now() / 1000
    // A clock that is set back must not make the cooldown last longer.
    spentAt = Math.min(spentAt, t)
    return Math.max(0, spentAt + seconds - t)
  }

  return {
    left,
    spend() {
      if (left() > 0) return false
      spentAt = now() / 1000
      return true
    },
  }
}
