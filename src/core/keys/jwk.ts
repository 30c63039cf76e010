import type { Algorithm } from '../algorithms.ts'
import { fitsKeyType, isAlgorithm, sameAlgorithm } from '../algorithms.ts'
import { decodeBase64url, toBigInt } from '../base64url.ts'
import { rsaFlaw } from './weak-keys.ts'

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

/**
 * Why a member of a key set is not used. RFC 7517 section 5: such a member is ignored, and the
 * others are used.
 */
export interface RefusedJwk {
  readonly kid: string | undefined
  readonly why: string
}

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

export function admitJwk(member: unknown, allowed: readonly Algorithm[]): AdmittedJwk | RefusedJwk {
  if (typeof member !== 'object' || member === null || Array.isArray(member)) {
    return { kid: undefined, why: 'not a JSON object' }
  }
  const jwk = member as Record<string, unknown>
  const kid = typeof jwk['kid'] === 'string' ? jwk['kid'] : undefined
  const refused = (why: string): RefusedJwk => ({ kid, why })

  if (jwk['kid'] !== undefined && kid === undefined) return refused('kid is not a string')
  if (kid !== undefined && kid.length > longestKid) return refused('kid is too long')
  // Compared with undefined: a JWK that workerd exports has the members of every kind of key, and
  // those that do not belong to its kind are undefined.
  if (privateMembers.some((name) => jwk[name] !== undefined)) {
    return refused('holds private or symmetric key material')
  }
  const unfit = purposeFlaw(jwk)
  if (unfit !== undefined) return refused(unfit)
  const key = readPublicKey(jwk)
  if (typeof key === 'string') return refused(key)

  const { alg } = jwk
  const algorithms = allowed.filter(
    (name) =>
      fitsKeyType(name, key.kty, 'crv' in key ? key.crv : undefined) &&
      (alg === undefined || (isAlgorithm(alg) && sameAlgorithm(alg, name))),
  )
  if (algorithms.length === 0) return refused('serves no allowed algorithm')
  return { kid, jwk: key, algorithms }
}

/**
 * RFC 7517 sections 4.2 and 4.3: a key that is published for another purpose must not verify
 * signatures.
 */
function purposeFlaw({ use, key_ops: operations }: Record<string, unknown>): string | undefined {
  if (use !== undefined && use !== 'sig') return 'not for signatures (use)'
  if (operations === undefined) return undefined
  if (Array.isArray(operations) && operations.includes('verify')) return undefined
  return 'not for verification (key_ops)'
}

function readPublicKey(jwk: Record<string, unknown>): PublicJwk | string {
  const { kty, crv, n, e, x, y } = jwk
  if (kty === 'RSA') return rsaFlaw(n, e) ?? { kty, n: n as string, e: e as string }
  if (kty === 'EC') {
    const curve = curves.get(crv)
    if (curve === undefined) return 'unsupported curve'
    if (!hasLength(x, curve.octets) || !hasLength(y, curve.octets)) return 'malformed coordinates'
    // Deno also imports points that are off the curve. A signature by such a key proves nothing.
    if (!isOnCurve(x, y, curve)) return 'a point off the curve'
    return { kty, crv: crv as string, x: x as string, y: y as string }
  }
  if (kty === 'OKP') {
    if (crv !== 'Ed25519') return 'unsupported curve'
    if (!hasLength(x, 32)) return 'malformed coordinates'
    return { kty, crv, x: x as string }
  }
  return 'unsupported key type'
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
