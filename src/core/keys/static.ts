import { UnavailableError } from '../errors.ts'
import type { IssuerReport } from '../events.ts'
import { checkDistinct, kindOf, wrongOption } from '../option-checks.ts'
import { own } from '../own-members.ts'
import { createIgnoredKeys } from './ignored-keys.ts'
import type { AdmittedJwk, JwkRules, RefusedJwk } from './jwk.ts'
import { admitJwk } from './jwk.ts'
import { createKey } from './key.ts'
import type { KeySet } from './key-set.ts'
import { createKeySet, importable } from './key-set.ts'
import { jwkOfPem } from './pem.ts'
import type { PublicJwk } from './public-key.ts'
import type { KeySource, Keys, StaticKeys } from './source.ts'

const crypto = globalThis.process?.getBuiltinModule?.('node:crypto')

/**
 * The keys of the option `jwks`: a JWK Set, or one PEM (SPKI) public key. A set may be given as the
 * issuer publishes it, with keys that are not for this verifier. A member that is malformed, weak
 * or secret is a mistake of the configuration.
 */
export function resolveStaticKeys(
  option: string,
  value: unknown,
  rules: Omit<JwkRules, 'spelling'>,
): StaticKeys {
  const members = typeof value === 'string' ? [jwkOfPem(option, value)] : membersOf(option, value)
  const admitted: AdmittedJwk[] = []
  const ignored: RefusedJwk[] = []
  for (const [i, member] of members.entries()) {
    const outcome = judge(member, { ...rules, spelling: 'tolerant' })
    if (!('why' in outcome)) admitted.push(outcome)
    else if (!outcome.flawed) ignored.push(outcome)
    else {
      const { kid, why } = outcome
      const name = kid === undefined ? i : "'%s'"
      const fix = `has a key ${name} that cannot be used: ${why}. Remove or replace it`
      wrongOption(option, fix, kid ?? '')
    }
  }
  if (admitted.length === 0) {
    const reasons = [...new Set(ignored.map(({ why }) => why))].join('; ')
    wrongOption(option, `holds no key that can be used (${reasons}): add a key for signatures`)
  }
  const slots = admitted.flatMap(({ kid, algorithms }) =>
    algorithms.map((alg) => `${kid} (${alg})`),
  )
  checkDistinct(`${option}: the pair of kid and algorithm`, slots)
  return Object.freeze({ keys: Object.freeze(admitted.map(createKey)), ignored })
}

function judge(member: unknown, rules: JwkRules): AdmittedJwk | RefusedJwk {
  const outcome = admitJwk(member, rules)
  if ('why' in outcome || isKey(outcome.jwk)) return outcome
  return { kid: outcome.kid, why: 'not a valid key', flawed: true }
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
  const members = own(value, 'keys')
  if (!Array.isArray(members)) {
    wrongOption(option, `must be { keys: […] } or a PEM public key, not ${kindOf(value)}`)
  }
  if (members.length === 0) wrongOption(option, 'holds no key')
  return members
}

/** Keys from the configuration: nothing is fetched, and nothing ages. */
export function createStaticSource({ keys, ignored }: StaticKeys, report: IssuerReport): KeySource {
  let loaded: Keys | undefined
  let loading: Promise<Keys> | undefined

  async function load(): Promise<Keys> {
    const events = createIgnoredKeys(report)
    for (const { kid, why } of ignored) events.report(kid, why)
    const usable = await importable(keys, events.report)
    events.finish()
    loaded = fixedKeys(createKeySet(usable))
    return loaded
  }

  function checked(given: Keys): Keys {
    if (given.set.keys.length === 0) throw new UnavailableError('keys', 60, [report.issuer])
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
    untilForced: () => undefined,
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
