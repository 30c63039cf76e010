import type { Algorithm, PublicKeyAlgorithm } from '../algorithms.ts'
import { fitsKeyType, isPublicKeyAlgorithm, sameAlgorithm } from '../algorithms.ts'
import { own, withoutPrototype } from '../own-members.ts'
import { isNamedByKey } from './key-issuer.ts'
import type { JwkMembers, KeyFault, PublicJwk, Spelling } from './public-key.ts'
import { flawed, readPublicKey, unsupported } from './public-key.ts'

/** Whose keys are read, what for, and how they may be written. */
export interface JwkRules {
  readonly algorithms: readonly Algorithm[]
  /**
   * The issuer whose tokens the keys are to verify. Undefined if they are no issuer's: then a key
   * that names one is not used.
   */
  readonly issuer: string | undefined
  readonly spelling: Spelling
}

/** A JWK that may verify signatures, with the allowed algorithms that it fits. */
export interface AdmittedJwk {
  readonly kid: string | undefined
  readonly jwk: PublicJwk
  readonly algorithms: readonly PublicKeyAlgorithm[]
}

/** Why a member of a key set is not used. */
export interface RefusedJwk extends KeyFault {
  readonly kid: string | undefined
}

/**
 * The most characters that a `kid` may have, in a key or in a token. Longer ones would only fill
 * logs.
 */
export const longestKid = 256

const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']
const readMembers: ReadonlySet<string> = new Set([
  ...['kty', 'kid', 'use', 'key_ops', 'alg', 'issuer', 'crv', 'n', 'e', 'x', 'y'],
  ...privateMembers,
])

/** What is given has no prototype, because it is told by the member `why` that a JWK is refused. */
export function admitJwk(member: unknown, rules: JwkRules): AdmittedJwk | RefusedJwk {
  return withoutPrototype(judgeJwk(member, rules))
}

function judgeJwk(member: unknown, rules: JwkRules): AdmittedJwk | RefusedJwk {
  if (typeof member !== 'object' || member === null || Array.isArray(member)) {
    return { kid: undefined, ...flawed('not a JSON object') }
  }
  const jwk = membersOf(member, rules.spelling)
  const kid = typeof jwk['kid'] === 'string' ? jwk['kid'] : undefined
  const fault = kidFault(jwk) ?? secretFault(jwk) ?? purposeFault(jwk) ?? issuerFault(jwk, rules)
  if (fault !== undefined) return { kid, ...fault }
  const key = withoutPrototype(readPublicKey(jwk, rules.spelling))
  if ('why' in key) return { kid, ...key }

  const { alg } = jwk
  if (alg !== undefined && typeof alg !== 'string') return { kid, ...flawed('alg is not a string') }
  const algorithms = rules.algorithms.filter(
    (name): name is PublicKeyAlgorithm =>
      fitsKeyType(name, key.kty, own(key, 'crv')) &&
      (alg === undefined || (isPublicKeyAlgorithm(alg) && sameAlgorithm(alg, name))),
  )
  if (algorithms.length > 0) return { kid, jwk: key, algorithms }
  return { kid, why: 'serves no allowed algorithm', flawed: false }
}

/**
 * A JWK that workerd exports has the members of every kind of key, and those that do not belong to
 * its kind are undefined. Many serializers write null for a member that is absent, or an empty
 * list in place of `oth`, which has a prime wherever a key has it (RFC 7518 section 6.3.2.7).
 */
function membersOf(member: object, spelling: Spelling): JwkMembers {
  const members: Record<string, unknown> = Object.create(null)
  for (const [name, value] of Object.entries(member)) {
    if (!readMembers.has(name) || value === undefined) continue
    if (spelling === 'strict' || !isEmpty(name, value)) members[name] = value
  }
  return members
}

function isEmpty(name: string, value: unknown): boolean {
  return value === null || (name === 'oth' && Array.isArray(value) && value.length === 0)
}

function kidFault({ kid }: JwkMembers): KeyFault | undefined {
  if (kid === undefined) return undefined
  if (typeof kid !== 'string') return flawed('kid is not a string')
  return kid.length > longestKid ? flawed('kid is too long') : undefined
}

function secretFault(jwk: JwkMembers): KeyFault | undefined {
  const isSecret = jwk['kty'] === 'oct' || privateMembers.some((name) => jwk[name] !== undefined)
  return isSecret ? flawed('holds private or symmetric key material') : undefined
}

/**
 * RFC 7517 sections 4.2 and 4.3: a key that is published for another purpose must not verify
 * signatures.
 */
function purposeFault({ use, key_ops: operations }: JwkMembers): KeyFault | undefined {
  if (use !== undefined && use !== 'sig') return unsupported('use', use, 'not for signatures (use)')
  if (operations === undefined) return undefined
  if (!Array.isArray(operations)) return flawed('key_ops is not a list')
  if (operations.includes('verify')) return undefined
  return { why: 'not for verification (key_ops)', flawed: false }
}

/** A key that names an issuer verifies the tokens of no other one. */
function issuerFault({ issuer: named }: JwkMembers, { issuer }: JwkRules): KeyFault | undefined {
  if (named === undefined) return undefined
  if (typeof named !== 'string') return flawed('issuer is not a string')
  if (issuer !== undefined && isNamedByKey(named, issuer)) return undefined
  return { why: 'for another issuer (issuer)', flawed: false }
}
