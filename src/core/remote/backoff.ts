/**
 * Holds further attempts back after failures, and for as long as the issuer asked to be left alone.
 */
export interface Backoff {
  /**
   * When the last failure was reported, in seconds since the epoch; undefined while nothing fails.
   */
  readonly heardAt: number | undefined
  /** Seconds for which attempts are held back. */
  left(t: number): number
  /** Seconds for which the issuer asked to be left alone. */
  asked(t: number): number
  /** The issuer asks to be left alone for so many seconds, and gets that up to the limit. */
  ask(t: number, seconds: number): void
  /** An attempt has failed: the next one waits, for so many seconds at least. */
  fail(t: number, atLeast: number): void
  /**
   * An attempt was lost at that time: it ended neither well nor badly. While attempts fail, the
   * next one waits as after a failure, but no new failure is reported.
   */
  lose(at: number): void
  clear(): void
  /** A clock that is set back must not make anything last longer than it may. */
  notAfter(t: number): void
}

const longestDelay = 60
const longestRetryAfter = 300

export function createBackoff(): Backoff {
  let failing: { at: number; times: number; delay: number; heardAt: number } | undefined
  let askedUntil = 0

  const asked = (t: number): number => Math.max(0, askedUntil - t)

  function setBack(at: number, heardAt: number, atLeast: number): void {
    const times = (failing?.times ?? 0) + 1
    failing = { at, times, delay: Math.max(delayAfter(times), atLeast), heardAt }
  }

  return {
    get heardAt() {
      return failing?.heardAt
    },
    left: (t) => (failing === undefined ? 0 : Math.max(0, failing.at + failing.delay - t)),
    asked,
    ask(t, seconds) {
      askedUntil = t + Math.min(seconds, longestRetryAfter)
    },
    fail(t, atLeast) {
      setBack(t, t, Math.max(asked(t), atLeast))
    },
    lose(at) {
      if (failing !== undefined) setBack(at, failing.heardAt, 0)
    },
    clear() {
      failing = undefined
      askedUntil = 0
    },
    notAfter(t) {
      askedUntil = Math.min(askedUntil, t + longestRetryAfter)
      if (failing === undefined) return
      failing.at = Math.min(failing.at, t)
      failing.heardAt = Math.min(failing.heardAt, t)
    },
  }
}

/** 1 → 60 seconds, doubling, with full jitter above the first second. */
function delayAfter(times: number): number {
  const ceiling = Math.min(longestDelay, 2 ** (times - 1))
  return 1 + Math.random() * (ceiling - 1)
}
