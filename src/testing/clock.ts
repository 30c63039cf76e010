import { readNumber } from './options.ts'

/** The issuer's clock: tokens are dated by it, and `trust()` hands it to the verifier. */
export interface TestClock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Moves the clock by seconds; a negative number moves it back. */
  advance(seconds: number): void
  /** Sets the clock to milliseconds since the epoch or a Date; it keeps ticking unless frozen. */
  set(time: number | Date): void
  /** Stops the clock at milliseconds since the epoch or a Date (default: the present moment). */
  freeze(time?: number | Date): void
  /** Goes back to the base clock, ticking. */
  reset(): void
}

/** @param base Milliseconds since the epoch, read at every call (`Date.now`, looked up each time). */
export function createClock(base: () => number = () => Date.now()): TestClock {
  if (typeof base !== 'function') {
    throw new TypeError('now must be a function that returns milliseconds since the epoch.')
  }
  let offset = 0
  let frozenAt: number | undefined

  const clock: TestClock = {
    now: () => frozenAt ?? base() + offset,
    advance(seconds) {
      clock.set(clock.now() + readNumber('clock.advance(seconds)', seconds) * 1000)
    },
    set(time) {
      const target = readNumber('clock.set(time)', Number(time))
      if (frozenAt === undefined) offset = target - base()
      else frozenAt = target
    },
    freeze(time = clock.now()) {
      frozenAt = readNumber('clock.freeze(time)', Number(time))
    },
    reset() {
      offset = 0
      frozenAt = undefined
    },
  }
  return clock
}
