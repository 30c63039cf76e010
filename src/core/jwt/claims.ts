import type { Principal } from '../auth.ts'
import { InvalidTokenError } from '../errors.ts'
import type { Claims } from './jws.ts'
import type { Profile } from './profile.ts'
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

/** RFC 7519 section 4.1.3, RFC 9068 section 4: `aud` must name this API. */
export function checkAudience({ aud }: Claims, expected: readonly string[]): void {
  const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  const isList = named.every((one) => typeof one === 'string')
  if (!isList || !expected.some((one) => named.includes(one)))
    throw new InvalidTokenError('audience')
}

/**
 * RFC 7519 sections 4.1.4 to 4.1.6: `exp` must be there, and every date must be a finite number.
 */
export function readTimes(
  { exp, nbf, iat }: Claims,
  { profile, clockTolerance }: Pick<TokenPolicy, 'profile' | 'clockTolerance'>,
): Times {
  if (!isDate(exp)) throw new InvalidTokenError('claims')
  if (nbf !== undefined && !isDate(nbf)) throw new InvalidTokenError('claims')
  if (iat === undefined ? profile.issuedAt : !isDate(iat)) throw new InvalidTokenError('claims')
  return { exp, nbf, iat: iat as number | undefined, clockTolerance }
}

function isDate(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= latestDate
}

/** Asked for every token at every request, in the token cache or not. `now` is in milliseconds. */
export function checkTimes({ exp, nbf, iat, clockTolerance }: Times, now: number): void {
  const seconds = Math.floor(now / 1000)
  // Each comparison is written so that it fails for NaN: a broken clock must refuse tokens, not
  // accept them.
  if (!(seconds - clockTolerance < exp)) throw new InvalidTokenError('expired')
  if (nbf !== undefined && !(nbf <= seconds + clockTolerance)) {
    throw new InvalidTokenError('not-yet-valid')
  }
  if (iat !== undefined && !(iat <= seconds + clockTolerance)) {
    throw new InvalidTokenError('issued-in-future')
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

/**
 * What the claims say, if they have the shape that the profile demands (RFC 9068 section 2.2). The
 * caller freezes the claims.
 */
export function readPrincipal(
  claims: Claims,
  issuer: string,
  profile: Profile,
  exp: number,
): Principal {
  if (profile.refused.some((name) => Object.hasOwn(claims, name))) {
    throw new InvalidTokenError('token-type')
  }
  for (const name of profile.required) requireText(claims[name])
  const { jti } = claims
  if (jti !== undefined && requireText(jti).length > longestJti)
    throw new InvalidTokenError('claims')
  return {
    issuer,
    subject: claims['sub'] as string,
    clientId: readClient(claims, profile),
    scopes: readScopes(claims, profile),
    claims: claims as Principal['claims'],
    expiresAt: exp,
  }
}

function requireText(value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new InvalidTokenError('claims')
  return value
}

function readClient(claims: Claims, profile: Profile): string | undefined {
  const name = profile.client.find((claim) => claims[claim] !== undefined)
  return name === undefined ? undefined : requireText(claims[name])
}

/** RFC 9068 section 2.2.3, RFC 8693 section 4.2: scopes separated by spaces. */
function readScopes(claims: Claims, { scopes, scopeArray }: Profile): readonly string[] {
  const claim = scopes.find((name) => claims[name] !== undefined)
  const value = claim === undefined ? '' : claims[claim]
  if (typeof value === 'string') {
    if (value.length > longestScope) throw new InvalidTokenError('claims')
    return Object.freeze(value.split(' ').filter((scope) => scope !== ''))
  }
  const isList = Array.isArray(value) && value.every((scope) => typeof scope === 'string')
  if (!scopeArray || !isList) throw new InvalidTokenError('claims')
  return Object.freeze([...value])
}
