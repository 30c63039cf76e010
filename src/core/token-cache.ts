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
  let cache: LRUCache<string, VerifiedToken> | undefined
  return {
    get: (digest) => cache?.get(digest),
    set(digest, verified) {
      if (cache === undefined) cache = new LRUCache({ max: Math.min(max, few) })
      else if (cache.size === cache.max && cache.max < max) cache = larger(cache, max)
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

/**
 * For so many tokens a cache has room at first. The library takes the memory for all of them at once,
 * which for 10,000 takes longer than it takes to verify some tokens.
 */
const few = 512

/** A cache with the same tokens in the same order of their use, and room for all that it may hold. */
function larger(
  full: LRUCache<string, VerifiedToken>,
  max: number,
): LRUCache<string, VerifiedToken> {
  const cache = new LRUCache<string, VerifiedToken>({ max })
  for (const digest of full.rkeys()) {
    const verified = full.peek(digest)
    if (verified !== undefined) cache.set(digest, verified)
  }
  return cache
}
