import type { Auth, JWTPayload } from '../../core/auth.ts'
import { InsufficientScopeError } from '../../core/errors.ts'
import { kindOf, wrongOption } from '../../core/option-checks.ts'
import { memberOf } from '../../core/own-members.ts'
import { rethrow, runHook } from '../hooks.ts'
import type { Requirement, Unmet } from './requirement.ts'

/** A condition of the route's own. */
export interface CheckRequirement<C extends object = JWTPayload, R = unknown> {
  /**
   * A condition of the route's own, asked last; only exactly `true` passes. The request is the
   * framework's, and so is what the function throws.
   */
  check?(auth: Auth<C>, request: R): boolean | Promise<boolean>
}

export function resolveCheck(value: unknown, option: string): Requirement {
  if (typeof value !== 'function') wrongOption(option, `must be a function, not ${kindOf(value)}`)
  return {
    challenge: undefined,
    unmet(auth, request) {
      try {
        const passed: unknown = value(auth, request)
        return isThenable(passed) ? runHook(() => passed).then(judge) : judge(passed)
      } catch (thrown) {
        return rethrow(thrown)
      }
    },
  }
}

function isThenable(value: unknown): boolean {
  const mayBe = typeof value === 'object' || typeof value === 'function'
  return mayBe && typeof memberOf(value as { then?: unknown } | null, 'then') === 'function'
}

function judge(passed: unknown): Unmet | undefined {
  if (passed === true) return undefined
  return { error: new InsufficientScopeError('check'), hint: () => checkHint(passed) }
}

/** Names the kind of what `check` gave, and nothing of it. */
function checkHint(passed: unknown): string {
  if (passed === false) return 'check of the route returned false'
  return `check of the route returned ${kindOfResult(passed)}: it must return exactly true to let the request pass`
}

function kindOfResult(passed: unknown): string {
  if (passed === undefined) return 'undefined (is there a return?)'
  if (typeof passed === 'number') return 'a number'
  if (typeof passed !== 'object' || passed === null) return kindOf(passed)
  const what = Array.isArray(passed) ? 'an array' : 'an object'
  const waits = Object.values(passed).some((value) => value instanceof Promise)
  return waits ? `${what} that holds a Promise, which nobody awaits` : what
}
