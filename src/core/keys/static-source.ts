import { UnavailableError } from '../errors.ts'
import { printable } from '../events.ts'
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
      emit?.({
        type: 'keys.ignored',
        issuer,
        ...(kid !== undefined && { kid: printable(kid) }),
        why,
      })
    })
    set = createKeySet(usable)
    return checked(set)
  }

  function checked(current: KeySet): KeySet {
    if (current.keys.length === 0) throw new UnavailableError('keys', 60, [issuer])
    return current
  }

  function current(): KeySet | Promise<KeySet> {
    if (set !== undefined) return checked(set)
    importing ??= load()
    return importing
  }

  return {
    current,
    renew: async () => undefined,
    async settle() {
      await Promise.resolve(current()).catch(() => {})
    },
    health() {
      const keysInUse = (set?.keys ?? keys).length
      return { usable: keysInUse > 0, stale: false, keys: keysInUse }
    },
    close() {},
  }
}
