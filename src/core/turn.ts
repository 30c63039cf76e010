import type { Awaitable } from './awaitable.ts'

/**
 * What is done in one turn of the event loop. While it lasts, everybody else waits: other requests,
 * timers, and answers of the issuer.
 */
const turn = { begun: 0, inPlace: 0, isOver: true }

/**
 * How many new tokens are begun in one turn. One takes 20 to 40 µs of this thread: of 10,000 that
 * come at once, all others would wait half a second. So they take turns, and no turn takes longer
 * than some milliseconds.
 */
const mostBegun = 64
/** How many callers that wait look for their token in the cache in one turn. That takes 2 to 3 µs. */
const mostLooking = 500
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
  begin()
  if (turn.begun >= mostBegun || waiting.length > 0) {
    return new Promise((resolve) => void waiting.push(resolve))
  }
  turn.begun += 1
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

/** Whether one more signature may be checked in place in this turn, and counts it. */
export function takePlace(): boolean {
  begin()
  if (turn.inPlace >= mostInPlace) return false
  turn.inPlace += 1
  return true
}

/** Whether no signature has been checked in place in this turn. */
export function isPlaceEmpty(): boolean {
  return turn.isOver || turn.inPlace === 0
}

function begin(): void {
  if (!turn.isOver) return
  Object.assign(turn, { begun: 0, inPlace: 0, isOver: false })
  setImmediate(end)
}

function end(): void {
  turn.isOver = true
  if (waiting.length + callers.length === 0) return
  begin()
  const next = waiting.splice(0, mostBegun)
  turn.begun = next.length
  for (const wake of callers.splice(0, mostLooking)) wake()
  for (const wake of next) wake()
}
