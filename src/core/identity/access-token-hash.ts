import type { Algorithm } from '../algorithms.ts'
import { hmacParameters, isHmac, signatureParameters } from '../algorithms.ts'
import { encodeBase64url } from '../base64url.ts'
import { withoutPrototype } from '../own-members.ts'

const digests = { sha256: 'SHA-256', sha384: 'SHA-384', sha512: 'SHA-512' } as const

/**
 * The `at_hash` of an access token: the left half of its hash, by the digest of the algorithm that
 * the ID token is signed with (OIDC Core section 3.1.3.6). That of Ed25519 is SHA-512 (RFC 8032
 * section 5.1).
 */
export async function accessTokenHash(token: string, algorithm: Algorithm): Promise<string> {
  const digest = isHmac(algorithm)
    ? hmacParameters[algorithm].digest
    : withoutPrototype(signatureParameters[algorithm]).digest
  const octets = new TextEncoder().encode(token)
  const hash = new Uint8Array(
    await globalThis.crypto.subtle.digest(digests[digest ?? 'sha512'], octets),
  )
  return encodeBase64url(hash.subarray(0, hash.length / 2))
}
