import type { DeepReadonly, JWTPayload } from '../auth.ts'
import { deepFreeze } from '../auth.ts'
import { InvalidTokenError } from '../errors.ts'
import type { FormatContext, Verification } from '../formats/format.ts'
import type { ActiveIssuer } from '../issuers/active-issuer.ts'
import { bindKey } from '../jwt/bind-key.ts'
import { checkAudience, checkTimes, readTimes } from '../jwt/claims.ts'
import type { Claims, CompactJws } from '../jwt/jws.ts'
import { checkText, formError, isJws, readClaims, readJws } from '../jwt/jws.ts'
import { requireText } from '../jwt/required-text.ts'
import { findSigner } from '../jwt/signature.ts'
import { allowedAlgorithm, judgeHeader } from '../jwt/token-policy.ts'
import { own } from '../own-members.ts'
import { roomForToken } from '../turn.ts'
import {
  checkAccessTokenHash,
  checkAuthorizedParty,
  checkIdTokenKind,
  checkNonce,
  checkSignInTime,
  readSignInTime,
} from './id-token-claims.ts'
import type { IdTokenOptions } from './id-token-options.ts'
import { resolveIdTokenOptions } from './id-token-options.ts'
import { idTokenPolicy, idTokenProfile } from './id-token-profile.ts'

/** The claims that every ID token has (OIDC Core section 2), and whatever else the issuer states. */
export interface IdTokenClaims extends JWTPayload {
  iss: string
  sub: string
  aud: string | string[]
  exp: number
  iat: number
}

/**
 * Who has signed in at a client, as its issuer states it. Frozen deeply. It permits nothing, so it
 * is no `Auth`: it has no scopes, roles or permissions, and not the token either.
 */
export interface IdToken {
  /** The issuer, exactly as it was configured. A user is the pair of `issuer` and `subject`. */
  readonly issuer: string
  /** The user: the `sub` claim. */
  readonly subject: string
  /** The client that the token was issued to, as the options name it. */
  readonly clientId: string
  /** When the user signed in: seconds since the epoch, as in `auth_time`, if it states that. */
  readonly authTime: number | undefined
  /** Every claim of the token. Those beyond the standard ones may have any type. */
  readonly claims: DeepReadonly<IdTokenClaims>
  /** When the token expires: seconds since the epoch, as in `exp`. */
  readonly expiresAt: number
}

/** @param run Filled in as far as the token comes. For hints. */
type VerifyIdToken = (token: string, options: IdTokenOptions, run: Verification) => Promise<IdToken>

/**
 * Verifies ID tokens with the issuers and keys that access tokens are verified with. None is
 * cached: an ID token is read once for each sign-in.
 */
export function createVerifyIdToken({
  issuers,
  now,
}: Pick<FormatContext, 'issuers' | 'now'>): VerifyIdToken {
  return async (token, given, run) => {
    const verified = await verify(token, resolveIdTokenOptions(given), run)
    run.emit?.({ type: 'token.accepted', issuer: verified.issuer, cached: false })
    return verified
  }

  /** Makes every check, the cheap ones first: only a token that passed all others causes a fetch. */
  async function verify(
    token: string,
    options: IdTokenOptions,
    run: Verification,
  ): Promise<IdToken> {
    checkText(token)
    await roomForToken()
    if (!isJws(token)) throw formError(token)
    const jws = readJws(token)
    run.header = jws.header
    const { algorithms } = issuers.headerPolicy
    judgeHeader(jws.header, { algorithms, profile: idTokenProfile })
    const claims = readClaims(jws)
    run.claims = claims
    const iss = own(claims, 'iss')
    // Without `iss`, an issuer would be found by the subject, as that of some access tokens is.
    const issuer = typeof iss === 'string' ? await issuers.find(iss, undefined) : undefined
    if (issuer === undefined) throw new InvalidTokenError('issuer')
    run.issuer = issuer
    return verifyFor(issuer, { jws, claims }, options, run)
  }

  /** Makes the checks that need to know whose token it is, the signature last. */
  async function verifyFor(
    issuer: ActiveIssuer,
    { jws, claims }: ReadToken,
    options: IdTokenOptions,
    run: Verification,
  ): Promise<IdToken> {
    const policy = idTokenPolicy(issuer, options.clientId)
    run.policy = policy
    const algorithm = allowedAlgorithm(jws.header, policy.algorithms)
    checkAudience(claims, policy)
    checkAuthorizedParty(claims, options)
    const times = readTimes(claims, policy)
    checkTimes(times, now())
    checkIdTokenKind(claims)
    const subject = requireText(own(claims, 'sub'), ['sub'])
    checkNonce(claims, options)
    checkSignInTime(claims, options, { now: now(), clockTolerance: policy.clockTolerance })
    await checkAccessTokenHash(claims, options, algorithm)

    const key = await findSigner(jws, algorithm, issuer.keys, run.emit)
    issuers.proven(issuer)
    bindKey({ issuer: issuer.issuer, key, algorithm }, run)
    return Object.freeze({
      issuer: issuer.issuer,
      subject,
      clientId: options.clientId,
      authTime: readSignInTime(claims),
      claims: deepFreeze(claims) as IdToken['claims'],
      expiresAt: times.exp,
    })
  }
}

/** A token whose parts have been read, and nothing of which is verified. */
interface ReadToken {
  readonly jws: CompactJws
  readonly claims: Claims
}
