import type { CryptoKey } from 'jose'
import { importJWK } from 'jose/key/import'
import type { HmacAlgorithm, PublicKeyAlgorithm, SignatureParameters } from '../algorithms.ts'
import { hmacParameters, signatureParameters } from '../algorithms.ts'
import { withoutPrototype } from '../own-members.ts'
import type { PublicJwk } from './public-key.ts'

/** A key with one algorithm, as the cryptography of the platform takes them. */
export interface ImportedKey {
  /** How many octets each signature has; undefined for RSA, where the platform looks at that. */
  readonly signatureLength: number | undefined
  readonly web: { readonly key: CryptoKey; readonly parameters: { readonly name: string } }
  /**
   * For `node:crypto`, which checks a signature at once and on the thread that asks; undefined where
   * that is not available or would take too long.
   */
  readonly node: NodeKey | undefined
}

export type NodeKey = {
  /** Whether a check takes so little that handing it to another thread costs more. */
  readonly isCheap: boolean
} & (
  | {
      readonly kind: 'public'
      readonly digest: string | null
      /** What the one-shot `verify` takes as its key: the key, with the parameters as its members. */
      readonly key: object
    }
  | { readonly kind: 'secret'; readonly digest: string; readonly secret: object }
)

const nodeCrypto = globalThis.process?.getBuiltinModule?.('node:crypto')
const { versions } = globalThis.process ?? {}
/**
 * Bun, Deno and workerd have `node:crypto` as well. But Bun and Deno check signatures with it more
 * slowly than with WebCrypto (ECDSA takes Deno four times as long), and workerd, which states empty
 * versions, takes right signatures for wrong ones.
 */
const isNode = Boolean(versions?.v8) && !('bun' in versions) && !('deno' in versions)

const webNames = { sha256: 'SHA-256', sha384: 'SHA-384', sha512: 'SHA-512' } as const
/** RFC 7518 section 3.5: a salt has as many octets as the digest. */
const saltLengths = { sha256: 32, sha384: 48, sha512: 64 } as const
/** RFC 7518 section 3.4: two numbers, each with its leading zeros. RFC 8032 section 5.1.6. */
const signatureLengths = { 'P-256': 64, 'P-384': 96, 'P-521': 132, Ed25519: 64 } as const

/**
 * Rejects if the platform does not accept the key, for example because its point is off the curve.
 */
export async function importPublicKey(
  jwk: PublicJwk,
  algorithm: PublicKeyAlgorithm,
): Promise<ImportedKey> {
  const key = (await importJWK(jwk, algorithm)) as CryptoKey
  const parameters = withoutPrototype(signatureParameters[algorithm])
  const { crv } = parameters
  return {
    signatureLength: crv && signatureLengths[crv],
    web: { key, parameters: webParameters(algorithm) },
    node: isNode && isQuick(jwk) ? nodeKey(key, parameters) : undefined,
  }
}

/** Without a prototype, because the platform reads more members than those that an algorithm has. */
export function webParameters(algorithm: PublicKeyAlgorithm): { readonly name: string } {
  const { kty, digest, padding } = withoutPrototype(signatureParameters[algorithm])
  if (digest === undefined) return withoutPrototype({ name: 'Ed25519' })
  if (kty === 'EC') return withoutPrototype({ name: 'ECDSA', hash: webNames[digest] })
  if (padding === 'pkcs1') return withoutPrototype({ name: 'RSASSA-PKCS1-v1_5' })
  return withoutPrototype({ name: 'RSA-PSS', saltLength: saltLengths[digest] })
}

/**
 * Whether a signature of this key is checked so quickly that others may wait for it. RSA with 8192
 * bits takes 190 µs, and with a large exponent 450 µs: whoever sends such tokens would hold up
 * everybody else. P-384 and P-521 take 600 µs and more.
 */
function isQuick(jwk: PublicJwk): boolean {
  if (jwk.kty === 'RSA') return octets(jwk.n) <= 4096 / 8 && octets(jwk.e) <= 3
  return jwk.crv === 'P-256' || jwk.crv === 'Ed25519'
}

function octets(base64url: string): number {
  return Math.floor((base64url.length * 3) / 4)
}

function nodeKey(
  cryptoKey: CryptoKey,
  { kty, digest, padding }: SignatureParameters,
): NodeKey | undefined {
  if (nodeCrypto === undefined) return undefined
  const { RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING } = nodeCrypto.constants
  const key = nodeCrypto.KeyObject.from(cryptoKey as never)
  // Every parameter that Node reads is stated, if only as undefined: one that is missing would be
  // looked up on `Object.prototype`.
  setOwn(key, {
    dsaEncoding: kty === 'EC' ? 'ieee-p1363' : undefined,
    padding: padding === 'pss' ? RSA_PKCS1_PSS_PADDING : padding && RSA_PKCS1_PADDING,
    saltLength: padding === 'pss' && digest ? saltLengths[digest] : undefined,
    context: undefined,
  })
  return { kind: 'public', digest: digest ?? null, key, isCheap: kty === 'RSA' }
}

/**
 * Node reads the parameters of a signature from the object that it is given as the key. The key
 * itself can be that object, and is much cheaper than `{ key, padding }`: for that, Node 24 makes
 * and catches two errors with their stack traces, to find out that it is no key. That takes as long
 * as the signature (20 to 40 µs of 45 to 75, the more the deeper the stack is).
 */
function setOwn(key: object, parameters: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(parameters)) {
    Object.defineProperty(key, name, withoutPrototype({ value }))
  }
}

/** A shared secret for one algorithm. An HMAC takes less than any signature: 3 µs in place. */
export async function importSecret(
  octets: Uint8Array,
  algorithm: HmacAlgorithm,
): Promise<ImportedKey> {
  const { digest, octets: signatureLength } = hmacParameters[algorithm]
  const parameters = withoutPrototype({ name: 'HMAC', hash: webNames[digest] })
  const usages = ['verify'] as const
  const key = await globalThis.crypto.subtle.importKey(
    'raw',
    octets as never,
    parameters,
    false,
    usages,
  )
  return {
    signatureLength,
    web: { key, parameters: withoutPrototype({ name: 'HMAC' }) },
    node:
      isNode && nodeCrypto !== undefined
        ? { kind: 'secret', digest, secret: nodeCrypto.createSecretKey(octets), isCheap: true }
        : undefined,
  }
}
