import type { Auth } from 'tollgate'

/** The longest time in milliseconds that `setTimeout` can wait for. A longer one ends at once. */
const longestTimeout = 2 ** 31 - 1

/**
 * Calls `close` when the token expires, for connections that outlive a request.
 *
 * @returns Stops it, for a connection that has ended by itself.
 */
export function closeAtExpiry({ expiresAt }: Auth, close: () => void): () => void {
  let timer: NodeJS.Timeout
  const wait = (): void => {
    const left = expiresAt * 1000 - Date.now()
    if (left <= 0) {
      close()
      return
    }
    timer = setTimeout(wait, Math.min(left, longestTimeout))
    // An open connection keeps the process alive, and this timer need not.
    timer.unref()
  }
  timer = setTimeout(wait, 0)
  return () => clearTimeout(timer)
}
