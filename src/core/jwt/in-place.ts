/**
 * Where signatures are checked. WebCrypto hands each one to another thread: that leaves this one
 * free, but costs it 21 µs, more than the 17 µs that an RSA signature takes in place, and the
 * caller waits three times as long. So a signature that is quick to check is checked in place, as
 * long as few others are in this turn of the event loop.
 */
import { takePlace } from '../turn.ts'

/** How many signatures other threads are checking. */
let elsewhere = 0
/** Whether one that takes long has been checked in place in this turn of the event loop. */
let isTaken = false
// Kept from the start: a test that puts false timers in its place must not keep the place taken.
const { setImmediate } = globalThis

/**
 * Takes a place for a signature that takes several times as long as one by RSA. Where many come at
 * once, all cores together are faster than this one; so it is only checked in place if there is no
 * other.
 */
export function takePlaceAlone(): boolean {
  if (isTaken || elsewhere > 0 || !takePlace()) return false
  isTaken = true
  setImmediate(leavePlace)
  return true
}

function leavePlace(): void {
  isTaken = false
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
