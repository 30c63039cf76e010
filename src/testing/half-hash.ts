import { createHash } from 'node:crypto'
import type { PublicKeyAlgorithm } from '../core/algorithms.ts'
import { signatureParameters } from '../core/algorithms.ts'

/**
 * The `at_hash` of an ID token: the left half of the digest that the algorithm of the token uses
 * (OpenID Connect Core section 3.1.3.6). For Ed25519, that is SHA-512.
 */
export function halfHash(token: string, alg: PublicKeyAlgorithm): string {
  const { digest = 'sha512' } = signatureParameters[alg]
  const hash = createHash(digest).update(token).digest()
  return hash.subarray(0, hash.byteLength / 2).toString('base64url')
}
