import type { Auth } from '../core/auth.ts'
import { knownOptions, numberWithin, optionalFunction } from '../core/option-checks.ts'
import type { Kind, RevocationStore } from '../core/revocation.ts'
import { checkIsAuth, kinds, namesOf } from '../core/revocation.ts'
import type { Entry } from './entry.ts'
import { longestTolerance, readRevocation, revokes } from './entry.ts'
import { createListeners } from './listeners.ts'
import { StoreError } from './store-error.ts'

export interface MemoryStoreOptions {
  /** How many revocations are kept at most. Default: 100000. From 1 to 10000000. */
  max?: number | undefined
  /** Gives the time in milliseconds since the epoch. Default: `Date.now`, looked up at each call. */
  now?: (() => number) | undefined
}

const known = {
  max: true,
  now: true,
} as const satisfies Record<keyof MemoryStoreOptions, true>

/**
 * Keeps revocations in the memory of this process: for an API that runs as one process, and for
 * tests. Whatever it keeps is lost with the process. It never drops a revocation before its `until`:
 * once `max` are kept, `revoke` rejects with an error whose `code` is `REVOCATION_STORE_FULL`.
 *
 * @throws TypeError if an option is wrong; the message says how to fix it.
 */
export function createMemoryStore(options: MemoryStoreOptions = {}): RevocationStore {
  const given = knownOptions('the options of createMemoryStore', options, known)
  const max =
    given['max'] === undefined
      ? 100_000
      : numberWithin("option 'max'", given['max'], { min: 1, max: 10_000_000, whole: true })
  const now = optionalFunction<() => number>("option 'now'", given['now']) ?? (() => Date.now())
  const entries = new Map<string, Kept>()
  const listeners = createListeners()
  /** How many entries there may be before the ones that have ended are looked for again. */
  let sweepAt = Math.min(max, 1_000)

  function isRevoked(auth: Auth): boolean {
    checkIsAuth(auth)
    if (entries.size === 0) return false
    const names = namesOf(auth)
    return kinds.some((kind) => {
      const value = names.values[kind]
      const kept = value === undefined ? undefined : entries.get(keyOf(kind, names.issuer, value))
      return kept !== undefined && revokes(kept, names, now())
    })
  }

  async function revoke(what: unknown): Promise<void> {
    const entry = readRevocation(what, now())
    keep(keyOf(entry.kind, entry.issuer, entry.value), entry)
    listeners.tell(entry)
  }

  function keep(key: string, { before, until }: Entry): void {
    const kept = entries.get(key)
    if (kept !== undefined) {
      // A second revocation of the same never weakens the first.
      kept.before = Math.max(kept.before, before)
      kept.until = Math.max(kept.until, until)
    } else if (!hasEnded(until, longestTolerance)) {
      makeRoom()
      entries.set(key, { before, until })
    }
  }

  function makeRoom(): void {
    if (entries.size < sweepAt) return
    drop(longestTolerance)
    // Only where there is no other room: those whose `until` has passed, but which could still
    // concern a token that `clockTolerance` lets pass.
    if (entries.size >= max) drop(0)
    if (entries.size >= max) throw full(max)
    sweepAt = Math.min(max, Math.max(1_000, entries.size * 2))
  }

  function drop(secondsAfterUntil: number): void {
    for (const [key, { until }] of entries) {
      if (hasEnded(until, secondsAfterUntil)) entries.delete(key)
    }
  }

  function hasEnded(until: number, secondsAfterUntil: number): boolean {
    return until + secondsAfterUntil <= now() / 1000
  }

  return { isRevoked, revoke, subscribe: listeners.subscribe }
}

interface Kept {
  before: number
  until: number
}

/** The length of the issuer keeps two pairs of issuer and value from making one key. */
function keyOf(kind: Kind, issuer: string, value: string): string {
  return `${kind} ${issuer.length} ${issuer}${value}`
}

function full(max: number): StoreError {
  const why = `the memory store keeps ${max} revocations, and none has ended: nothing was revoked`
  return new StoreError('REVOCATION_STORE_FULL', `${why}. Raise 'max'`)
}
