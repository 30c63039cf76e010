import type { VirtualClock } from './clock.ts'
import type { ScriptedIssuer } from './issuer.ts'

/**
 * Lets real work (signatures on the thread pool, bytes on loopback) end before virtual time goes on, so that it takes
 * no virtual time. What waits for an answer of the issuer cannot end before that is due.
 */
export interface Settler {
  track(call: Promise<void>): void
  /** Whether calls are unanswered. */
  isBusy(): boolean
  /** `hasAnswered`: the issuer just did, and perhaps nobody waits for it (a refresh in the background). */
  settle(hasAnswered?: boolean): Promise<void>
}

/** Turns of the event loop in which an answer gets from the issuer to who asked. */
const turnsPerAnswer = 20
/** As long as the issuer owes an answer, so many calls may be left: they may all be waiting for it. */
const backlog = 40
/** Real seconds without progress after which the rest is taken to wait for virtual time. */
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
