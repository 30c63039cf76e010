import type { Verifier, VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'

/** Asks a list of your own, such as a table of accounts that were closed. */
export function closesAccounts(
  options: VerifierOptions,
  isClosed: (id: string) => Promise<boolean>,
): Verifier {
  return createVerifier({ ...options, revocation: (auth) => isClosed(auth.subject) })
}
