import type { CryptoKey, JWK } from 'jose'
import { importJWK } from 'jose/key/import'
import { decodeBase64url, toBigInt } from '../base64url.ts'
import { own, withoutPrototype } from '../own-members.ts'
import { longestKid } from './jwk.ts'
import type { JwkMembers, KeyFault, PublicJwk } from './public-key.ts'
import { flawed, readPublicKey } from './public-key.ts'

/** How the key of the content reaches the recipient (RFC 7518 section 4.1). */
export type DecryptionAlgorithm = 'RSA-OAEP-256' | 'ECDH-ES' | 'ECDH-ES+A256KW'

/** The one kind of key that each of them takes. */
const keyTypes: Readonly<Record<DecryptionAlgorithm, 'RSA' | 'EC'>> = {
  'RSA-OAEP-256': 'RSA',
  'ECDH-ES': 'EC',
  'ECDH-ES+A256KW': 'EC',
}

export const decryptionAlgorithms = Object.freeze(
  Object.keys(keyTypes),
) as readonly DecryptionAlgorithm[]

/** A private key of this API, for tokens that are encrypted to it. */
export interface DecryptionKey {
  readonly kid: string
  fits(algorithm: DecryptionAlgorithm): boolean
  /**
   * Whether an ephemeral public key, from the header of a token, is a point on the curve of this key
   * (RFC 7518 section 4.6.1.1). A point off the curve would give away the private key bit by bit,
   * and Deno imports such points.
   */
  accepts(ephemeral: unknown): boolean
  /** Rejects if the platform does not accept the key. */
  import(algorithm: DecryptionAlgorithm): Promise<CryptoKey>
}

const crypto = globalThis.process?.getBuiltinModule?.('node:crypto')

/** The names that OpenSSL has for them. */
const curves = { 'P-256': 'prime256v1', 'P-384': 'secp384r1', 'P-521': 'secp521r1' } as const

const privateMembers = { RSA: ['d', 'p', 'q', 'dp', 'dq', 'qi'], EC: ['d'] } as const
/** What a private key for encryption may be used for (RFC 7517 section 4.3). */
const operations = ['decrypt', 'unwrapKey', 'deriveKey', 'deriveBits']

/** A private JWK of the configuration, checked and copied, or why it cannot be used. */
export function readDecryptionKey(
  member: unknown,
  algorithms: readonly DecryptionAlgorithm[],
): DecryptionKey | KeyFault {
  if (typeof member !== 'object' || member === null) return flawed('not a JWK')
  const jwk: JwkMembers = withoutPrototype(member as JwkMembers)
  const { kid, alg } = jwk
  if (typeof kid !== 'string' || kid === '' || kid.length > longestKid) {
    return flawed(`kid must be a string of 1 to ${longestKid} characters, as tokens name the key`)
  }
  const fault = purposeFault(jwk)
  if (fault !== undefined) return fault
  const key = withoutPrototype(readPublicKey(jwk, 'tolerant'))
  if ('why' in key) return key
  if (key.kty === 'OKP') return flawed('unsupported key type: give an RSA or an EC key')
  const secret = readSecretMembers(jwk, privateMembers[key.kty])
  if (typeof secret === 'string') return flawed(secret)
  const fitting = algorithms.filter(
    (name) => keyTypes[name] === key.kty && (alg === undefined || alg === name),
  )
  if (fitting.length === 0) return flawed("serves none of the 'algorithms'")
  const complete = { ...key, ...secret }
  if (!isPrivateKey(complete)) {
    return flawed(
      'not a valid private key, or its private members are of another key than the public ones',
    )
  }
  return createDecryptionKey(kid, key, complete, fitting)
}

function purposeFault({ use, key_ops, oth }: JwkMembers): KeyFault | undefined {
  if (use !== undefined && use !== 'enc') return flawed("not for encryption: its use is not 'enc'")
  if (oth !== undefined) return flawed('has more than two primes (oth)')
  if (key_ops === undefined) return undefined
  const serves = Array.isArray(key_ops) && key_ops.some((one) => operations.includes(one))
  return serves ? undefined : flawed('not for decryption (key_ops)')
}

/** The members that only the owner of the key has, or what is wrong with them. */
function readSecretMembers(
  jwk: JwkMembers,
  names: readonly string[],
): Readonly<Record<string, string>> | string {
  const members: Record<string, string> = {}
  for (const name of names) {
    const value = jwk[name]
    if (value === undefined) return `${name} is missing: give the private key, with all its members`
    if (decodeBase64url(value) === undefined) return `${name} is not base64url`
    members[name] = value as string
  }
  return members
}

/**
 * Whether the platform accepts the key, and its private members belong to its public ones: Node takes
 * a key of two halves, and then only the first encrypted token would show that.
 */
function isPrivateKey(jwk: JWK): boolean {
  if (crypto === undefined) return true
  try {
    crypto.createPrivateKey({ key: { ...jwk }, format: 'jwk' })
    return jwk.kty === 'RSA' ? isRsaPair(jwk) : isPairOnCurve(jwk)
  } catch {
    return false
  }
}

/** RFC 8017 section 3.2: n is p times q, and d undoes e for both. */
function isRsaPair({ n, e, d, p, q }: JWK): boolean {
  const [one, other] = [numberIn(p), numberIn(q)]
  const undone = numberIn(e) * numberIn(d)
  return numberIn(n) === one * other && undone % (one - 1n) === 1n && undone % (other - 1n) === 1n
}

/**
 * SEC 1 section 3.2.1: the point is that of d. A signature would show it, too, but would take
 * randomness, and a Worker has none where it makes its guards.
 */
function isPairOnCurve({ crv, x, y, d }: JWK): boolean {
  const pair = ecdhOn(own(curves, String(crv)) as string)
  if (pair === undefined) return true
  pair.setPrivateKey(octetsIn(d))
  const point = [4, ...octetsIn(x), ...octetsIn(y)]
  return point.join() === [...pair.getPublicKey()].join()
}

/** Undefined where the runtime does not have the curve for this: Deno has no P-521. */
function ecdhOn(curve: string) {
  try {
    return crypto?.createECDH(curve)
  } catch {
    return undefined
  }
}

function octetsIn(text: unknown): Uint8Array {
  return decodeBase64url(text) ?? new Uint8Array()
}

function numberIn(text: unknown): bigint {
  return toBigInt(octetsIn(text))
}

function createDecryptionKey(
  kid: string,
  { kty }: PublicJwk,
  jwk: JWK,
  algorithms: readonly DecryptionAlgorithm[],
): DecryptionKey {
  const imported = new Map<string, CryptoKey>()
  return Object.freeze({
    kid,
    fits: (algorithm: DecryptionAlgorithm) => algorithms.includes(algorithm),
    accepts(ephemeral: unknown) {
      if (kty === 'RSA') return true
      if (typeof ephemeral !== 'object' || ephemeral === null) return false
      const point = readPublicKey(withoutPrototype(ephemeral as JwkMembers), 'strict')
      return own(point, 'kty') === kty && own(point, 'crv') === jwk.crv
    },
    async import(algorithm: DecryptionAlgorithm) {
      const key = imported.get(algorithm) ?? ((await importJWK(jwk, algorithm)) as CryptoKey)
      imported.set(algorithm, key)
      return key
    },
  })
}
