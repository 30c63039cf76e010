import type { Auth } from '../core/auth.ts'
import type { Verifier } from '../core/verifier.ts'

/** What is known of one request. */
export interface Visit {
  /** The request whose visit it is. */
  readonly carrier: object
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

class Given {
  constructor(keeper: object) {
    // biome-ignore lint/correctness/noConstructorReturn: for private members
    return keeper
  }
}

/** V8 copies a WeakMap's values at each minor collection: 5 µs a request (test/bench/README.md). */
class Visited extends Given {
  readonly #visit: Visit

  constructor(keeper: object, carrier: object) {
    super(keeper)
    this.#visit = { carrier, admitted: false, auth: undefined, verified: undefined }
  }

  static at(keeper: object, carrier: object): Visit {
    return #visit in keeper ? keeper.#visit : new Visited(keeper, carrier).#visit
  }
}

/** On the raw headers, if they stay: a member of Express' requests costs 5 µs. Two requests may have one list. */
export function visitOf(carrier: object & { readonly rawHeaders?: unknown }): Visit {
  const { rawHeaders } = carrier
  const stay = Array.isArray(rawHeaders) && rawHeaders === carrier.rawHeaders
  const visit = Visited.at(stay ? rawHeaders : carrier, carrier)
  return visit.carrier === carrier ? visit : Visited.at(carrier, carrier)
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
