import type { Reason } from '../core/errors.ts'
import { AuthError } from '../core/errors.ts'
import type { Emit } from '../core/events.ts'
import type { Issuers } from '../core/issuers/issuers.ts'
import { checkTimes, readTimes } from '../core/jwt/claims.ts'
import type { Claims } from '../core/jwt/jws.ts'
import { checkSize } from '../core/jwt/jws.ts'
import type { StatementType } from '../core/jwt/statement.ts'
import { checkSigned, readStatement } from '../core/jwt/statement.ts'
import { judgeHeader } from '../core/jwt/token-policy.ts'
import { own } from '../core/own-members.ts'
import type { RefusalCode } from './refusal.ts'
import { NoticeRefusal, refuse } from './refusal.ts'

/** What a verifier is asked for where something is received that is no access token. */
export interface Trust {
  readonly issuers: Issuers
  readonly emit: Emit
  /** Milliseconds since the epoch. */
  now(): number
}

/** What a notice must be. */
export interface NoticeRules<T> {
  readonly type: StatementType
  /** Names that must be in `aud`. */
  readonly audience: readonly string[]
  /** Whether it must say with `exp` until when it counts. Otherwise it counts for ever. */
  readonly expires: boolean
  /** Every other check of the claims. It throws a NoticeRefusal. */
  read(claims: Claims): T
}

/** A notice that passed every check. */
export interface Notice<T> {
  readonly issuer: string
  readonly jti: string
  /** Seconds since the epoch. */
  readonly issuedAt: number
  /** Seconds since the epoch until which it would be accepted again; undefined: for ever. */
  readonly goodUntil: number | undefined
  readonly read: T
}

const longestJti = 256

/**
 * Verifies a JWT by which a trusted issuer tells what has happened. The checks come in the order of
 * those of an access token: only what passed all others may cause a request to the issuer.
 *
 * @throws NoticeRefusal, UnavailableError.
 */
export async function verifyNotice<T>(
  text: string,
  { issuers, emit, now }: Trust,
  rules: NoticeRules<T>,
): Promise<Notice<T>> {
  const { type, expires } = rules
  try {
    checkSize(text)
    const statement = readStatement(text)
    const { claims, jws } = statement
    judgeHeader(jws.header, { algorithms: issuers.headerPolicy.algorithms, profile: type })
    const iss = own(claims, 'iss')
    const issuer = typeof iss === 'string' ? await issuers.find(iss, undefined) : undefined
    if (issuer === undefined) refuse('invalid_issuer', 'its iss is none of the trusted issuers')
    checkAudience(claims, rules.audience)
    const { clockTolerance } = issuer.policy
    const { exp, iat } = readDates(claims, expires, clockTolerance)
    checkTimes({ exp, iat, nbf: undefined, clockTolerance }, now())
    const jti = own(claims, 'jti')
    if (typeof jti !== 'string' || jti === '' || jti.length > longestJti) {
      refuse('invalid_request', `its jti must be a string of 1 to ${longestJti} characters`)
    }
    const read = rules.read(claims)
    await checkSigned(statement, issuer, type, emit)
    issuers.proven(issuer)
    const goodUntil = exp === Infinity ? undefined : exp + clockTolerance
    return { issuer: issuer.issuer, jti, issuedAt: iat, goodUntil, read }
  } catch (error) {
    throw asRefusal(error, type)
  }
}

function checkAudience(claims: Claims, audience: readonly string[]): void {
  const aud = own(claims, 'aud')
  const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  const isList = named.every((one) => typeof one === 'string')
  if (isList && audience.some((one) => named.includes(one))) return
  refuse('invalid_audience', `its aud must name ${audience.join(' or ')}`)
}

/** `iat` must be there, and `exp` where a notice expires. */
function readDates(
  claims: Claims,
  expires: boolean,
  clockTolerance: number,
): { readonly exp: number; readonly iat: number } {
  const dates = expires ? claims : { ...claims, exp: own(claims, 'iat') }
  const { exp, iat } = readTimes(dates, { clockTolerance, profile: { issuedAt: true } })
  return { exp: expires ? exp : Infinity, iat: iat as number }
}

const hints: Partial<Record<Reason, string>> = {
  algorithm: "its alg is none of the issuer's algorithms",
  'critical-header': 'its header has crit or b64',
  claims: 'its iat, and the exp of a logout token, must be numbers of seconds',
  expired: 'it has expired',
  'issued-in-future': 'its iat is in the future',
  signature: 'its signature is wrong',
  'unknown-key': 'the issuer publishes no key that could have signed it',
}
const keyReasons: readonly Reason[] = ['algorithm', 'signature', 'unknown-key']

function asRefusal(error: unknown, { types, untyped }: StatementType): unknown {
  if (!(error instanceof AuthError) || error.status === 503) return error
  const code: RefusalCode = keyReasons.includes(error.reason) ? 'invalid_key' : 'invalid_request'
  const orNone = untyped ? ', or be left out' : ''
  const hint =
    error.reason === 'token-type'
      ? `its typ must be ${types.join(' or ')}${orNone}`
      : (hints[error.reason] ?? 'it is no signed JWT')
  return new NoticeRefusal(code, hint)
}
