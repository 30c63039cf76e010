import { UnavailableError } from '../errors.ts'
import { named } from '../events.ts'
import type { Key } from './key.ts'
import type { KeySet } from './key-set.ts'
import { createKeySet, importable } from './key-set.ts'
import type { KeySource, KeySourceContext } from './source.ts'

/** Keys from the configuration: nothing is fetched, nothing ages. */
export function createStaticSource(
  keys: readonly Key[],
  { issuer, emit }: KeySourceContext,
): KeySource {
  let set: KeySet | undefined
  let importing: Promise<KeySet> | undefined

  async function load(): Promise<KeySet> {
    const usable = await importable(keys, (kid, why) => {
      emit?.({ type: 'keys.ignored', issuer, ...named(kid), why })
    })
    set = createKeySet(usable)
    return set
  }

  function checked(current: KeySet): KeySet {
    if (current.keys.length === 0) throw new UnavailableError('keys', 60, [issuer])
    return current
  }

  function current(): KeySet | Promise<KeySet> {
    if (set !== undefined) return checked(set)
    importing ??= load()
    return importing.then(checked)
  }

  return {
    current,
    renew: async () => undefined,
    async settle() {
      importing ??= load()
      await importing
    },
    health() {
      const inUse = set?.keys ?? keys
      return { usable: inUse.length > 0, stale: false, keys: inUse.length }
    },
    close() {},
  }
}
