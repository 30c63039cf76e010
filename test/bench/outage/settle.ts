import type { VirtualClock } from './clock.ts'
import type { ScriptedIssuer } from './issuer.ts'

/**
 * Waits until real work (signatures on the thread pool, bytes on 127.0.0.1) has ended before
 * virtual time advances, so that this work takes no virtual time. A call that waits for an answer
 * of the issuer cannot end before that answer is due.
 */
export interface Settler {
  track(call: Promise<void>): void
  /** Whether some calls have no answer yet. */
  isBusy(): boolean
  /**
   * `hasAnswered`: the issuer has just answered, and perhaps no call waits for that answer, because
   * it belongs to a refresh in the background.
   */
  settle(hasAnswered?: boolean): Promise<void>
}

/** Turns of the event loop that an answer of the issuer takes to reach the contender. */
const turnsPerAnswer = 20
/**
 * While the issuer has not answered every request, so many calls may be unfinished: they may all be
 * waiting for that answer.
 */
const backlog = 40
/**
 * Real seconds without progress after which the unfinished calls count as waiting for virtual time.
 */
const patience = 0.25

export function createSettler(issuer: ScriptedIssuer, clock: VirtualClock): Settler {
  const working = new Set<Promise<void>>()
  const parked = new Set<Promise<void>>()
  let failure: unknown

  const canGoOn = (): boolean =>
    working.size === 0 || (issuer.nextAnswer() !== undefined && working.size <= backlog)

  function park(): void {
    for (const call of working) parked.add(call)
    working.clear()
  }

  return {
    track(call) {
      const tracked = call
        .catch((error) => {
          failure ??= error
        })
        .then(() => {
          working.delete(tracked)
          parked.delete(tracked)
        })
      working.add(tracked)
    },
    isBusy: () => working.size + parked.size > 0,
    async settle(hasAnswered = false) {
      for (let turn = 0; hasAnswered && turn < turnsPerAnswer; turn++) await nextTurn()
      let left = working.size
      let progressAt = clock.realTime()
      while (!canGoOn()) {
        await nextTurn()
        if (working.size !== left) {
          left = working.size
          progressAt = clock.realTime()
        } else if (clock.realTime() - progressAt > patience) {
          park()
        }
      }
      if (failure !== undefined) throw failure
    },
  }
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
