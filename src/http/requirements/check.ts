import type { Auth, JWTPayload } from '../../core/auth.ts'
import { InsufficientScopeError } from '../../core/errors.ts'
import { kindOf, wrongOption } from '../../core/option-checks.ts'
import { runHook } from '../hooks.ts'
import type { Requirement } from './requirement.ts'

/** A condition of the route's own. */
export interface CheckRequirement<C extends object = JWTPayload, R = unknown> {
  /**
   * A condition of the route's own, asked last; only exactly `true` passes. The request is the
   * framework's, and so is what the function throws.
   */
  check?(auth: Auth<C>, request: R): boolean | Promise<boolean>
}

export function resolveCheck(value: unknown): Requirement {
  if (typeof value !== 'function') {
    wrongOption("requireAuth: option 'check'", `must be a function, not ${kindOf(value)}`)
  }
  return {
    challenge: undefined,
    async unmet(auth, request) {
      const passed = await runHook(() => value(auth, request))
      return passed === true ? undefined : new InsufficientScopeError('check')
    },
  }
}
