import { own } from '../own-members.ts'
import { LoadError } from '../remote/load-error.ts'

/** A token with which this API calls another service for its caller (RFC 8693 section 2.2.1). */
export interface ExchangedToken {
  /** The access token. Not enumerable: no log, spread or JSON shows it. */
  readonly token: string
  /** How it is presented: `Authorization: Bearer …`. */
  readonly tokenType: 'Bearer'
  /** The scopes that it has: what the issuer says, or else what was asked for. */
  readonly scopes: readonly string[]
  /** When it expires: seconds since the epoch. Undefined if the issuer does not say it. */
  readonly expiresAt: number | undefined
}

class Exchanged implements ExchangedToken {
  static {
    Object.freeze(Exchanged)
    Object.freeze(Exchanged.prototype)
  }

  readonly tokenType = 'Bearer'
  readonly scopes: readonly string[]
  readonly expiresAt: number | undefined
  readonly #token: string

  constructor(token: string, scopes: readonly string[], expiresAt: number | undefined) {
    this.scopes = Object.freeze(scopes)
    this.expiresAt = expiresAt
    this.#token = token
    Object.freeze(this)
  }

  get token(): string {
    return this.#token
  }
}

/** RFC 8693 section 3: what an access token may be called. */
const accessTokenTypes: readonly unknown[] = [
  'urn:ietf:params:oauth:token-type:access_token',
  'urn:ietf:params:oauth:token-type:jwt',
]

/**
 * Reads the answer of a token endpoint.
 *
 * @param asked The scopes that were asked for: an answer leaves them out where it grants just these
 * (RFC 6749 section 5.1).
 * @param at When the issuer was asked, in seconds since the epoch.
 * @throws LoadError if there is no access token in it that can be presented as a bearer token.
 */
export function readExchangedToken(
  body: unknown,
  asked: string | undefined,
  at: number,
): ExchangedToken {
  const token = own(body, 'access_token')
  // RFC 6749 appendix A.12. The token becomes a header of a request.
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) throw unusable('access_token')
  const type = own(body, 'token_type')
  if (typeof type !== 'string' || !/^bearer$/i.test(type)) throw unusable('token_type')
  // RFC 8693 section 2.2.1 demands it; where it is left out, nothing else was asked for.
  const issued = own(body, 'issued_token_type')
  if (issued !== undefined && !accessTokenTypes.includes(issued)) {
    throw unusable('issued_token_type')
  }
  const scope = own(body, 'scope') ?? asked ?? ''
  if (typeof scope !== 'string') throw unusable('scope')
  const scopes = scope.split(' ').filter((one) => one !== '')
  return new Exchanged(token, scopes, expiryOf(own(body, 'expires_in'), at))
}

/** Some issuers write the number as a string. */
function expiryOf(seconds: unknown, at: number): number | undefined {
  if (seconds === undefined || seconds === null) return undefined
  const isText = typeof seconds === 'string' && /^\d{1,10}$/.test(seconds)
  const lasts = isText ? Number(seconds) : seconds
  if (typeof lasts !== 'number' || !(lasts > 0 && lasts <= 1e10)) throw unusable('expires_in')
  return Math.floor(at + lasts)
}

/** It names the member, and never shows its value. */
function unusable(member: string): LoadError {
  return new LoadError(`an answer with an unusable ${member}`, { answered: true })
}
