import type { Algorithm } from '../algorithms.ts'
import { supportedAlgorithms } from '../algorithms.ts'
import { InvalidTokenError } from '../errors.ts'
import type { JwsHeader } from './header-cache.ts'
import type { TokenProfile } from './profile.ts'

/** What the header of a token may say. */
export interface HeaderPolicy {
  readonly algorithms: readonly Algorithm[]
  /** Undefined where types are judged once it is known whose token it is. */
  readonly profile: Pick<TokenProfile, 'types' | 'untyped'> | undefined
}

/** What a token of one issuer is measured by. */
export interface TokenPolicy extends HeaderPolicy {
  readonly audience: readonly string[] | undefined
  readonly profile: TokenProfile
  /** What each role permits, in addition to what the token says. */
  readonly permissionsOf: Readonly<Record<string, readonly string[]>> | undefined
  /** Seconds. */
  readonly clockTolerance: number
}

/** Judges a header, and gives the algorithm that it names. */
export function judgeHeader(header: JwsHeader, { algorithms, profile }: HeaderPolicy): Algorithm {
  const algorithm = allowedAlgorithm(header, algorithms)
  if (profile !== undefined) checkType(header, profile)
  checkCritical(header)
  return algorithm
}

/** RFC 8725bis section 3.1: an algorithm that is not on the allow-list is not used. */
export function allowedAlgorithm({ alg }: JwsHeader, allowed: readonly Algorithm[]): Algorithm {
  if (!allowed.includes(alg as Algorithm)) throw new InvalidTokenError('algorithm')
  return alg as Algorithm
}

/** RFC 9068 section 4, RFC 8725bis section 3.11: `typ` is compared as a media type. */
function checkType(
  { typ }: JwsHeader,
  { types, untyped }: NonNullable<HeaderPolicy['profile']>,
): void {
  // Nearly every token spells its type as the profile does, and needs no more than this.
  if (typ === undefined ? untyped : types.includes(typ as string)) return
  const type = mediaType(typ)
  if (type === undefined || !types.includes(type)) throw new InvalidTokenError('token-type')
}

/**
 * RFC 7515 section 4.1.11: an access token needs no extension, and `b64` is not for JWTs (RFC 7797
 * section 7).
 */
export function checkCritical(header: JwsHeader): void {
  if (Object.hasOwn(header, 'crit') || Object.hasOwn(header, 'b64')) {
    throw new InvalidTokenError('critical-header')
  }
}

/**
 * What a header may say before it is known whose token it is: whatever one of the policies allows.
 */
export function widestHeaderPolicy(policies: readonly TokenPolicy[]): HeaderPolicy {
  const [only] = policies
  if (only !== undefined && policies.length === 1) return only
  return {
    algorithms: supportedAlgorithms.filter((name) =>
      policies.some(({ algorithms }) => algorithms.includes(name)),
    ),
    profile: {
      types: policies.flatMap(({ profile }) => profile.types),
      untyped: policies.some(({ profile }) => profile.untyped),
    },
  }
}

/** A media type in lower case, without `application/` (RFC 7515 section 4.1.9). */
export function mediaType(typ: unknown): string | undefined {
  return typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : undefined
}
