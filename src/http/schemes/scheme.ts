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
   * credential; unless `check` finds that.
   */
  read(head: RequestHead): Credential | undefined
  /**
   * Makes the rest of the checks of `read`, before anything is decided about a token that is not
   * known yet; undefined if `read` leaves none. To look at every character of a token takes as long
   * as its digest, and a token with the digest of a verified one is that very text.
   *
   * @throws InvalidRequestError as `read` does.
   */
  readonly check: ((head: RequestHead) => void) | undefined
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
