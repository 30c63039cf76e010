import type { Auth } from '../core/auth.ts'
import type { Verifier } from '../core/verifier.ts'
import { ownRawHeaders } from './head.ts'

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

/** Constructs the object that it is given: a subclass's private members are put on that. */
class Given {
  constructor(keeper: object) {
    // biome-ignore lint/correctness/noConstructorReturn: what this class is for
    return keeper
  }
}

/**
 * What a visit is kept on: the list of raw headers where a request has one of its own, as a member of the request takes
 * 15,000 of the 600,000 instructions of a guarded request through Express (it sets a prototype on each, after which V8, in
 * Node 20 and 22, makes a hidden class for every member). A WeakMap would do the same, but V8 keeps its values through every
 * minor collection, whether their keys live or not: copying those took 5 of the 12 µs that a guard cost a request under load.
 */
class Keeper extends Given {
  readonly #visit: Visit

  constructor(keeper: object, carrier: object) {
    super(keeper)
    this.#visit = { carrier, admitted: false, auth: undefined, verified: undefined }
  }

  static visitOf(carrier: object): Visit {
    const kept = Keeper.#kept(ownRawHeaders(carrier) ?? carrier, carrier)
    // A list that another request has, too, keeps the visit of the first.
    return kept.carrier === carrier ? kept : Keeper.#kept(carrier, carrier)
  }

  static #kept(keeper: object, carrier: object): Visit {
    return #visit in keeper ? keeper.#visit : new Keeper(keeper, carrier).#visit
  }
}

export const visitOf: (carrier: object) => Visit = Keeper.visitOf

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
