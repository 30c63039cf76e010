import type { Principal } from '../auth.ts'
import { InvalidTokenError } from '../errors.ts'
import { own } from '../own-members.ts'
import { readActors } from './actors.ts'
import { invalidToken, wrongClaim } from './details.ts'
import type { Claims } from './jws.ts'
import { hasMark, isSign, otherKind, saysAccessToken } from './marks.ts'
import { readPermitted, valueAt } from './permissions.ts'
import type { TokenProfile } from './profile.ts'
import { aText, requireText } from './required-text.ts'
import type { TokenPolicy } from './token-policy.ts'

/** The times of a token, in seconds since the epoch, and the tolerance to measure them with. */
export interface Times {
  readonly exp: number
  readonly nbf: number | undefined
  readonly iat: number | undefined
  readonly clockTolerance: number
}

const longestJti = 256
const longestScope = 4096
/**
 * Seconds since the epoch, far beyond the year 9999, which some issuers write for "never". A larger
 * number is a date in milliseconds by mistake (those since 2001 are larger), or 1e400, which
 * JSON.parse reads as Infinity: such a token would never expire.
 */
const latestDate = 1e12
const aDate = 'a number of seconds since 1970, at most 1e12'

/**
 * RFC 7519 section 4.1.3, RFC 9068 section 4: the token must be meant for this API. Some issuers
 * leave out `aud` and name the audience in another claim, which the profile states. An `aud` that
 * is there always counts, of whatever type it is.
 */
export function checkAudience(
  claims: Claims,
  { audience: expected, profile }: Pick<TokenPolicy, 'audience' | 'profile'>,
): void {
  const aud = own(claims, 'aud')
  const elsewhere = profile.audience !== 'aud' && saysNothing(aud, profile.otherAudiences)
  const named = elsewhere ? own(claims, profile.audience) : aud
  const list: readonly unknown[] = Array.isArray(named) && !elsewhere ? named : [named]
  const isList = list.every((one) => typeof one === 'string')
  if (!isList || !expected?.some((one) => list.includes(one)))
    throw new InvalidTokenError('audience')
}

/** Whether `aud` is absent, an empty list, or names nothing but audiences that say nothing. */
export function saysNothing(aud: unknown, others: readonly string[]): boolean {
  if (aud === undefined) return true
  const list: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  return list.every((one) => others.includes(one as string))
}

/**
 * RFC 7519 sections 4.1.4 to 4.1.6: `exp` must be there, and every date must be a finite number.
 */
export function readTimes(
  claims: Claims,
  {
    profile,
    clockTolerance,
  }: Pick<TokenPolicy, 'clockTolerance'> & { readonly profile: Pick<TokenProfile, 'issuedAt'> },
): Times {
  const exp = own(claims, 'exp')
  const nbf = own(claims, 'nbf')
  const iat = own(claims, 'iat')
  if (!isDate(exp)) throw wrongClaim(['exp'], aDate)
  if (nbf !== undefined && !isDate(nbf)) throw wrongClaim(['nbf'], aDate)
  if (iat === undefined ? profile.issuedAt : !isDate(iat)) throw wrongClaim(['iat'], aDate)
  return { exp, nbf, iat: iat as number | undefined, clockTolerance }
}

export function isDate(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= latestDate
}

/** Asked for every token at every request, in the token cache or not. `now` is in milliseconds. */
export function checkTimes({ exp, nbf, iat, clockTolerance }: Times, now: number): void {
  const seconds = Math.floor(now / 1000)
  // Each comparison is written so that it fails for NaN: a broken clock must refuse tokens, not
  // accept them.
  if (!(seconds - clockTolerance < exp)) {
    throw invalidToken('expired', { seconds: seconds - exp, clockTolerance })
  }
  if (nbf !== undefined && !(nbf <= seconds + clockTolerance)) {
    throw invalidToken('not-yet-valid', { seconds: nbf - seconds, clockTolerance })
  }
  if (iat !== undefined && !(iat <= seconds + clockTolerance)) {
    throw invalidToken('issued-in-future', { seconds: iat - seconds, clockTolerance })
  }
}

/**
 * What a token is bound to: the claim `cnf` (RFC 7800 section 3.1) as its issuer stated it, not yet
 * checked.
 */
export interface Confirmation {
  readonly cnf: unknown
}

export function readConfirmation(claims: Claims): Confirmation | undefined {
  return Object.hasOwn(claims, 'cnf') ? { cnf: claims['cnf'] } : undefined
}

