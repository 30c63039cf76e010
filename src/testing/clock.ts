import { kindOf, numberWithin, wrongOption } from '../core/option-checks.ts'
import { clockMilliseconds, clockSeconds } from './number-bounds.ts'

/** The issuer's clock. It dates the tokens, and `trust()` gives it to the verifier. */
export interface TestClock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Moves the clock forward by seconds. A negative number moves it back. */
  advance(seconds: number): void
  /** Sets the clock to milliseconds since the epoch or a Date. It keeps ticking unless frozen. */
  set(time: number | Date): void
  /** Stops the clock at milliseconds since the epoch or at a Date (the present moment). */
  freeze(time?: number | Date): void
  /** Goes back to the base clock, ticking. */
  reset(): void
}

/**
 * @param base Milliseconds since the epoch, read at every call (`Date.now`, looked up each time).
 */
export function createClock(base: () => number = () => Date.now()): TestClock {
  if (typeof base !== 'function') {
    const fix = `must be a function that returns milliseconds since the epoch, not ${kindOf(base)}`
    wrongOption("option 'now' of the test issuer", fix)
  }
  let offset = 0
  let frozenAt: number | undefined

  const clock: TestClock = {
    now: () => frozenAt ?? base() + offset,
    advance(seconds) {
      const step = numberWithin("argument 'seconds' of clock.advance", seconds, clockSeconds)
      clock.set(clock.now() + step * 1000)
    },
    set(time) {
      const target = momentOf("argument 'time' of clock.set", time)
      if (frozenAt === undefined) offset = target - base()
      else frozenAt = target
    },
    freeze(time = clock.now()) {
      frozenAt = momentOf("argument 'time' of clock.freeze", time)
    },
    reset() {
      offset = 0
      frozenAt = undefined
    },
  }
  return clock
}

/** Milliseconds. A Date may be of another realm, as in some test runners. */
function momentOf(what: string, time: number | Date): number {
  const isDate = Object.prototype.toString.call(time) === '[object Date]'
  return numberWithin(what, isDate ? Number(time) : time, clockMilliseconds)
}
