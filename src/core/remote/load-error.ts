import { printable } from '../events.ts'
import { memberOf, withoutPrototype } from '../own-members.ts'

export interface LoadErrorDetails {
  /** Whether there was an answer. */
  readonly answered?: boolean | undefined
  /** The HTTP status, if it was not 200, or the answer was too large. */
  readonly status?: number | undefined
  /** The OAuth error code in an answer that refused a form (RFC 6749 section 5.2). */
  readonly oauthError?: string | undefined
  /** Seconds that the issuer asked to wait (RFC 9110 section 10.2.3). */
  readonly retryAfter?: number | undefined
  /** Seconds for which attempts are held back. */
  readonly heldBack?: number | undefined
}

/**
 * Why something could not be fetched. The message is made of the library's own words, of the
 * location, and of short texts of the issuer that are escaped and cut.
 */
export class LoadError extends Error {
  readonly details: LoadErrorDetails

  constructor(message: string, details: LoadErrorDetails = {}) {
    super(message)
    this.details = withoutPrototype(details)
  }
}

/**
 * Whether the answer was that nothing is at this location: a 4xx that is neither a timeout (408)
 * nor a limit (429).
 */
export function isNotFound(error: unknown): boolean {
  if (!(error instanceof LoadError)) return false
  const { status = 0 } = error.details
  return status >= 400 && status < 500 && status !== 408 && status !== 429
}

/**
 * A location as a message may show it: the values in its query may be secrets, and are left out.
 */
export function shown(location: string): string {
  const { origin, pathname, searchParams } = new URL(location)
  const query = [...searchParams.keys()].map((name) => `${name}=...`).join('&')
  return printable(`${origin}${pathname}${query && `?${query}`}`, 200)
}

/** The same error, with the location in its message. */
export function atLocation(error: LoadError, location: string): LoadError {
  return new LoadError(`${error.message} at ${shown(location)}`, error.details)
}

/** The code of what broke a connection, such as ECONNREFUSED or SELF_SIGNED_CERT_IN_CHAIN. */
export function codeOf(thrown: unknown): string | undefined {
  const error = thrown as { cause?: { code?: unknown } | null; code?: unknown } | null
  for (const code of [memberOf(memberOf(error, 'cause'), 'code'), memberOf(error, 'code')]) {
    if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,40}$/.test(code)) return code
  }
  return undefined
}
