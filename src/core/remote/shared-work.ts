import { within } from './deadline.ts'

/**
 * Work that several callers wait for, each by a promise and a timer of its own. workerd drops what
 * a request has started when that request ends, and does not let another request wait for a promise
 * that an ended request made.
 */
export interface SharedWork<T> {
  /** Gives what the work gives within so many seconds, else what `onPassed` gives or throws. */
  wait(seconds: number, onPassed: () => T): Promise<T>
  readonly ended: boolean
  /**
   * Seconds from the given time (in seconds since the epoch) until the work counts as lost, if it
   * has not ended by then.
   */
  left(t: number): number
}

/** Seconds. Work that ends itself by a timer of its own ends before it counts as lost. */
const grace = 0.25

/**
 * @param began In seconds since the epoch.
 * @param longest Seconds after which the work must have ended.
 */
export function shareWork<T>(work: Promise<T>, began: number, longest: number): SharedWork<T> {
  let since = began
  let outcome: (() => T) | undefined
  const waiting: (() => void)[] = []

  function end(how: () => T): void {
    outcome = how
    for (const wake of waiting) wake()
    waiting.length = 0
  }
  work.then(
    (value) => end(() => value),
    (error) =>
      end(() => {
        throw error
      }),
  )

  return {
    async wait(seconds, onPassed) {
      if (outcome === undefined) {
        await within(seconds, new Promise<void>((resolve) => void waiting.push(resolve)), () => {})
      }
      return (outcome ?? onPassed)()
    },
    get ended() {
      return outcome !== undefined
    },
    left(t) {
      // A clock that is set back must not make it last longer.
      since = Math.min(since, t)
      return since + longest + grace - t
    },
  }
}
