import type { Awaitable } from './awaitable.ts'

/**
 * What was done since the last turn of the event loop that is known to have ended. While a turn
 * lasts, everybody else waits: other requests, timers, and answers of the issuer.
 */
const turn = { begun: 0, inPlace: 0, endIsAwaited: false }

/**
 * After how much of that the end of the turn is waited for. To wait for it makes the event loop go
 * round once more. Done for every request, that cost an Express app 8 % of its requests per second
 * (Node 24).
 */
const few = 16

/**
 * How many new tokens are begun in one turn. One takes 20 to 40 µs of this thread: of 10,000 that
 * come at once, all others would wait half a second. So they take turns, and no turn takes longer
 * than some milliseconds.
 */
const mostBegun = 48
/** How many callers that wait look for their token in the cache in one turn. That takes 2 to 3 µs. */
const mostLooking = 250
/** How many signatures are checked in place in one turn. Together they take a millisecond. */
const mostInPlace = 64

const waiting: (() => void)[] = []
const callers: (() => void)[] = []
// Kept from the start: a test that puts false timers in its place must not stop the count for good.
const { setImmediate } = globalThis

/** Waits until one more new token may be begun; at once as long as few have come in this turn. */
export function roomForToken(): Awaitable<void> {
  // A runtime without this function has no turns that could be counted.
  if (setImmediate === undefined) return undefined
  if (turn.begun >= mostBegun || waiting.length > 0) {
    return new Promise((resolve) => void waiting.push(resolve))
  }
  turn.begun += 1
  awaitEnd()
  return undefined
}

/**
 * Whether new tokens wait for their turn. Then whoever comes waits before anything is done with the
 * token: to look for 10,000 tokens in the cache alone would take 30 ms.
 */
export function isCrowded(): boolean {
  return waiting.length > 0
}

/** Waits until one more caller may look for a token in the cache: for a turn or two. */
export function roomToLook(): Promise<void> {
  return new Promise((resolve) => void callers.push(resolve))
}

let endOfTurn: Promise<void> | undefined

/**
 * Waits for the end of this turn; at once in a runtime that has no turns.
 *
 * A server that answers each of many requests as soon as its token is verified wakes the client for
 * every answer, and gets the next request alone. Answers that wait for one another are written
 * together, and the next requests come together. With all tokens new, an Express app took 71 µs of
 * processor time for a request instead of 102 (Node 24).
 */
export function waitForEndOfTurn(): Awaitable<void> {
  if (setImmediate === undefined) return undefined
  endOfTurn ??= new Promise((resolve) => {
    setImmediate(() => {
      endOfTurn = undefined
      resolve()
    })
  })
  return endOfTurn
}

/** Whether one more signature may be checked in place in this turn, and counts it. */
export function takePlace(): boolean {
  if (turn.inPlace >= mostInPlace) return false
  turn.inPlace += 1
  awaitEnd()
  return true
}

function awaitEnd(): void {
  if (turn.endIsAwaited || turn.begun + turn.inPlace < few) return
  turn.endIsAwaited = true
  setImmediate(end)
}

function end(): void {
  const next = waiting.splice(0, mostBegun)
  Object.assign(turn, { begun: next.length, inPlace: 0, endIsAwaited: false })
  if (next.length + waiting.length + callers.length > 0) {
    turn.endIsAwaited = true
    setImmediate(end)
  }
  for (const wake of callers.splice(0, mostLooking)) wake()
  for (const wake of next) wake()
}
