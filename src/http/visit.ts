import type { Auth } from '../core/auth.ts'
import type { Verifier } from '../core/verifier.ts'

/** What is known of one request. One entry for all of it: each costs every request a quarter of a microsecond. */
export interface Visit {
  /** Whether a guard let it pass, and what the last one found; undefined for an anonymous pass. */
  admitted: boolean
  auth: Auth | undefined
  verified: Verified | undefined
}

/** What was verified, the latest first, so that a second guard checks only its own requirements. */
interface Verified {
  readonly verifier: Verifier
  readonly authorization: string
  readonly auth: Auth
  readonly earlier: Verified | undefined
}

const visits = new WeakMap<object, Visit>()

export function visitOf(carrier: object): Visit {
  const known = visits.get(carrier)
  if (known !== undefined) return known
  const visit: Visit = { admitted: false, auth: undefined, verified: undefined }
  visits.set(carrier, visit)
  return visit
}

/** Per verifier, because what one accepted must not pass another's guard on the same request. */
export function verifiedBefore(
  { verified }: Visit,
  verifier: Verifier,
  authorization: string,
): Auth | undefined {
  for (let one = verified; one !== undefined; one = one.earlier) {
    if (one.verifier === verifier && one.authorization === authorization) return one.auth
  }
  return undefined
}

export function noteVerified(
  visit: Visit,
  verifier: Verifier,
  authorization: string,
  auth: Auth,
): Auth {
  visit.verified = { verifier, authorization, auth, earlier: visit.verified }
  return auth
}
