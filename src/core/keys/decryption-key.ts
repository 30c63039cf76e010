import type { CryptoKey, JWK } from 'jose'
import { importJWK } from 'jose/key/import'
import { decodeBase64url } from '../base64url.ts'
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

const hashes = { 'P-384': 'sha384', 'P-521': 'sha512' } as const

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
  if (!isPrivateKey(complete, key)) {
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
 * Whether the platform accepts the key, and its private members belong to its public ones, where that
 * can be asked without waiting. Node takes a `d` that is of another key than `x` and `y`, so a
 * signature by one half is checked with the other. Deno signs with a curve only over the hash of its
 * size.
 */
function isPrivateKey(jwk: JWK, publicJwk: PublicJwk): boolean {
  if (crypto === undefined) return true
  const hash = own(hashes, String(own(publicJwk, 'crv'))) ?? 'sha256'
  const text = new Uint8Array(32)
  try {
    const key = crypto.createPrivateKey({ key: { ...jwk }, format: 'jwk' })
    const publicKey = crypto.createPublicKey({ key: { ...publicJwk }, format: 'jwk' })
    const signature = crypto.sign(hash as string, text, key)
    return crypto.verify(hash as string, text, publicKey, signature)
  } catch {
    return false
  }
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
