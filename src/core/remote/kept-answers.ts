import { LRUCache } from 'lru-cache'

/** When an answer was asked for, and how long it counts, in seconds since the epoch. */
export interface Lasting {
  readonly at: number
  readonly until: number
}

/**
 * Whether an answer still counts. A clock that was set back must not make it last longer, and for one
 * that gives no number both comparisons fail.
 */
export function stillCounts({ at, until }: Lasting, t: number): boolean {
  return t >= at && t < until
}

export interface Kept extends Lasting {
  /** Who was asked. */
  readonly issuer: object
  /** Whether it grants nothing. */
  readonly refuses: boolean
}

/** A bounded cache of answers. The one used longest ago makes room for another. */
export interface KeptAnswers<K extends Kept> {
  get(key: string): K | undefined
  set(key: string, answer: K): void
  /** Drops the answers of issuers. */
  forget(which: (issuer: object) => boolean): void
}

/** @param max How many answers are kept that grant something, and how many that refuse. */
export function createKeptAnswers<K extends Kept>(max: number): KeptAnswers<K> {
  // Kept apart: refusals, which anybody can cause, must not push out answers that are in use.
  const granting = createCache<K>(max)
  const refusing = createCache<K>(max)
  return {
    get: (key) => granting.made()?.get(key) ?? refusing.made()?.get(key),
    set(key, answer) {
      const [into, outOf] = answer.refuses ? [refusing, granting] : [granting, refusing]
      into.make().set(key, answer)
      outOf.made()?.delete(key)
    },
    forget(which) {
      for (const cache of [granting.made(), refusing.made()]) {
        for (const [key, { issuer }] of [...(cache?.entries() ?? [])]) {
          if (which(issuer)) cache?.delete(key)
        }
      }
    },
  }
}

/** A cache that is made for its first answer: the library takes the memory for all at once. */
function createCache<K extends object>(
  max: number,
): { made(): LRUCache<string, K> | undefined; make(): LRUCache<string, K> } {
  let cache: LRUCache<string, K> | undefined
  return {
    made: () => cache,
    make() {
      cache ??= new LRUCache({ max })
      return cache
    },
  }
}
