import { own } from '../own-members.ts'
import { LoadError } from '../remote/load-error.ts'
import { waitForEndOfTurn } from '../turn.ts'
import type { OnIgnored } from './ignored-keys.ts'
import type { JwkRules } from './jwk.ts'
import { admitJwk } from './jwk.ts'
import type { Key } from './key.ts'
import { createKey } from './key.ts'

/** The keys of one issuer at one moment. */
export interface KeySet {
  readonly keys: readonly Key[]
  has(key: Key): boolean
  /** The keys that may have signed a token: at most two, none if it cannot be told which. */
  candidates(algorithm: string, kid: string | undefined): readonly Key[]
}

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

  return { keys, has: (key) => members.has(key), candidates }
}

export interface KeySetRules extends JwkRules {
  /** The most keys that can be used. What else a set holds is bounded by its size alone. */
  readonly maxKeys: number
}

/**
 * How many members are looked at in one turn of the event loop. A set of half a megabyte can have
 * 170,000 that are no keys, and everybody else would wait half a second for it.
 */
const mostInTurn = 1000

/**
 * A JWK Set as keys (RFC 7517 section 5): junk members are ignored one by one. Rejects with a
 * LoadError if none is left. A key that `previous` already held stays the same object, because
 * cached tokens point at it.
 */
export async function readKeySet(
  document: unknown,
  rules: KeySetRules,
  previous: readonly Key[],
  onIgnored: OnIgnored,
): Promise<KeySet> {
  const members = own(document, 'keys')
  if (!Array.isArray(members)) throw new LoadError('not a JWK Set')

  const known = new Map(previous.map((key) => [key.identity, key]))
  const keys = new Set<Key>()
  for (const [i, member] of members.entries()) {
    if (i > 0 && i % mostInTurn === 0) await waitForEndOfTurn()
    const admitted = admitJwk(member, rules)
    if ('why' in admitted) {
      onIgnored(admitted.kid, admitted.why)
      continue
    }
    const fresh = createKey(admitted)
    const key = known.get(fresh.identity) ?? fresh
    known.set(key.identity, key)
    keys.add(key)
    // Counted before the platform imports them: that takes the most time of all.
    if (keys.size > rules.maxKeys) throw new LoadError(`more than ${rules.maxKeys} usable keys`)
  }
  const usable = await importable([...keys], onIgnored)
  if (usable.length === 0) throw new LoadError('no usable signature key')
  return createKeySet(usable)
}

/** Those of the keys that the platform's cryptography accepts. */
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
