import type { Algorithm } from '../algorithms.ts'
import { fitsKeyType, isAlgorithm, sameAlgorithm } from '../algorithms.ts'
import { decodeBase64url, toBigInt } from '../base64url.ts'
import { own, withoutPrototype } from '../own-members.ts'
import { ed25519Flaw, rsaFlaw } from './weak-keys.ts'

/**
 * The members that make a public key, and no others. Nothing else of a published JWK is ever used.
 */
export type PublicJwk =
  | { readonly kty: 'RSA'; readonly n: string; readonly e: string }
  | { readonly kty: 'EC'; readonly crv: string; readonly x: string; readonly y: string }
  | { readonly kty: 'OKP'; readonly crv: string; readonly x: string }

/** A JWK that may verify signatures, with the allowed algorithms that it fits. */
export interface AdmittedJwk {
  readonly kid: string | undefined
  readonly jwk: PublicJwk
  readonly algorithms: readonly Algorithm[]
}

/** Why a member of a key set is not used. */
export interface RefusedJwk {
  readonly kid: string | undefined
  readonly why: string
  /**
   * True: the member is malformed, weak or secret. False: there is nothing wrong with it, but it is
   * for another purpose, algorithm or curve than those of this verifier.
   */
  readonly flawed: boolean
}

type Fault = Pick<RefusedJwk, 'why' | 'flawed'>

/**
 * The most characters that a `kid` may have, in a key or in a token. Longer ones would only fill
 * logs.
 */
export const longestKid = 256

const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']

/**
 * The octets of a coordinate, and the curve y² = x³ - 3x + b over the integers modulo p (SP 800-186
 * section 3.2.1).
 */
interface Curve {
  readonly octets: number
  readonly p: bigint
  readonly b: bigint
}

const curves: ReadonlyMap<unknown, Curve> = new Map([
  [
    'P-256',
    {
      octets: 32,
      p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
      b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
    },
  ],
  [
    'P-384',
    {
      octets: 48,
      p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
      b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
    },
  ],
  [
    'P-521',
    {
      octets: 66,
      p: 2n ** 521n - 1n,
      b: 0x0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
    },
  ],
])

/** What is given has no prototype, because it is told by the member `why` that a JWK is refused. */
export function admitJwk(member: unknown, allowed: readonly Algorithm[]): AdmittedJwk | RefusedJwk {
  return withoutPrototype(judgeJwk(member, allowed))
}

function judgeJwk(member: unknown, allowed: readonly Algorithm[]): AdmittedJwk | RefusedJwk {
  if (typeof member !== 'object' || member === null || Array.isArray(member)) {
    return { kid: undefined, ...flawed('not a JSON object') }
  }
  const jwk = withoutPrototype(member as Record<string, unknown>)
  const kid = typeof jwk['kid'] === 'string' ? jwk['kid'] : undefined
  if (jwk['kid'] !== undefined && kid === undefined)
    return { kid, ...flawed('kid is not a string') }
  if (kid !== undefined && kid.length > longestKid) return { kid, ...flawed('kid is too long') }
  if (isSecret(jwk)) return { kid, ...flawed('holds private or symmetric key material') }
  const fault = purposeFault(jwk)
  if (fault !== undefined) return { kid, ...fault }
  const key = withoutPrototype(readPublicKey(jwk))
  if ('why' in key) return { kid, ...key }

  const { alg } = jwk
  const algorithms = allowed.filter(
    (name) =>
      fitsKeyType(name, key.kty, own(key, 'crv')) &&
      (alg === undefined || (isAlgorithm(alg) && sameAlgorithm(alg, name))),
  )
  if (algorithms.length > 0) return { kid, jwk: key, algorithms }
  const malformed = alg !== undefined && typeof alg !== 'string'
  return { kid, why: 'serves no allowed algorithm', flawed: malformed }
}

function flawed(why: string): Fault {
  return { why, flawed: true }
}

/** For a value of a JWK that this verifier does not know. Any such value has to be text. */
function unknown(value: unknown, why: string): Fault {
  return { why, flawed: typeof value !== 'string' }
}

/**
 * Compared with undefined: a JWK that workerd exports has the members of every kind of key, and
 * those that do not belong to its kind are undefined.
 */
function isSecret(jwk: Record<string, unknown>): boolean {
  return jwk['kty'] === 'oct' || privateMembers.some((name) => jwk[name] !== undefined)
}

/**
 * RFC 7517 sections 4.2 and 4.3: a key that is published for another purpose must not verify
 * signatures.
 */
function purposeFault({ use, key_ops: operations }: Record<string, unknown>): Fault | undefined {
  if (use !== undefined && use !== 'sig') return unknown(use, 'not for signatures (use)')
  if (operations === undefined) return undefined
  const isList = Array.isArray(operations)
  if (isList && operations.includes('verify')) return undefined
  return { why: 'not for verification (key_ops)', flawed: !isList }
}

function readPublicKey(jwk: Record<string, unknown>): PublicJwk | Fault {
  const { kty, crv, n, e, x, y } = jwk
  if (kty === 'RSA') {
    const flaw = rsaFlaw(n, e)
    return flaw === undefined ? { kty, n: n as string, e: e as string } : flawed(flaw)
  }
  if (kty === 'EC') {
    const curve = curves.get(crv)
    if (curve === undefined) return unknown(crv, 'unsupported curve')
    if (!hasLength(x, curve.octets) || !hasLength(y, curve.octets)) {
      return flawed('malformed coordinates')
    }
    // Deno also imports points that are off the curve. A signature by such a key proves nothing.
    if (!isOnCurve(x, y, curve)) return flawed('a point off the curve')
    return { kty, crv: crv as string, x: x as string, y: y as string }
  }
  if (kty === 'OKP') {
    if (crv !== 'Ed25519') return unknown(crv, 'unsupported curve')
    const flaw = ed25519Flaw(x)
    return flaw === undefined ? { kty, crv, x: x as string } : flawed(flaw)
  }
  return unknown(kty, 'unsupported key type')
}

function hasLength(value: unknown, octets: number): boolean {
  return decodeBase64url(value)?.length === octets
}

function isOnCurve(x: unknown, y: unknown, { p, b }: Curve): boolean {
  const [x1, y1] = [x, y].map((value) => toBigInt(decodeBase64url(value) ?? new Uint8Array(1))) as [
    bigint,
    bigint,
  ]
  return x1 < p && y1 < p && (y1 * y1 - x1 * x1 * x1 + 3n * x1 - b) % p === 0n
}
