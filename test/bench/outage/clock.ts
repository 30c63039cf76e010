import { install } from '@sinonjs/fake-timers'

/**
 * Virtual time for everything in this process that asks for it: `Date`, `performance.now`, `process.hrtime` and timers.
 * Sockets, promises and immediates stay real. Start it before a contender is loaded: some libraries look their clock up
 * when they are.
 */
export interface VirtualClock {
  /** Seconds since the start of the scenario. */
  now(): number
  advanceTo(seconds: number): void
  /** Seconds of the real clock. */
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
  // lru-cache takes an entry stored at the zero of performance.now() for one that never expires.
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
