import type { FetchLike, Verifier } from 'tollgate'
import { createVerifier } from 'tollgate'

/** Asks the status lists of an issuer, which are at an origin of their own. */
export function createStatusVerifier(options: { fetch?: FetchLike; now?: () => number }): Verifier {
  return createVerifier({
    ...options,
    issuer: { issuer: 'https://login.example.com', statusList: ['https://status.example.com'] },
    audience: 'https://api.example.com',
  })
}
