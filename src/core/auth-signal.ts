import type { Auth, AuthOrigin, Connection } from './auth.ts'
import { attempt } from './awaitable.ts'
import type { AuthError } from './errors.ts'
import { InvalidTokenError, UnavailableError } from './errors.ts'
import { deadline, repeat } from './remote/deadline.ts'
import type { Revocation } from './revocation.ts'
import { kinds, namesOf } from './revocation.ts'
import type { RevocationCheck } from './revocation-check.ts'

/** How often a store is asked about a token whose signal somebody has read, in seconds. */
const pollSeconds = 5
/** After how many questions without an answer, one after the other, the signal fires. */
const mostUnanswered = 12
/** The longest time for which a timer can be set, in milliseconds. A longer one would fire at once. */
const longestTimer = 2 ** 31 - 1
/** The shortest, so that a clock that stands still is not asked without end. */
const shortestTimer = 10

interface Context {
  /** The time in milliseconds since the epoch. */
  now(): number
  readonly revocation: RevocationCheck | undefined
}

/** What waits for the end of one token. */
interface Watch {
  /** Set once the token is no longer good: why. */
  ended: AuthError | undefined
  readonly controllers: Set<AbortController>
  /** Looks whether the token has expired. */
  look(): void
  /** Asks now and then whether it is revoked, as long as the connection is open. */
  pollFor(connection: Connection | undefined): void
  /** Asks whether it is revoked. */
  ask(): void
}

/**
 * Makes the signals of a verifier. Requests with the same cached token share the timers and the
 * questions to the store, but never the signal itself: `onabort` of one handler would replace that of
 * another.
 */
export function createSignals({ now, revocation }: Context): AuthOrigin['signalOf'] {
  const watches = new WeakMap<object, Watch>()
  const signals = new WeakMap<Auth, AbortSignal>()
  /** Watches that a revocation in this process may concern. */
  const open = new Map<Watch, Auth>()
  let unsubscribe: (() => void) | undefined

  function signalOf(
    auth: Auth,
    principal: object,
    connection: Connection | undefined,
  ): AbortSignal {
    const watch = watches.get(principal) ?? begin(auth, principal)
    watch.look()
    const known = signals.get(auth)
    if (known !== undefined) return known
    watch.pollFor(connection)
    const controller = new AbortController()
    if (watch.ended === undefined) watch.controllers.add(controller)
    else controller.abort(watch.ended)
    signals.set(auth, controller.signal)
    return controller.signal
  }

  function begin(auth: Auth, principal: object): Watch {
    const watch = createWatch(auth)
    watches.set(principal, watch)
    if (revocation !== undefined && watch.ended === undefined) {
      open.set(watch, auth)
      unsubscribe ??= revocation.subscribe?.(onRevoked)
    }
    return watch
  }

  function onRevoked(what: Revocation): void {
    for (const [watch, auth] of [...open]) if (concerns(what, auth)) watch.ask()
  }

  function createWatch(auth: Auth): Watch {
    const controllers = new Set<AbortController>()
    const expiry = auth.expiresAt * 1000
    /** One for each Auth of the token whose signal somebody has read, and whose connection is open. */
    const waiting = new Set<symbol>()
    let unanswered = 0
    let stopTimer = (): void => {}
    let stopPolling = (): void => {}

    function look(): void {
      if (watch.ended !== undefined) return
      stopTimer()
      const left = expiry - now()
      // Written so that a clock that gives no number ends it, as it ends every verification.
      if (!(left > 0)) end(new InvalidTokenError('expired'))
      else stopTimer = deadline(Math.min(Math.max(left, shortestTimer), longestTimer) / 1000, look)
    }

    function pollFor(connection: Connection | undefined): void {
      if (watch.ended !== undefined || revocation === undefined) return
      const one = Symbol()
      waiting.add(one)
      if (waiting.size === 1) {
        unanswered = 0
        stopPolling = repeat(pollSeconds, poll)
        // It may have been revoked since it was verified.
        poll()
      }
      connection?.onClosed(() => {
        waiting.delete(one)
        if (waiting.size === 0) stopPolling()
      })
    }

    /** Asks whether it is revoked, and ends it where nobody has answered for too long. */
    function poll(): void {
      look()
      if (unanswered === mostUnanswered) end(new UnavailableError('revocation', 1))
      unanswered += 1
      ask()
    }

    function ask(): void {
      if (watch.ended !== undefined || revocation === undefined) return
      void attempt(
        () => revocation.isRevoked(auth),
        (revoked) => {
          unanswered = 0
          if (revoked) end(new InvalidTokenError('revoked'))
        },
        // Not at once: otherwise a store that is restarted would end every stream. It is asked again.
        () => {},
      )
    }

    function end(why: AuthError): void {
      if (watch.ended !== undefined) return
      watch.ended = why
      stopTimer()
      stopPolling()
      open.delete(watch)
      if (open.size === 0) {
        unsubscribe?.()
        unsubscribe = undefined
      }
      for (const controller of controllers) controller.abort(why)
      controllers.clear()
    }

    const watch: Watch = { ended: undefined, controllers, look, pollFor, ask }
    look()
    return watch
  }

  return signalOf
}

/** Whether a revocation may concern a token, so that it is worth a question. */
function concerns(what: Revocation, auth: Auth): boolean {
  const { issuer, values } = namesOf(auth)
  return (
    what.issuer === issuer &&
    kinds.some((kind) => what[kind] !== undefined && what[kind] === values[kind])
  )
}
