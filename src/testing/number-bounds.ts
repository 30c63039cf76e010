/**
 * What a number that a caller gives may be. NaN and Infinity are outside of all bounds: in a claim
 * they would become `null`, and in a timer 1 ms.
 */
export interface Bounds {
  readonly min: number
  readonly max: number
}

/** Seconds by a clock, in the past or in the future. A Date reaches no further. */
export const clockSeconds: Bounds = { min: -8_640_000_000_000, max: 8_640_000_000_000 }

/** Milliseconds since the epoch. A Date reaches no further. */
export const clockMilliseconds: Bounds = { min: -8_640_000_000_000_000, max: 8_640_000_000_000_000 }

/** Seconds of real time that something waits. Node runs a longer timer after 1 ms. */
export const waitSeconds: Bounds = { min: 0, max: 2_147_483 }

/** A number of things, of bytes or of requests. */
export const anyCount: Bounds = { min: 0, max: Number.MAX_SAFE_INTEGER }
