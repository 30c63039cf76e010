import type { Auth } from '../../core/auth.ts'
import type { AuthError } from '../../core/errors.ts'
import type { Parameters } from '../parameters.ts'

/** A condition of a route, beyond a valid access token. */
export interface Requirement {
  /**
   * What a challenge says of it, so that a client knows what to ask for. Undefined for a requirement
   * that no other token scope would meet: an answer that refuses for its sake names nothing.
   */
  readonly challenge: Parameters | undefined
  /**
   * The error of the answer if the condition is not met. Rejects with what the application's own
   * code throws.
   *
   * @param request The request as the framework has it.
   */
  unmet(auth: Auth, request: unknown): AuthError | undefined | Promise<AuthError | undefined>
}

/**
 * Makes a requirement of the value that a route states for it, or throws a TypeError that says how
 * to fix the value.
 */
export type ResolveRequirement = (value: unknown) => Requirement
