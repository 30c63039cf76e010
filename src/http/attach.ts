import type { Auth } from '../core/auth.ts'
import { rethrow } from './hooks.ts'

/**
 * Puts what a guard found where the handlers of its framework read it, in the member `auth`.
 *
 * @throws Error if the member cannot be assigned, because other code has frozen the object or made
 * the member a getter. The request must fail then: a handler would read what no guard found.
 */
export function attachAuth(target: object, auth: Auth<object> | undefined): void {
  try {
    Object.assign(target, { auth })
  } catch (value) {
    rethrow(value)
  }
}

/** Takes away what an earlier guard has put there, once a later guard has refused the request. */
export function detachAuth(target: object): void {
  try {
    if (Reflect.get(target, 'auth') !== undefined) Object.assign(target, { auth: undefined })
  } catch (value) {
    rethrow(value)
  }
}
