import type { Auth, JWTPayload } from '../../core/auth.ts'
import type { AuthError } from '../../core/errors.ts'
import { MissingCredentialsError } from '../../core/errors.ts'
import { kindOf, wrongOption } from '../../core/option-checks.ts'
import { isAuth } from '../verified-auth.ts'
import type { Requirement } from './requirement.ts'
import type { SignedIn, TokenRequirements } from './resolve.ts'
import { resolveRequirements } from './resolve.ts'

/** What `assertAuth` may ask of an Auth. It is checked in the same order as by a guard. */
export interface AuthRequirements<C extends object = JWTPayload> extends TokenRequirements {
  /**
   * A condition of the application's own, asked last; only exactly `true` passes. There is no
   * request, and no time to wait: a Promise is an error.
   */
  check?(auth: Auth<C>): boolean
}

/**
 * Throws the error with which a route that has these requirements would refuse the request: for
 * resolvers, procedures and messages, behind a guard or behind `verify()`. It answers at once. It
 * checks no token, and does not look at the time: code that outlives a request, such as that of a
 * WebSocket, compares `auth.expiresAt`.
 *
 * @param auth What a guard or `verify()` gave; undefined or null for an anonymous caller.
 * @throws MissingCredentialsError for an anonymous caller, unless `optional` is true;
 * InsufficientScopeError, whose `reason` says which requirement is not met; TypeError if a requirement
 * is wrong. Their `headers` are empty: only a guard makes a challenge.
 */
export function assertAuth<C extends object = JWTPayload>(
  auth: Auth<C> | null | undefined,
  requirements?: SignedIn<AuthRequirements<C>>,
): asserts auth is Auth<C>
export function assertAuth<C extends object = JWTPayload>(
  auth: Auth<C> | null | undefined,
  requirements: AuthRequirements<C>,
): void
export function assertAuth(auth: unknown, requirements?: unknown, ...none: unknown[]): void {
  const rules = resolveRequirements(requirements, none, 'assertAuth')
  if (auth === undefined || auth === null) {
    if (rules.optional) return
    throw new MissingCredentialsError()
  }
  if (!isAuth(auth)) {
    wrongOption('assertAuth', `must be given an Auth, undefined or null, not ${kindOf(auth)}`)
  }
  const error = firstUnmet(auth, rules.requirements)
  if (error !== undefined) throw error
}

function firstUnmet(auth: Auth, requirements: readonly Requirement[]): AuthError | undefined {
  for (const requirement of requirements) {
    const unmet = requirement.unmet(auth, undefined)
    if (unmet instanceof Promise) {
      // Nobody would wait for it, and the caller would be let in.
      unmet.catch(() => {})
      const fix = 'await what it needs first, and let it return true or false'
      wrongOption("assertAuth: option 'check'", `must not return a Promise: ${fix}`)
    }
    if (unmet !== undefined) return unmet.error
  }
  return undefined
}
