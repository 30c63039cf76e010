import { LRUCache } from 'lru-cache'

/**
 * The budget of attempts beyond the schedule, which tokens with an unknown key cause. Anybody can
 * write such tokens, so in each cooldown they cause one fetch of keys at most, and one of metadata.
 */
export interface ForcedAttempts {
  /**
   * What may be fetched now for a token with this `kid`, and takes it from the budget; undefined if
   * nothing may. Keys come first. Where they lacked the key, the issuer may have moved its keys
   * while the old location still answers, so the next attempt for that `kid` reads the metadata,
   * and so on by turns.
   */
  take(kid: string | undefined): 'keys' | 'metadata' | undefined
  /** Told that a token with this `kid` waits for metadata that is read for another one. */
  joinMetadata(kid: string | undefined): void
  /** Told that keys which were fetched for a token with this `kid` lacked its key. */
  lacked(kid: string | undefined): void
  /** Takes the fetch of metadata of this cooldown; false if it has been taken already. */
  takeMetadata(): boolean
  /** Seconds until keys may be fetched again for tokens with an unknown key. */
  left(): number
}

/** What has been fetched for a `kid` in vain, or that nothing has been fetched for it yet. */
interface Looked {
  readonly by: 'keys' | 'metadata' | 'nothing'
  /** Seconds since the epoch. */
  readonly at: number
}

/** Of how many `kid`s this is kept. A flood of invented ones must not fill the memory. */
const mostKids = 50

/**
 * @param cooldown Seconds.
 * @param now The time in milliseconds since the epoch.
 * @param readsMetadata Whether there is metadata that could name another location.
 */
export function createForcedAttempts(
  cooldown: number,
  now: () => number,
  readsMetadata: boolean,
): ForcedAttempts {
  let keysAt = -Infinity
  /** When keys were fetched last that lacked a key. A fetch that failed has shown nothing. */
  let lackedAt = -Infinity
  let metadataAt = -Infinity
  let looked: LRUCache<string, Looked> | undefined

  /** Seconds since the epoch. A clock that is set back must not make a cooldown last longer. */
  function clock(): number {
    const t = now() / 1000
    keysAt = Math.min(keysAt, t)
    lackedAt = Math.min(lackedAt, t)
    metadataAt = Math.min(metadataAt, t)
    return t
  }

  function lookedFor(kid: string, t: number): Looked | undefined {
    let last = looked?.get(kid)
    if (last === undefined) return undefined
    if (last.at > t) last = remember(kid, last.by, t)
    // What others had fetched since then has looked for this `kid`, too.
    if (last.by === 'keys' && last.at < metadataAt) last = remember(kid, 'metadata', metadataAt)
    if (last.by !== 'keys' && last.at < lackedAt) last = remember(kid, 'keys', lackedAt)
    return last
  }

  function remember(kid: string, by: Looked['by'], at: number): Looked {
    looked ??= new LRUCache<string, Looked>({ max: mostKids })
    const entry = { by, at }
    looked.set(kid, entry)
    return entry
  }

  return {
    take(kid = '') {
      const t = clock()
      const last = lookedFor(kid, t)
      const by = last?.by ?? 'nothing'
      const at = last?.at ?? t
      if (by !== 'nothing' && t < at + cooldown) return undefined
      if (readsMetadata && by === 'keys' && t >= metadataAt + cooldown) {
        metadataAt = t
        remember(kid, 'metadata', t)
        return 'metadata'
      }
      // A `kid` that nothing was fetched for yet may be that of a new key. It must not have to wait
      // because others have had the metadata read.
      const since = by === 'nothing' ? keysAt : Math.max(keysAt, metadataAt)
      if (t < since + cooldown) {
        if (last === undefined) remember(kid, 'nothing', t)
        return undefined
      }
      keysAt = t
      // If this fetch lacks the key, `lacked` says so. If it does not, the key may be replaced under
      // the same `kid` one day, and what was fetched by then has not looked for that one.
      looked?.delete(kid)
      return 'keys'
    },
    joinMetadata(kid = '') {
      remember(kid, 'metadata', clock())
    },
    lacked(kid = '') {
      const t = clock()
      if (t >= keysAt + cooldown) keysAt = t
      lackedAt = keysAt
      // Keys are fetched by the schedule, too, and several keys may have had one `kid`. That must
      // not put off the metadata for a `kid` whose turn it is.
      if (lookedFor(kid, t)?.by !== 'keys') remember(kid, 'keys', keysAt)
    },
    takeMetadata() {
      const t = clock()
      if (t < metadataAt + cooldown) return false
      metadataAt = t
      return true
    },
    left() {
      const t = clock()
      return Math.max(0, keysAt + cooldown - t)
    },
  }
}
