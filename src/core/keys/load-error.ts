/** Why keys or metadata could not be loaded, in words of ours alone: the issuer's bytes stay out of logs. */
export class LoadError extends Error {
  /** The HTTP status, if there was an answer. */
  readonly status: number | undefined
  /** Seconds that the issuer asked to wait (RFC 9110 section 10.2.3). */
  readonly retryAfter: number | undefined

  constructor(message: string, status?: number, retryAfter?: number) {
    super(message)
    this.status = status
    this.retryAfter = retryAfter
  }
}

/** Whether the answer was that nothing is there: a 4xx that is no timeout and no limit. */
export function saysNotHere(error: unknown): boolean {
  if (!(error instanceof LoadError) || error.status === undefined) return false
  const { status } = error
  return status >= 400 && status < 500 && status !== 408 && status !== 429
}
