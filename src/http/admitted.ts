import type { Auth, JWTPayload } from '../core/auth.ts'
import { visitOf } from './request-state.ts'

export interface GetAuthOptions {
  /** Give undefined for an anonymous caller, or on a route without a guard, instead of throwing (false). */
  optional?: boolean
}

/** Reads what the last guard of a request found; `R` is the request as the framework hands it on. */
export interface GetAuth<C extends object, R> {
  /** @throws Error with an instruction, if the route has no guard or the caller is anonymous. */
  (request: R): Auth<C>
  (request: R, options: GetAuthOptions): Auth<C> | undefined
}

/** @throws Error with an instruction, unless `optional`. */
export function admittedAuth<C extends object = JWTPayload>(
  carrier: object,
  { optional = false }: GetAuthOptions = {},
): Auth<C> | undefined {
  const { admitted, auth } = visitOf(carrier)
  if (auth === undefined && !optional) {
    throw new Error(
      admitted
        ? 'tollgate: the caller is anonymous: use getAuth(…, { optional: true }) on a route whose guard is optional'
        : 'tollgate: this route has no guard: put requireAuth() before its handler',
    )
  }
  return auth as Auth<C> | undefined
}
