import type { CryptoKey, JWK } from 'jose'
import { importJWK } from 'jose/key/import'
import type { PublicKeyAlgorithm } from '../algorithms.ts'
import { fitsKeyType, publicKeyAlgorithms } from '../algorithms.ts'
import { encodeAscii, encodeBase64url } from '../base64url.ts'
import { webParameters } from '../keys/imported-key.ts'
import { kindOf, plainMembers, wrongOption } from '../option-checks.ts'
import { LoadError } from '../remote/load-error.ts'

/** A private key that signs JWTs. What it is made of cannot be read from it. */
export interface PrivateKey {
  /** The algorithms that it may sign by, the one that is preferred first. */
  readonly algorithms: readonly PublicKeyAlgorithm[]
  /** Rejects with a LoadError if the platform does not accept the key. */
  sign(algorithm: PublicKeyAlgorithm, claims: object): Promise<string>
}

const crypto = globalThis.process?.getBuiltinModule?.('node:crypto')

/** The private key that an option holds, checked and copied. Messages show nothing of it. */
export function resolvePrivateKey(option: string, value: unknown): PrivateKey {
  if (typeof value !== 'object' || value === null) {
    wrongOption(option, `must be a private key as a JWK, { kty, d, … }, not ${kindOf(value)}`)
  }
  const jwk = plainMembers(option, value)
  const { kty, crv, alg, use, kid } = jwk
  if (typeof jwk['d'] !== 'string') {
    wrongOption(
      option,
      "holds no private key: 'd' is missing. Publish the public key at the issuer",
    )
  }
  if (use !== undefined && use !== 'sig')
    wrongOption(option, "is not for signatures: 'use' says so")
  if (kid !== undefined && typeof kid !== 'string') {
    wrongOption(option, `must have a string as its kid, not ${kindOf(kid)}`)
  }
  const algorithms = publicKeyAlgorithms.filter(
    (name) => fitsKeyType(name, kty, crv) && (alg === undefined || alg === name),
  )
  if (algorithms.length === 0) {
    wrongOption(
      option,
      'must be an RSA, P-256, P-384, P-521 or Ed25519 key, and its alg, if it has one, must fit it',
    )
  }
  if (!isAccepted(jwk)) {
    wrongOption(option, 'is no valid key of its type with at least 2048 bits for RSA')
  }
  return createPrivateKey(jwk as JWK, algorithms)
}

/** What can be told of a key without waiting; the rest is told when it is first used. */
function isAccepted(jwk: Record<string, unknown>): boolean {
  try {
    const key = crypto?.createPrivateKey({ key: { ...jwk }, format: 'jwk' } as never)
    return (key?.asymmetricKeyDetails?.modulusLength ?? 2048) >= 2048
  } catch {
    return false
  }
}

function createPrivateKey(jwk: JWK, algorithms: readonly PublicKeyAlgorithm[]): PrivateKey {
  const imported = new Map<PublicKeyAlgorithm, Promise<CryptoKey>>()
  const { kid } = jwk

  function keyFor(algorithm: PublicKeyAlgorithm): Promise<CryptoKey> {
    const known = imported.get(algorithm)
    if (known !== undefined) return known
    // The importer would refuse a key whose `alg` or `key_ops` say something else.
    const { alg: _alg, key_ops: _operations, use: _use, ...key } = jwk
    const importing = importJWK({ ...key }, algorithm) as Promise<CryptoKey>
    imported.set(algorithm, importing)
    return importing
  }

  return Object.freeze({
    algorithms,
    async sign(algorithm: PublicKeyAlgorithm, claims: object) {
      const header = { alg: algorithm, typ: 'JWT', ...(kid !== undefined && { kid }) }
      const input = `${segment(header)}.${segment(claims)}`
      try {
        const key = await keyFor(algorithm)
        const parameters = webParameters(algorithm)
        const octets = encodeAscii(input) as Uint8Array<ArrayBuffer>
        const signature = await globalThis.crypto.subtle.sign(parameters, key, octets)
        return `${input}.${encodeBase64url(new Uint8Array(signature))}`
      } catch {
        // What the platform says may hold parts of the key.
        throw new LoadError('the private key of this client cannot be used')
      }
    },
  })
}

function segment(value: object): string {
  return encodeBase64url(new TextEncoder().encode(JSON.stringify(value)))
}
