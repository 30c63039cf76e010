import type { AuthError } from 'tollgate'

/**
 * What became of a call of a verifier: 'accepted', or the status and the reason of the refusal. Any
 * other error is given as text.
 */
export function verdictOf(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => 'accepted',
    (error: AuthError) =>
      error.status === undefined ? String(error) : `${error.status} ${error.reason}`,
  )
}
