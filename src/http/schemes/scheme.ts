import type { Auth } from '../../core/auth.ts'
import type { AnswerHeaders, AuthError, Reason } from '../../core/errors.ts'
import type { Parameters } from '../parameters.ts'
import type { RequestHead } from '../request-head.ts'

/** An access token as a request presents it. */
export interface Credential {
  readonly token: string
}

/** A way to present an access token (RFC 9110 section 11.1). */
export interface Scheme {
  readonly name: 'Bearer' | 'DPoP'
  /**
   * The token of a request that uses this scheme, undefined if it does not.
   *
   * @throws InvalidRequestError if the scheme is used, but not as the request's one well-formed
   * credential.
   */
  read(head: RequestHead): Credential | undefined
  /** What this scheme says in a challenge, beside `realm` and what the route asks for. */
  challenge(refused: AuthError): Parameters
  /**
   * What a developer is told of a request without credentials, or with malformed ones. It is only
   * asked for when somebody listens.
   */
  hint(reason: Reason, head: RequestHead): string
  /** Gives headers for the answer to a request that was admitted; undefined if there are none. */
  readonly admitted: ((auth: Auth) => AnswerHeaders | undefined) | undefined
}
