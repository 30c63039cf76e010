import type { Auth } from '../../core/auth.ts'
import type { Awaitable } from '../../core/awaitable.ts'
import type { AuthError } from '../../core/errors.ts'
import type { MakeHint } from '../../core/hints/wording.ts'
import type { Parameters } from '../parameters.ts'

/** Why a condition is not met. */
export interface Unmet {
  readonly error: AuthError
  /** What a developer is told. It is only asked for when somebody listens. */
  readonly hint: MakeHint
}

/** A condition of a route, beyond a valid access token. */
export interface Requirement {
  /**
   * What a challenge says of it, so that a client knows what to ask for. Undefined for a requirement
   * that no other token scope would meet: an answer that refuses for its sake names nothing.
   */
  readonly challenge: Parameters | undefined
  /**
   * Why the condition is not met, with the error of the answer; undefined if it is met. Rejects
   * with what the application's own code throws.
   *
   * @param request The request as the framework has it.
   */
  unmet(auth: Auth, request: unknown): Awaitable<Unmet | undefined>
}

/**
 * Makes a requirement of the value that a route states for it, or throws a TypeError that says how
 * to fix the value.
 *
 * @param option What messages call it.
 */
export type ResolveRequirement = (value: unknown, option: string) => Requirement
