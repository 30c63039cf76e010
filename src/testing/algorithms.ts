import type { JsonWebKeyInput, KeyObject, SignKeyObjectInput } from 'node:crypto'
import { constants, createPrivateKey, createPublicKey, createSign, sign, verify } from 'node:crypto'
import type { JWK } from 'jose'
import type { PublicKeyAlgorithm } from '../core/algorithms.ts'
import {
  isPublicKeyAlgorithm,
  publicKeyAlgorithms,
  signatureParameters,
} from '../core/algorithms.ts'
import { kindOf, wrongOption } from '../core/option-checks.ts'

/** The algorithm, if it is one that a test issuer can sign with. */
export function resolveAlgorithm(option: string, value: unknown): PublicKeyAlgorithm {
  if (isPublicKeyAlgorithm(value)) return value
  const found = typeof value === 'string' ? `'${value}'` : kindOf(value)
  return wrongOption(option, `must be one of ${publicKeyAlgorithms.join(', ')}, not ${found}`)
}

const paddings = {
  pkcs1: constants.RSA_PKCS1_PADDING,
  pss: constants.RSA_PKCS1_PSS_PADDING,
} as const

const keyObjects = new WeakMap<JWK, KeyObject>()

/** The key object of a JWK, made once for each JWK. */
function keyObjectOf(privateJwk: JWK): KeyObject {
  const key = keyObjects.get(privateJwk) ?? createPrivateKey({ key: privateJwk, format: 'jwk' })
  keyObjects.set(privateJwk, key)
  return key
}

/** How the two functions of node:crypto sign and verify as a JWS is signed. */
function signatureOptions(alg: PublicKeyAlgorithm): {
  digest: string | null
  options: Pick<JsonWebKeyInput & SignKeyObjectInput, 'dsaEncoding' | 'padding' | 'saltLength'>
} {
  const { digest = null, padding } = signatureParameters[alg]
  const options = {
    // A JWS has the two numbers side by side (RFC 7518 section 3.4). The default would be DER.
    dsaEncoding: 'ieee-p1363',
    ...(padding && { padding: paddings[padding] }),
    // The salt of PSS is as long as the digest (RFC 7518 section 3.5).
    ...(padding === 'pss' && { saltLength: Number(digest?.slice('sha'.length)) / 8 }),
  } as const
  return { digest, options }
}

/** Whether the signature of these bytes is right. */
export function verifyBytes(
  alg: PublicKeyAlgorithm,
  publicJwk: JWK,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  const { digest, options } = signatureOptions(alg)
  const key = createPublicKey({ key: publicJwk, format: 'jwk' })
  return verify(digest, data, { key, ...options }, signature)
}

/** The signature of these bytes, in the form that a JWS has. */
export function signBytes(alg: PublicKeyAlgorithm, privateJwk: JWK, data: Uint8Array): Buffer {
  const { digest, options } = signatureOptions(alg)
  const key = keyObjectOf(privateJwk)
  try {
    return sign(digest, data, { key, ...options })
  } catch {
    // workerd accepts no key object together with options, and the `sign` function of workerd
    // ignores the padding. So the key is given as a JWK, and the Sign class is used.
    const input = { key: privateJwk, format: 'jwk', ...options } as JsonWebKeyInput & typeof options
    return digest === null ? sign(null, data, input) : createSign(digest).update(data).sign(input)
  }
}
