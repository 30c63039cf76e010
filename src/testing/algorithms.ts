import type { JsonWebKeyInput, KeyObject } from 'node:crypto'
import { constants, createPrivateKey, createSign, sign } from 'node:crypto'
import type { JWK } from 'jose'
import type { Algorithm } from '../index.ts'

/** What a signature algorithm needs: a key type, a curve, a digest, a padding. */
export interface Scheme {
  readonly kty: 'RSA' | 'EC' | 'OKP'
  readonly crv?: string
  /** The digest that the signature is over; null where the algorithm brings its own. */
  readonly digest: string | null
  readonly padding?: number
}

function pkcs1(digest: string): Scheme {
  return {
    kty: 'RSA',
    digest,
    padding: constants.RSA_PKCS1_PADDING,
  }
}
function pss(digest: string): Scheme {
  return {
    kty: 'RSA',
    digest,
    padding: constants.RSA_PKCS1_PSS_PADDING,
  }
}

export const schemes: Readonly<Record<Algorithm, Scheme>> = {
  RS256: pkcs1('sha256'),
  RS384: pkcs1('sha384'),
  RS512: pkcs1('sha512'),
  PS256: pss('sha256'),
  PS384: pss('sha384'),
  PS512: pss('sha512'),
  ES256: { kty: 'EC', crv: 'P-256', digest: 'sha256' },
  ES384: { kty: 'EC', crv: 'P-384', digest: 'sha384' },
  ES512: { kty: 'EC', crv: 'P-521', digest: 'sha512' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519', digest: null },
  Ed25519: { kty: 'OKP', crv: 'Ed25519', digest: null },
}

export function isSigningAlgorithm(alg: unknown): alg is Algorithm {
  return typeof alg === 'string' && Object.hasOwn(schemes, alg)
}

export function readAlgorithm(alg: unknown): Algorithm {
  if (isSigningAlgorithm(alg)) return alg
  throw new TypeError(
    `alg ${JSON.stringify(alg)} is not one of ${Object.keys(schemes).join(', ')}.`,
  )
}

/** Whether a key of this type and curve can make signatures of this algorithm. */
export function canSign(alg: Algorithm, jwk: JWK): boolean {
  return schemes[alg].kty === jwk.kty && schemes[alg].crv === jwk.crv
}

const imported = new WeakMap<JWK, KeyObject>()

/** Signs the bytes; the JWK is imported once. */
export function signBytes(alg: Algorithm, privateJwk: JWK, data: Uint8Array): Buffer {
  const jwk = { key: privateJwk, format: 'jwk' } as const
  const key = imported.get(privateJwk) ?? createPrivateKey(jwk)
  imported.set(privateJwk, key)
  const { digest, padding } = schemes[alg]
  const options = {
    // RFC 7518 §3.4: the two integers side by side, not DER.
    dsaEncoding: 'ieee-p1363',
    ...(padding !== undefined && { padding }),
    // RFC 7518 §3.5: the salt is as long as the digest.
    ...(padding === constants.RSA_PKCS1_PSS_PADDING && {
      saltLength: Number(digest?.slice('sha'.length)) / 8,
    }),
  } as const
  try {
    return sign(digest, data, { key, ...options })
  } catch {
    // workerd takes no imported key beside options, and its one-shot function ignores the padding.
    const given = { ...jwk, ...options } as JsonWebKeyInput & typeof options
    return digest === null ? sign(null, data, given) : createSign(digest).update(data).sign(given)
  }
}