/** The claims of a token, and what its header says of its type. */
interface Typed {
  readonly claims: Claims
  /** The media type in the header, in lower case and without `application/`. */
  readonly type: string | undefined
}

/**
 * Refuses tokens that say of themselves, or show by their claims, that they are no access tokens.
 */
export function checkKind({ claims, type }: Typed, { accessToken, refused }: TokenProfile): void {
  const other = otherKind(claims)
  if (other !== undefined) {
    throw invalidToken('token-type', { claim: other, shows: 'another kind' })
  }
  const isMarked = accessToken !== undefined && hasMark(claims, accessToken)
  if (accessToken !== undefined && !isMarked) {
    throw invalidToken('token-type', { claim: accessToken.claim, shows: 'no mark' })
  }
  const isAccessToken = isMarked || type === 'at+jwt' || saysAccessToken(claims)
  for (const mark of refused) {
    const { claim } = mark
    const sign = isSign(mark)
    if ((sign && isAccessToken) || !hasMark(claims, mark)) continue
    throw invalidToken('token-type', { claim, shows: sign ? 'a sign' : 'a refused mark' })
  }
}

/**
 * What the claims say, if they have the shape that the profile demands (RFC 9068 section 2.2). The
 * caller freezes the claims.
 */
export function readPrincipal(
  claims: Claims,
  issuer: string,
  policy: Pick<TokenPolicy, 'profile' | 'permissionsOf'>,
  exp: number,
): Principal {
  const { profile } = policy
  for (const name of profile.required) requireText(own(claims, name), [name])
  const jti = own(claims, 'jti')
  if (jti !== undefined && requireText(jti, ['jti']).length > longestJti) {
    throw wrongClaim(['jti'], `a string of at most ${longestJti} characters`)
  }
  const clientId = readClient(claims, profile)
  const scopes = readScopes(claims, profile)
  return {
    issuer,
    subject: readSubject(claims, profile, clientId, scopes),
    clientId,
    scopes,
    ...readPermitted(claims, policy, scopes),
    actors: readActors(claims),
    claims: claims as Principal['claims'],
    tokenClaims: claims as Principal['claims'],
    expiresAt: exp,
  }
}

function readClient(claims: Claims, { client }: TokenProfile): string | undefined {
  const value = valueAt(claims, client)
  return value === undefined ? undefined : requireText(value, client)
}

/** Claims of tokens that were issued for a person. */
const personal = [
  'auth_time',
  'amr',
  'sid',
  'nonce',
  'upn',
  'unique_name',
  'preferred_username',
  'email',
]

/**
 * RFC 9068 section 2.2: where no person is involved, `sub` names the client. Some issuers leave it
 * out there. A token of a person must never be taken for one of its client: the client may be
 * allowed more.
 */
function readSubject(
  claims: Claims,
  { subject, subjectPrefix, client }: TokenProfile,
  clientId: string | undefined,
  scopes: readonly string[],
): string {
  const sub = own(claims, 'sub')
  if (subjectPrefix !== undefined && !requireText(sub, ['sub']).startsWith(subjectPrefix)) {
    throw wrongClaim(['sub'], `a string that begins with '${subjectPrefix}'`)
  }
  if (subject === 'client' && (sub === undefined || sub === '')) {
    const sign = personal.find((name) => Object.hasOwn(claims, name))
    if (sign !== undefined || scopes.includes('openid')) {
      const shown = sign === undefined ? "the scope 'openid'" : `the claim '${sign}'`
      throw wrongClaim(['sub'], `${aText}, because ${shown} shows that this is a person's token`)
    }
    return requireText(clientId, ['sub', ...client])
  }
  return requireText(sub, ['sub'])
}

/** RFC 9068 section 2.2.3, RFC 8693 section 4.2: scopes separated by spaces. */
function readScopes(claims: Claims, { scopes, scopeArray }: TokenProfile): readonly string[] {
  const stated = valueAt(claims, scopes)
  const value = stated === undefined ? '' : stated
  if (typeof value === 'string') {
    if (value.length > longestScope) {
      throw wrongClaim(scopes, `a string of at most ${longestScope} characters`)
    }
    return Object.freeze(value.split(' ').filter((scope) => scope !== ''))
  }
  const isList = Array.isArray(value) && value.every((scope) => typeof scope === 'string')
  if (!scopeArray || !isList) {
    const list = scopeArray ? ' or a list of strings' : ''
    throw wrongClaim(scopes, `a string of scopes separated by spaces${list}`)
  }
  return Object.freeze([...value])
}
