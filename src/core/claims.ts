import type { Grant } from './auth.ts'
import type { JwsHeader } from './compact.ts'
import { InvalidTokenError } from './errors.ts'
import type { Policy } from './issuer-options.ts'
import type { Profile } from './profile.ts'

type Claims = Readonly<Record<string, unknown>>

/** The times of a token, in seconds since the epoch, and the tolerance to measure them with. */
export interface Times {
  readonly exp: number
  readonly nbf: number | undefined
  readonly iat: number | undefined
  readonly clockTolerance: number
}

const longestJti = 256
const longestScope = 4096
/** The year 5138. Beyond are milliseconds, and 1e400, which is never. */
const latestDate = 1e11

/** RFC 9068 section 4 and RFC 8725bis section 3.11: `typ` is compared as a media type. */
export function checkType(
  { typ }: JwsHeader,
  { types, untyped }: Pick<Profile, 'types' | 'untyped'>,
): void {
  if (typ === undefined ? untyped : types.includes(typ as string)) return
  const type = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : undefined
  if (type === undefined || !types.includes(type)) throw new InvalidTokenError('token-type')
}

/** RFC 7519 section 4.1.3, RFC 9068 section 4: `aud` names this API. */
export function checkAudience({ aud }: Claims, expected: readonly string[]): void {
  const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  const isList = named.every((one) => typeof one === 'string')
  if (!isList || !expected.some((one) => named.includes(one)))
    throw new InvalidTokenError('audience')
}

/** RFC 7519 sections 4.1.4 to 4.1.6: dates are finite numbers, if they are there. */
export function readTimes({ exp, nbf, iat }: Claims, { profile, clockTolerance }: Policy): Times {
  if (!isDate(exp)) throw new InvalidTokenError('claims')
  if (nbf !== undefined && !isDate(nbf)) throw new InvalidTokenError('claims')
  if (iat === undefined ? profile.issuedAt : !isDate(iat)) throw new InvalidTokenError('claims')
  return { exp, nbf, iat: iat as number | undefined, clockTolerance }
}

function isDate(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) < latestDate
}

/** Checked on every request, remembered token or not. `now` is in milliseconds. */
export function checkTimes({ exp, nbf, iat, clockTolerance }: Times, now: number): void {
  const seconds = Math.floor(now / 1000)
  // Each is asked so that a clock which gives NaN refuses.
  if (!(seconds - clockTolerance < exp)) throw new InvalidTokenError('expired')
  if (nbf !== undefined && !(nbf <= seconds + clockTolerance)) {
    throw new InvalidTokenError('not-yet-valid')
  }
  if (iat !== undefined && !(iat <= seconds + clockTolerance)) {
    throw new InvalidTokenError('issued-in-future')
  }
}

/** The claims as a grant, if they have the shape that the profile demands (RFC 9068 section 2.2). Frozen by the caller. */
export function readGrant(claims: Claims, issuer: string, profile: Profile, exp: number): Grant {
  // RFC 7800 section 3.1: to ignore a binding is to accept a stolen token.
  if (Object.hasOwn(claims, 'cnf')) throw new InvalidTokenError('sender-constraint')
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
    claims: claims as Grant['claims'],
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
