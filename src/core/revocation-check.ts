import type { Auth } from './auth.ts'
import type { Awaitable } from './awaitable.ts'
import { andThen, attempt } from './awaitable.ts'
import { InvalidTokenError, UnavailableError } from './errors.ts'
import { withDetail } from './jwt/details.ts'
import { kindOf, wrongOption } from './option-checks.ts'
import { memberOf } from './own-members.ts'
import { within } from './remote/deadline.ts'
import type { RevocationStore } from './revocation.ts'

/** The option `revocation`, checked. */
export interface RevocationCheck {
  /**
   * Whether a token is revoked.
   *
   * @throws UnavailableError if that cannot be decided now; TypeError if the answer is neither true
   * nor false.
   */
  isRevoked(auth: Auth): Awaitable<boolean>
  readonly subscribe: RevocationStore['subscribe']
}

/**
 * Comes last: no store is asked about a token that nobody has signed, or whose holder has proven
 * nothing.
 *
 * @throws InvalidTokenError if the token is revoked.
 */
export function checkRevocation({ isRevoked }: RevocationCheck, auth: Auth): Awaitable<void> {
  return andThen(isRevoked(auth), (revoked) => {
    if (revoked) throw new InvalidTokenError('revoked')
  })
}

/** @param timeout Seconds that a token waits for an answer. */
export function resolveRevocation(value: unknown, timeout: number): RevocationCheck | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'function') {
    return { isRevoked: (auth) => ask(() => value(auth), timeout), subscribe: undefined }
  }
  const store = value as RevocationStore | null
  const isRevoked = memberOf(store, 'isRevoked')
  const subscribe = memberOf(store, 'subscribe')
  if (typeof isRevoked !== 'function' || typeof memberOf(store, 'revoke') !== 'function') {
    const fix = 'must be a function of an Auth, or a store such as those of tollgate/revocation'
    wrongOption("option 'revocation'", `${fix}, not ${kindOf(value)}`)
  }
  if (subscribe !== undefined && typeof subscribe !== 'function') {
    wrongOption("option 'revocation'", 'has a member subscribe that is no function: leave it out')
  }
  return {
    isRevoked: (auth) => ask(() => isRevoked.call(store, auth), timeout),
    subscribe:
      subscribe && ((listener) => checkUnsubscribe(subscribe.call(store, listener) as unknown)),
  }
}

/** Without it, every signal would leave a listener with the store. */
function checkUnsubscribe(given: unknown): () => void {
  if (typeof given === 'function') return given as () => void
  const fix = 'has a member subscribe that gives no function: have it give one that unsubscribes'
  return wrongOption("option 'revocation'", `${fix}, not ${kindOf(given)}`)
}

/** Only exactly false lets a token pass: `undefined` may be a forgotten `await` or `return`. */
function ask(question: () => unknown, timeout: number): Awaitable<boolean> {
  return attempt(
    () => settled(question(), timeout),
    (answer) => {
      if (typeof answer === 'boolean') return answer
      return wrongOption("option 'revocation'", `must give true or false, not ${kindIn(answer)}`)
    },
    (error) => {
      const unavailable = new UnavailableError('revocation', 1)
      throw withDetail(unavailable, 'revocation', nameOf(error))
    },
  )
}

/**
 * The application may give a promise of another library, and one that never settles: its requests
 * must not wait for ever.
 */
function settled(answer: unknown, timeout: number): unknown {
  if (typeof answer !== 'object' || answer === null) return answer
  return within(timeout, Promise.resolve(answer), () => {
    throw Object.assign(new Error('the option revocation gave no answer'), { code: 'TIMEOUT' })
  })
}

/** Names a value by its kind alone: even a number may be a claim. */
function kindIn(answer: unknown): string {
  if (answer === undefined || answer === null) return String(answer)
  return typeof answer === 'object' ? 'an object' : `a ${typeof answer}`
}

/**
 * The code of an error, such as ECONNREFUSED, or else its name. Its message may quote the token, and
 * is shown nowhere.
 */
function nameOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, name } = error as { code?: unknown; name: unknown }
  if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(code)) return code
  return typeof name === 'string' && /^[A-Z][A-Za-z]{1,60}Error$/.test(name) ? name : undefined
}
