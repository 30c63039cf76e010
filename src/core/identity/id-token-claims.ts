import type { Algorithm } from '../algorithms.ts'
import { InvalidTokenError } from '../errors.ts'
import { isDate } from '../jwt/claims.ts'
import { invalidToken, wrongClaim } from '../jwt/details.ts'
import type { Claims } from '../jwt/jws.ts'
import { otherThanIdToken } from '../jwt/marks.ts'
import { own } from '../own-members.ts'
import { accessTokenHash } from './access-token-hash.ts'
import type { IdTokenOptions } from './id-token-options.ts'

/**
 * OIDC Core section 3.1.3.7, numbers 3 to 5: a token for several audiences says which client it was
 * issued to, and whenever a token says so, that must be this client. Otherwise a token that another
 * client has got could be used here.
 */
export function checkAuthorizedParty(
  claims: Claims,
  { clientId }: Pick<IdTokenOptions, 'clientId'>,
): void {
  const azp = own(claims, 'azp')
  if (azp === clientId) return
  if (azp !== undefined || !isForAlone(claims, clientId)) throw new InvalidTokenError('audience')
}

/** Whether `aud` names this client and nobody else. */
function isForAlone(claims: Claims, clientId: string): boolean {
  const aud = own(claims, 'aud')
  const list: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  return list.every((one) => one === clientId)
}

/** Refuses tokens that say of themselves that they are no ID tokens. */
export function checkIdTokenKind(claims: Claims): void {
  const claim = otherThanIdToken(claims)
  if (claim !== undefined) throw invalidToken('token-type', { claim, shows: 'another kind' })
}

/** OIDC Core section 3.1.3.7, number 11: a token of another sign-in has been injected into this one. */
export function checkNonce(claims: Claims, { nonce }: Pick<IdTokenOptions, 'nonce'>): void {
  if (nonce !== undefined && own(claims, 'nonce') !== nonce) throw new InvalidTokenError('nonce')
}

/** When the user signed in, in seconds since the epoch; undefined if the token does not say it. */
export function readSignInTime(claims: Claims): number | undefined {
  const time = own(claims, 'auth_time')
  return isDate(time) ? time : undefined
}

/**
 * OIDC Core section 3.1.3.7, number 13. A sign-in in the future is refused as well: it would count
 * as recent for a long time.
 *
 * @param now In milliseconds.
 */
export function checkSignInTime(
  claims: Claims,
  { maxAge }: Pick<IdTokenOptions, 'maxAge'>,
  { now, clockTolerance }: { readonly now: number; readonly clockTolerance: number },
): void {
  if (maxAge === undefined) return
  const time = readSignInTime(claims)
  if (time === undefined) throw wrongClaim(['auth_time'], 'a number of seconds since 1970')
  // Written so that it fails for NaN: a broken clock must refuse tokens, not accept them.
  const age = Math.floor(now / 1000) - time
  if (!(age <= maxAge + clockTolerance && age >= -clockTolerance)) {
    throw wrongClaim(['auth_time'], signInWithin(age, maxAge, clockTolerance))
  }
}

function signInWithin(age: number, maxAge: number, clockTolerance: number): string {
  const found = age < 0 ? `${-age} s in the future` : `${age} s ago`
  return `a sign-in at most ${maxAge} s ago (clockTolerance ${clockTolerance} s), and it was ${found}`
}

/** OIDC Core section 3.1.3.8: the access token was issued with this ID token. */
export async function checkAccessTokenHash(
  claims: Claims,
  { accessToken }: Pick<IdTokenOptions, 'accessToken'>,
  algorithm: Algorithm,
): Promise<void> {
  if (accessToken === undefined) return
  if (own(claims, 'at_hash') !== (await accessTokenHash(accessToken, algorithm))) {
    throw wrongClaim(['at_hash'], 'the hash of the access token that was given')
  }
}
