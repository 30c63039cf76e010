import { LRUCache } from 'lru-cache'
import type { Grant } from './auth.ts'
import type { Times } from './claims.ts'
import type { Key } from './keys/key.ts'
import type { LiveIssuer } from './live-issuer.ts'

/** What is remembered of a token: that its signature was right, by which key. Never a decision, never the token. */
export interface CachedToken {
  /**
   * Undefined until the token comes again, and brings what is read then: all that JSON.parse makes of a token costs more to
   * keep for one that never does (12 µs, in the garbage collector) than to make once more (3 µs).
   */
  grant: Grant | undefined
  readonly times: Times
  readonly key: Key
  /** Of the key set that it was last found in. */
  edition: number
  readonly issuer: LiveIssuer
}

export interface TokenCache {
  recall(digest: string): CachedToken | undefined
  remember(digest: string, entry: CachedToken): void
  forget(digest: string): void
}

/** Bounded by count alone: the cache library's time to live would ignore the verifier's clock. */
export function createTokenCache(max: number): TokenCache {
  const entries = new LRUCache<string, CachedToken>({ max })
  return {
    recall: (digest) => entries.get(digest),
    remember: (digest, entry) => {
      entries.set(digest, entry)
    },
    forget: (digest) => {
      entries.delete(digest)
    },
  }
}

// One call without an instance: at 0.7 µs this is most of what a remembered token costs.
const hash = globalThis.process?.getBuiltinModule?.('node:crypto')?.hash

/** SHA-256 of a token: what is remembered cannot be replayed by whoever reads the memory. */
export function digestOf(token: string): string | Promise<string> {
  return hash === undefined ? webDigest(token) : hash('sha256', token, 'binary')
}

async function webDigest(token: string): Promise<string> {
  const octets = new TextEncoder().encode(token)
  const digest = new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', octets))
  return String.fromCharCode(...digest)
}
