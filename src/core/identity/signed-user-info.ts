import { AuthError } from '../errors.ts'
import type { Emit } from '../events.ts'
import type { ActiveIssuer } from '../issuers/active-issuer.ts'
import { checkAudience, checkTimes, isDate } from '../jwt/claims.ts'
import type { Claims } from '../jwt/jws.ts'
import { readClaims, readJws } from '../jwt/jws.ts'
import { findSigner } from '../jwt/signature.ts'
import { judgeHeader } from '../jwt/token-policy.ts'
import { own } from '../own-members.ts'
import { idTokenPolicy } from './id-token-profile.ts'
import { unusable } from './user-info.ts'

/** For whom an answer is, and by whose clock it is measured. */
export interface AnswerContext {
  readonly issuer: ActiveIssuer
  /** The client that the access token was issued to. */
  readonly clientId: string | undefined
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly emit: Emit
}

/**
 * The claims of an answer that the issuer has signed (OIDC Core section 5.3.2): it is of this
 * issuer, and for the client of the access token.
 *
 * @throws LoadError
 */
export async function readSignedUserInfo(
  jwt: string,
  { issuer, clientId, now, emit }: AnswerContext,
): Promise<Claims> {
  if (clientId === undefined) throw unusable('it is signed, and the token names no client')
  try {
    const jws = readJws(jwt)
    const policy = idTokenPolicy(issuer, clientId)
    const algorithm = judgeHeader(jws.header, policy)
    const claims = readClaims(jws)
    if (own(claims, 'iss') !== issuer.issuer) throw unusable('its iss is not the issuer')
    checkAudience(claims, policy)
    checkValidity(claims, now, policy.clockTolerance)
    const key = await findSigner(jws, algorithm, issuer.keys, emit)
    // RFC 8725bis section 3.1: a key that a token has bound to one algorithm is used with no other.
    if (!key.fits(algorithm)) throw unusable('its signature')
    return claims
  } catch (error) {
    // These errors are about tokens of callers, and this JWT is none.
    throw error instanceof AuthError ? unusable(`its ${error.reason}`) : error
  }
}

/** Times are optional in such an answer, but those that are there count. */
function checkValidity(claims: Claims, now: number, clockTolerance: number): void {
  const [exp, nbf, iat] = ['exp', 'nbf', 'iat'].map((name) => own(claims, name))
  for (const time of [exp, nbf, iat]) {
    if (time !== undefined && !isDate(time)) throw unusable('its times')
  }
  const times = { exp: exp ?? Infinity, nbf, iat, clockTolerance }
  checkTimes(times as Parameters<typeof checkTimes>[0], now)
}
