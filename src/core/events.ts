import type { Algorithm } from './algorithms.ts'
import type { Reason } from './errors.ts'

/**
 * What happens inside, for logs and metrics. Durations and ages are in seconds. No event holds a
 * token, a claim or key material, but for what `hint` may show; `kid` is escaped and cut to 64
 * characters, `issuer` is always a trusted one.
 */
export type AuthEvent =
  | { readonly type: 'token.accepted'; readonly issuer: string; readonly cached: boolean }
  | {
      readonly type: 'token.refused'
      readonly issuer?: string
      readonly reason: Reason
      /**
       * What was found, what was expected and what changes it, in at most 500 characters of printable
       * ASCII. It may show `iss`, `aud`, `typ`, `alg`, `kid`, the names of other claims, and the path
       * of a schema's issue: for developers, and never for the caller.
       */
      readonly hint?: string
    }
  /**
   * A request was refused for something that `verify()` does not see: its credentials, or what the
   * route requires. The hint may show names of scopes, roles, permissions and claims, escaped and
   * cut.
   */
  | {
      readonly type: 'request.refused'
      readonly status: number
      readonly reason: Reason
      readonly hint?: string
    }
  /**
   * The issuer resolver threw, or gave an answer that cannot be used. A request was answered 503.
   * `why` names the option that is wrong, and no value of the answer: it may repeat the `iss` of a
   * token that nobody has verified.
   */
  | { readonly type: 'resolver.failed'; readonly why: string }
  /**
   * An issuer was asked about a token, and gave no answer that can be used. Requests were answered
   * 503. Until the issuer may be asked again, it takes `retryAfter` seconds: 0 where it may be asked
   * about other tokens at once.
   */
  | {
      readonly type: 'introspection.failed'
      readonly issuer: string
      readonly error: string
      readonly retryAfter: number
    }
  /**
   * An issuer of which tokens were accepted was dropped with its keys, because there are more such
   * issuers than `maxIssuers`.
   */
  | { readonly type: 'issuer.dropped'; readonly issuer: string }
  | NoticeEvent
  | StatusListEvent
  | KeyEvent

/** What happens to the status lists of one issuer. */
export type StatusListEvent =
  | {
      readonly type: 'status-list.refreshed'
      readonly issuer: string
      readonly duration: number
    }
  | {
      readonly type: 'status-list.refresh-failed'
      readonly issuer: string
      readonly error: string
      readonly duration: number
      /** Seconds until the next attempt. */
      readonly retryAfter: number
    }
  /** A request was answered 503. */
  | {
      readonly type: 'status-list.unavailable'
      readonly issuer: string
      readonly retryAfter: number
    }

/** What came in at a handler of `tollgate/revocation`. */
export type NoticeEvent =
  /** It was verified, and so many revocations were handed to the store. */
  | {
      readonly type: 'notice.accepted'
      readonly notice: NoticeKind
      readonly issuer: string
      readonly revocations: number
    }
  /**
   * It was answered with this status, and nothing was taken as revoked. `why` is for developers, and
   * never for the caller. It shows names of claims, and never their values.
   */
  | {
      readonly type: 'notice.rejected'
      readonly notice: NoticeKind
      readonly status: number
      readonly why: string
    }

export type NoticeKind = 'logout-token' | 'security-event'

/** What happens to the keys of one issuer. */
export type KeyEvent =
  | {
      readonly type: 'keys.refreshed'
      readonly issuer: string
      readonly keys: number
      readonly duration: number
    }
  | {
      readonly type: 'keys.refresh-failed'
      readonly issuer: string
      readonly error: string
      readonly duration: number
      /** Seconds until the next attempt. */
      readonly retryAfter: number
    }
  /** Keys that are past their maximum age are in use, because they could not be refreshed. */
  | { readonly type: 'keys.stale'; readonly issuer: string; readonly age: number }
  /** A request was answered 503. */
  | { readonly type: 'keys.unavailable'; readonly issuer: string; readonly retryAfter: number }
  /**
   * One member of the key set, fetched or given as `jwks`, is not used. Of one set, 100 members are
   * reported singly; one more event says how many others there are.
   */
  | {
      readonly type: 'keys.ignored'
      readonly issuer: string
      readonly kid?: string
      readonly why: string
    }
  /**
   * A published key without `alg` fits several algorithms. From now on it is used with this one,
   * because the first token that was accepted with it was signed so.
   */
  | {
      readonly type: 'keys.pinned'
      readonly issuer: string
      readonly kid?: string
      readonly algorithm: Algorithm
    }
  | { readonly type: 'kid.unknown'; readonly issuer: string; readonly kid?: string }
  | { readonly type: 'kid.throttled'; readonly issuer: string; readonly kid?: string }
  | {
      readonly type: 'metadata.refreshed'
      readonly issuer: string
      readonly duration: number
    }
  | {
      readonly type: 'metadata.refresh-failed'
      readonly issuer: string
      readonly error: string
      readonly duration: number
      readonly retryAfter: number
    }
  /** The issuer's `jwks_uri` is another one now. */
  | { readonly type: 'metadata.moved'; readonly issuer: string }

/**
 * Sends an event. It is undefined when nobody listens: then `emit?.({ … })` builds no event, and
 * costs nothing.
 */
export type Emit = ((event: AuthEvent) => void) | undefined

/** Sends each event to `onEvent` and, with NODE_DEBUG=tollgate where there is Node, to stderr. */
export function createEmit(onEvent: ((event: AuthEvent) => unknown) | undefined): Emit {
  const debug = globalThis.process?.getBuiltinModule?.('node:util')?.debuglog('tollgate')
  const log = debug?.enabled ? debug : undefined
  if (onEvent === undefined && log === undefined) return undefined
  return (event) => {
    log?.('%s', JSON.stringify(event))
    tell(() => onEvent?.(event))
  }
}

/** Calls a function of the application that only listens: what it throws changes no decision. */
export function tell(listen: () => unknown): void {
  try {
    // A listener may be async. Its failure must not become an unhandled rejection, which would end
    // the process.
    Promise.resolve(listen()).catch(() => {})
  } catch {}
}

/** The issuer whose keys or metadata report something, and where they report it. */
export interface IssuerReport {
  readonly issuer: string
  readonly emit: Emit
}

/** The member of an event that names a key, if the key has a name. */
export function kidField(kid: string | undefined): { readonly kid?: string } {
  return kid === undefined ? {} : { kid: printable(kid) }
}

/**
 * Text that somebody else wrote, as an event may carry it: printable ASCII, and cut. Otherwise it
 * could forge lines of a log.
 */
export function printable(text: string, length = 64): string {
  const escaped = (c: string): string => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`
  return text
    .slice(0, length)
    .replace(/[^\x20-\x7e]/g, escaped)
    .slice(0, length)
}
