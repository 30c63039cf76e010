import type { Auth } from '../core/auth.ts'
import type { Verifier } from '../core/verifier.ts'

/** What is known of one request. */
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

/** Constructs the object that it is given: a subclass's private members are put on that. */
class Given {
  constructor(carrier: object) {
    // biome-ignore lint/correctness/noConstructorReturn: what this class is for
    return carrier
  }
}

/**
 * A carrier with its visit. A WeakMap would do the same, but V8 keeps its values through every minor collection, whether
 * their keys live or not: copying those took 5 of the 12 µs that a guard cost a request under load.
 */
class Carrier extends Given {
  readonly #visit: Visit = { admitted: false, auth: undefined, verified: undefined }

  static visitOf(carrier: object): Visit {
    return #visit in carrier ? carrier.#visit : new Carrier(carrier).#visit
  }
}

export const visitOf: (carrier: object) => Visit = Carrier.visitOf

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
