import type { Algorithm } from '../algorithms.ts'
import { UnavailableError } from '../errors.ts'
import type { IssuerReport } from '../events.ts'
import { kidField } from '../events.ts'
import { checkDistinct, kindOf, wrongOption } from '../option-checks.ts'
import type { AdmittedJwk, PublicJwk } from './jwk.ts'
import { admitJwk } from './jwk.ts'
import type { Key } from './key.ts'
import { createKey } from './key.ts'
import type { KeySet } from './key-set.ts'
import { createKeySet, importable } from './key-set.ts'
import { jwkOfPem } from './pem.ts'
import type { KeySource, Keys } from './source.ts'

const crypto = globalThis.process?.getBuiltinModule?.('node:crypto')

/**
 * The keys of the option `jwks`: a JWK Set, or one PEM (SPKI) public key. Each must be usable, or
 * nothing is.
 */
export function resolveStaticKeys(
  option: string,
  value: unknown,
  algorithms: readonly Algorithm[],
): readonly Key[] {
  const members = typeof value === 'string' ? [jwkOfPem(option, value)] : membersOf(option, value)
  const admitted = members.map((member, i) => {
    const outcome = admitJwk(member, algorithms)
    const why = 'why' in outcome ? outcome.why : isKey(outcome.jwk) ? undefined : 'not a valid key'
    if (why === undefined) return outcome as AdmittedJwk
    const name = outcome.kid === undefined ? `key ${i}` : `key '${outcome.kid}'`
    return wrongOption(option, `has a ${name} that cannot be used: ${why}. Remove or replace it`)
  })
  const slots = admitted.flatMap(({ kid, algorithms }) =>
    algorithms.map((alg) => `${kid} (${alg})`),
  )
  checkDistinct(`${option}: the pair of kid and algorithm`, slots)
  return Object.freeze(admitted.map(createKey))
}

/**
 * Whether the platform accepts the key, where that can be asked without waiting: its point may be
 * off the curve.
 */
function isKey(jwk: PublicJwk): boolean {
  try {
    crypto?.createPublicKey({ key: { ...jwk }, format: 'jwk' })
    return true
  } catch {
    return false
  }
}

function membersOf(option: string, value: unknown): readonly unknown[] {
  const members = (value as { keys?: unknown } | null)?.keys
  if (!Array.isArray(members)) {
    wrongOption(option, `must be { keys: […] } or a PEM public key, not ${kindOf(value)}`)
  }
  if (members.length === 0) wrongOption(option, 'holds no key')
  return members
}

/** Keys from the configuration: nothing is fetched, and nothing ages. */
export function createStaticSource(
  keys: readonly Key[],
  { issuer, emit }: IssuerReport,
): KeySource {
  let loaded: Keys | undefined
  let loading: Promise<Keys> | undefined

  async function load(): Promise<Keys> {
    const usable = await importable(keys, (kid, why) => {
      emit?.({ type: 'keys.ignored', issuer, ...kidField(kid), why })
    })
    loaded = fixedKeys(createKeySet(usable))
    return loaded
  }

  function checked(given: Keys): Keys {
    if (given.set.keys.length === 0) throw new UnavailableError('keys', 60, [issuer])
    return given
  }

  function current(): Keys | Promise<Keys> {
    if (loaded !== undefined) return checked(loaded)
    loading ??= load()
    return loading.then(checked)
  }

  return {
    current,
    newer: async () => undefined,
    async ensureLoaded() {
      loading ??= load()
      await loading
    },
    loaded: () => loaded?.set,
    health() {
      const inUse = loaded?.set.keys ?? keys
      return { usable: inUse.length > 0, stale: false, keys: inUse.length }
    },
    close() {},
  }
}

/** A set that nothing newer can replace. */
export function fixedKeys(set: KeySet): Keys {
  return Object.freeze({ set, startedForCaller: true })
}
