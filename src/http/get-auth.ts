import type { Auth, JWTPayload } from '../core/auth.ts'
import { kindOf, wrongOption } from '../core/option-checks.ts'
import { own } from '../core/own-members.ts'
import { guardedByAnotherCopy } from './copies.ts'
import type { RequestState, TokenSource } from './request-state.ts'
import { findingsOf, stateIfAny } from './request-state.ts'

export interface GetAuthOptions {
  /**
   * Give undefined for an anonymous caller, or on a route without a guard, instead of throwing
   * (false).
   */
  optional?: boolean
}

/**
 * Reads what the guards of a request found; `R` is the request as the framework hands it on. The
 * `getAuth` of an adapter gives what the last guard found, whichever `createAuth` made that guard.
 * The one that `createAuth` returns gives only what its own verifier admitted, by a token of its own
 * header. After a guard has refused the request, neither gives anything.
 */
export interface GetAuth<C extends object, R> {
  /** @throws Error with an instruction, if the route has no guard or the caller is anonymous. */
  (request: R): Auth<C>
  (request: R, options: GetAuthOptions): Auth<C> | undefined
}

/** What the last guard of a request found. */
export function lastAuth<C extends object = JWTPayload>(
  carrier: object,
  options?: GetAuthOptions,
): Auth<C> | undefined {
  const state = stateFor(carrier)
  return give<C>(carrier, state, state, options)
}

/** What the last guard of this source found. */
export function authBy<C extends object>(
  source: TokenSource,
  carrier: object,
  options?: GetAuthOptions,
): Auth<C> | undefined {
  const state = stateFor(carrier)
  const found = state?.attached ? state : state && findingsOf(state, source)
  return give<C>(carrier, state, found, options)
}

/** @throws TypeError for what is no request. */
function stateFor(carrier: unknown): RequestState | undefined {
  if (typeof carrier === 'object' && carrier !== null) return stateIfAny(carrier)
  return wrongOption('getAuth', `must be given the request, not ${kindOf(carrier)}`)
}

/** @throws Error with an instruction, unless `optional`. */
function give<C extends object>(
  carrier: object,
  state: RequestState | undefined,
  found: Pick<RequestState, 'admitted' | 'auth'> | undefined,
  options: GetAuthOptions | undefined,
): Auth<C> | undefined {
  if (found?.auth === undefined && !own(options, 'optional')) {
    throw new Error(`tollgate: ${whyNobody(carrier, state, found?.admitted)}`)
  }
  return found?.auth as Auth<C> | undefined
}

function whyNobody(carrier: object, state: RequestState | undefined, anonymous = false): string {
  if (anonymous) {
    return 'the caller is anonymous: use getAuth(…, { optional: true }) on a route whose guard is optional'
  }
  if (state?.refused) return 'a guard has refused this request, so no caller is known'
  if (state?.admitted) {
    return 'this request was admitted by a guard of another createAuth: use the getAuth of that createAuth, or the getAuth that the adapter exports'
  }
  if (guardedByAnotherCopy(carrier)) {
    return 'two copies of tollgate are installed, and a guard of the other copy has seen this request: find them with `npm ls tollgate`, and keep one'
  }
  return 'this route has no guard: put requireAuth() before its handler'
}
