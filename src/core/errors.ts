/**
 * Why a request was refused. A closed list: the reason goes to logs, metrics and `onRefuse`, never
 * to the caller.
 */
export type Reason =
  | 'no-credentials'
  | 'malformed-credentials'
  | 'multiple-credentials'
  | 'too-large'
  | 'malformed'
  | 'opaque'
  | 'encrypted'
  | 'decryption'
  | 'not-encrypted'
  | 'algorithm'
  | 'critical-header'
  | 'token-type'
  | 'issuer'
  | 'audience'
  | 'expired'
  | 'not-yet-valid'
  | 'issued-in-future'
  | 'claims'
  | 'sender-constraint'
  | 'unknown-key'
  | 'signature'
  | 'nonce'
  | 'status'
  | 'revoked'
  | 'inactive'
  | 'scope'
  | 'role'
  | 'permission'
  | 'claim'
  | 'actor'
  | 'check'
  | 'keys'
  | 'resolver'
  | 'revocation'
  | 'introspection'
  | 'exchange'
  | 'userinfo'

/** Headers of an answer, by their names. */
export type AnswerHeaders = Readonly<Record<string, string>>

/**
 * The body of an answer that refuses a request: a problem (RFC 9457 section 3.1), with what the
 * challenge says as well (RFC 6750 section 3).
 */
export interface ProblemDetails {
  readonly type: 'about:blank'
  /** The words for the status (RFC 9110 section 15). */
  readonly title?: string
  readonly status: number
  /** The OAuth error code. */
  readonly error?: string
  readonly error_description?: string
  /** The scopes of the route, separated by spaces. */
  readonly scope?: string
}

const noHeaders: AnswerHeaders = Object.freeze({})

/**
 * Marks the errors of every copy of the package that is loaded: `instanceof` only knows the classes
 * of its own copy. It is no part of the type, because then the types of two copies would not fit.
 */
const brand: symbol = Symbol.for('tollgate.AuthError')

/**
 * What `verify()` throws and `onRefuse` is given. It holds no token, claim or token header, in any
 * property, message or cause, so it may be logged as it is.
 */
export abstract class AuthError extends Error {
  static {
    Object.defineProperty(AuthError.prototype, brand, { value: true })
  }

  /** HTTP status of the answer. */
  abstract readonly status: number
  /**
   * The OAuth error code of the answer (RFC 6750 section 3.1), or undefined where the standard has
   * none.
   */
  abstract readonly error: string | undefined
  readonly reason: Reason
  /**
   * Headers of the answer. An adapter fills in the challenge before it calls `onRefuse`, so that a
   * framework which is given the error (`next(error)`, `throw error`) still answers with it.
   */
  readonly headers: AnswerHeaders = noHeaders

  constructor(message: string, reason: Reason) {
    super(message)
    this.reason = reason
  }

  /** `status` by the name under which Fastify and others look for it. */
  get statusCode(): number {
    return this.status
  }

  /**
   * The body of the answer, for a handler that answers with it as JSON. An adapter fills in the
   * rest before it calls `onRefuse`; without one it says the status and the error code alone.
   */
  get body(): ProblemDetails {
    return Object.freeze({
      type: 'about:blank',
      status: this.status,
      ...(this.error !== undefined && { error: this.error }),
    })
  }

  /**
   * Read by Koa: it answers with the message, which is constant, and does not log an error that the
   * caller has caused.
   */
  get expose(): boolean {
    return this.status < 500
  }
}

/**
 * Whether a value is an AuthError of this or another copy of the package. Only for messages and for
 * the status of an answer that refuses: whoever throws such an error is never let in by it.
 */
export function isAuthError(value: unknown): value is AuthError {
  if (typeof value !== 'object' || value === null || !(brand in value)) return false
  const { status } = value as AuthError
  return Number.isInteger(status) && status >= 400 && status <= 599
}

/** 401 without an error code: the request carried no access token (RFC 6750 section 3.1). */
export class MissingCredentialsError extends AuthError {
  override readonly name = 'MissingCredentialsError'
  readonly status = 401
  readonly error = undefined

  constructor() {
    super('the request carried no access token', 'no-credentials')
  }
}

/** 400 `invalid_request`: the credentials are malformed, or there are several. */
export class InvalidRequestError extends AuthError {
  override readonly name = 'InvalidRequestError'
  readonly status = 400
  readonly error = 'invalid_request'

  constructor(reason: Reason) {
    super('the request did not carry one well-formed access token', reason)
  }
}

/** 401 `invalid_token`: the access token was refused. */
export class InvalidTokenError extends AuthError {
  override readonly name = 'InvalidTokenError'
  readonly status = 401
  readonly error = 'invalid_token'

  constructor(reason: Reason) {
    super('the access token was refused', reason)
  }
}

/** 403 `insufficient_scope`: the token is good, but does not permit this. */
export class InsufficientScopeError extends AuthError {
  override readonly name = 'InsufficientScopeError'
  readonly status = 403
  readonly error = 'insufficient_scope'

  constructor(reason: Reason) {
    super('the access token does not permit this request', reason)
  }
}

/** Seconds: a day. JavaScript writes a very large number with an exponent. */
const longestRetry = 86_400

/** 503: it cannot be decided now whether the token is good. That says nothing against the token. */
export class UnavailableError extends AuthError {
  override readonly name = 'UnavailableError'
  readonly status = 503
  readonly error = undefined
  /** Seconds until the next attempt, whole, from 1 to 86,400. */
  readonly retryAfter: number
  /** The issuers whose keys are missing, or that gave no answer. */
  readonly issuers: readonly string[]

  constructor(reason: Reason, retryAfter: number, issuers: readonly string[] = []) {
    super('the access token cannot be checked now', reason)
    // RFC 9110 section 10.2.3 knows digits alone, and a wrapper of a verifier may give anything.
    const seconds = Number.isFinite(retryAfter) ? Math.ceil(retryAfter) : 1
    this.retryAfter = Math.min(Math.max(1, seconds), longestRetry)
    this.issuers = Object.freeze([...issuers])
    answerWith(this, { 'Retry-After': String(this.retryAfter) })
  }
}

/** Fills in the answer that this error leads to. */
export function answerWith(error: AuthError, headers: AnswerHeaders, body?: ProblemDetails): void {
  define(error, 'headers', Object.freeze({ ...headers }))
  if (body !== undefined) define(error, 'body', body)
}

function define(error: AuthError, name: 'headers' | 'body', value: object): void {
  Object.defineProperty(error, name, { value, enumerable: true, configurable: true })
}
