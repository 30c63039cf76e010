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
