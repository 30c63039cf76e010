export interface LoadErrorDetails {
  /** The HTTP status, if there was an answer. */
  readonly status?: number | undefined
  /** Seconds that the issuer asked to wait (RFC 9110 section 10.2.3). */
  readonly retryAfter?: number | undefined
  /** Seconds for which attempts are held back. */
  readonly heldBack?: number | undefined
}

/**
 * Why keys or metadata could not be loaded. The message is the library's own: what the issuer sent
 * never reaches a log.
 */
export class LoadError extends Error {
  readonly details: LoadErrorDetails

  constructor(message: string, details: LoadErrorDetails = {}) {
    super(message)
    this.details = details
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
