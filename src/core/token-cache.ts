import { LRUCache } from 'lru-cache'
import type { VerifiedToken } from './formats/format.ts'

/**
 * Verified tokens by the SHA-256 of their text. It remembers that a token was verified, never a
 * decision, and holds no token. Its size alone bounds it: the cache library's time to live would
 * read another clock than the verifier's.
 */
export interface TokenCache {
  get(digest: string): VerifiedToken | undefined
  set(digest: string, verified: VerifiedToken): void
  delete(digest: string): void
  /** Drops all tokens of an issuer. */
  dropTokensOf(issuer: string): void
}

export function createTokenCache(max: number): TokenCache {
  // Made for the first token: the library takes the memory for all of them at once.
  let cache: LRUCache<string, VerifiedToken> | undefined
  return {
    get: (digest) => cache?.get(digest),
    set(digest, verified) {
      cache ??= new LRUCache({ max })
      cache.set(digest, verified)
    },
    delete: (digest) => void cache?.delete(digest),
    dropTokensOf(issuer) {
      // The entries are listed first: the iterator of the cache does not allow for deletions.
      for (const [digest, verified] of [...(cache?.entries() ?? [])]) {
        if (verified.issuer.issuer === issuer) cache?.delete(digest)
      }
    },
  }
}

// A single call without a hash object. At 0.7 µs it is most of what a cached token costs.
const hash = globalThis.process?.getBuiltinModule?.('node:crypto')?.hash

/**
 * SHA-256 of a token: whoever reads the process' memory finds no token in the cache that could be
 * sent again.
 */
export function digestOf(token: string): string | Promise<string> {
  return hash === undefined ? webDigest(token) : hash('sha256', token, 'binary')
}

async function webDigest(token: string): Promise<string> {
  const octets = new TextEncoder().encode(token)
  const digest = new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', octets))
  return String.fromCharCode(...digest)
}
