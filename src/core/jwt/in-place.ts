/**
 * Where signatures are checked. WebCrypto hands each one to another thread: that leaves this one
 * free, but costs it 21 µs, more than the 17 µs that an RSA signature takes in place, and the
 * caller waits three times as long. So a signature that is quick to check is checked in place, as
 * long as few others are in this turn of the event loop.
 */
import { isPlaceEmpty, takePlace } from '../turn.ts'

/** How many signatures other threads are checking. */
let elsewhere = 0

/**
 * Takes a place for a signature that takes several times as long as one by RSA. Where many come at
 * once, all cores together are faster than this one; so it is only checked in place if there is no
 * other.
 */
export function takePlaceAlone(): boolean {
  return isPlaceEmpty() && elsewhere === 0 && takePlace()
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
