/**
 * Where signatures are checked. WebCrypto hands each one to another thread: that leaves this one
 * free, but costs it 21 µs, more than the 17 µs that an RSA signature takes in place, and the
 * caller waits three times as long. So a signature that is quick to check is checked in place, as
 * long as few others are in this turn of the event loop: everybody else waits meanwhile.
 */
// Kept from the start: a test that puts false timers in its place must not stop the count for good.
const { setImmediate } = globalThis

/** Together they take about a millisecond. */
const mostInTurn = 64
/** How many signatures were checked in place in this turn of the event loop. */
let inTurn = 0
/** How many signatures other threads are checking. */
let elsewhere = 0

/** Whether one more may be checked in place now, and counts it. */
export function takePlace(): boolean {
  if (inTurn >= mostInTurn) return false
  inTurn += 1
  if (inTurn === 1) setImmediate(startTurn).unref()
  return true
}

/**
 * The same for one that takes several times as long. Where many come at once, all cores together
 * are faster than this one; so it is only checked in place if there is no other.
 */
export function takePlaceAlone(): boolean {
  return inTurn === 0 && elsewhere === 0 && takePlace()
}

function startTurn(): void {
  inTurn = 0
}

/** Counts a check for as long as it runs on another thread. */
export async function countElsewhere(check: Promise<boolean>): Promise<boolean> {
  elsewhere += 1
  try {
    return await check
  } finally {
    elsewhere -= 1
  }
}
