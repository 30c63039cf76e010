import type { Algorithm } from '../algorithms.ts'
import type { Key } from './key.ts'
import { createKey } from './key.ts'
import { LoadError } from './load-error.ts'
import { admitJwk } from './policy.ts'

/** The keys of one issuer at one moment. */
export interface KeySet {
  /** Its own among all key sets: what holds for an edition holds for good. */
  readonly edition: number
  readonly keys: readonly Key[]
  has(key: Key): boolean
  /** The keys that may have signed a token: at most two, none if it cannot be told which. */
  candidates(algorithm: string, kid: string | undefined): readonly Key[]
}

export type OnIgnored = (kid: string | undefined, why: string) => void

let editions = 0

export function createKeySet(keys: readonly Key[]): KeySet {
  const byKid = new Map<string | undefined, Key[]>()
  for (const key of keys) byKid.set(key.kid, [...(byKid.get(key.kid) ?? []), key])
  const members = new Set(keys)

  function candidates(algorithm: string, kid: string | undefined): readonly Key[] {
    const named = kid === undefined ? [] : (byKid.get(kid) ?? [])
    const matches = named.filter((key) => key.fits(algorithm))
    if (matches.length > 0) return matches.slice(0, 2)
    const fitting = keys.filter((key) => key.fits(algorithm))
    const [only] = fitting
    if (only === undefined || fitting.length > 1) return []
    return kid === undefined || only.kid === undefined ? [only] : []
  }

  return { edition: ++editions, keys, has: (key) => members.has(key), candidates }
}

export interface KeySetLimits {
  readonly algorithms: readonly Algorithm[]
  readonly maxKeys: number
}

/**
 * A JWK Set as keys (RFC 7517 section 5): junk members are ignored one by one. Rejects with a LoadError if none is left.
 * Keys that `previous` held already stay the same objects.
 */
export async function readKeySet(
  document: unknown,
  { algorithms, maxKeys }: KeySetLimits,
  previous: readonly Key[],
  onIgnored: OnIgnored,
): Promise<KeySet> {
  const members = (document as { keys?: unknown } | null)?.keys
  if (!Array.isArray(members)) throw new LoadError('not a JWK Set')
  if (members.length > maxKeys) throw new LoadError('too many keys')

  const known = new Map(previous.map((key) => [key.identity, key]))
  const keys = new Set<Key>()
  for (const member of members) {
    const admitted = admitJwk(member, algorithms)
    if ('why' in admitted) {
      onIgnored(admitted.kid, admitted.why)
      continue
    }
    const fresh = createKey(admitted)
    const key = known.get(fresh.identity) ?? fresh
    known.set(key.identity, key)
    keys.add(key)
  }
  const usable = await importable([...keys], onIgnored)
  if (usable.length === 0) throw new LoadError('no usable signature key')
  return createKeySet(usable)
}

/** The keys that the platform's cryptography takes. */
export async function importable(
  keys: readonly Key[],
  onIgnored: OnIgnored,
): Promise<readonly Key[]> {
  const outcomes = await Promise.allSettled(keys.map((key) => key.probe()))
  return keys.filter((key, i) => {
    if (outcomes[i]?.status === 'fulfilled') return true
    onIgnored(key.kid, 'not a valid key')
    return false
  })
}
