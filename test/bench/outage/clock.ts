import { install } from '@sinonjs/fake-timers'

/**
 * Virtual time for everything in this process that reads a clock: `Date`, `performance.now`,
 * `process.hrtime` and timers. Sockets, promises and immediates stay real. Start it before a
 * contender is loaded, because some libraries keep the function that reads the clock when they are
 * loaded.
 */
export interface VirtualClock {
  /** Seconds since the start of the scenario. */
  now(): number
  advanceTo(seconds: number): void
  /** Seconds of the real clock, from an unspecified start. */
  realTime(): number
}

export function startClock(): VirtualClock {
  const readRealTime = process.hrtime.bigint.bind(process.hrtime)
  const clock = install({
    now: Date.now(),
    toFake: [
      'Date',
      'performance',
      'hrtime',
      'setTimeout',
      'clearTimeout',
      'setInterval',
      'clearInterval',
    ],
    shouldClearNativeTimers: true,
  })
  // lru-cache treats an entry that is stored while performance.now() is 0 as one that never
  // expires.
  clock.tick(60_000)
  const start = clock.now
  return {
    now: () => (clock.now - start) / 1000,
    advanceTo(seconds) {
      clock.tick(start + Math.round(seconds * 1000) - clock.now)
    },
    realTime: () => Number(readRealTime()) / 1e9,
  }
}
