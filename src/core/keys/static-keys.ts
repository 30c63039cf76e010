import type { Algorithm } from '../algorithms.ts'
import { checkDistinct, kindOf, wrongOption } from '../option-checks.ts'
import type { Key } from './key.ts'
import { createKey } from './key.ts'
import type { AdmittedJwk, PublicJwk } from './policy.ts'
import { admitJwk } from './policy.ts'

/** RFC 7468 section 13: one key; a second would be ignored. */
const onePublicKey = /^\s*-----BEGIN PUBLIC KEY-----[^-]*-----END PUBLIC KEY-----\s*$/

const crypto = globalThis.process?.getBuiltinModule?.('node:crypto')

/** The keys of the option `jwks`: a JWK Set, or one PEM (SPKI) public key. Each must be usable, or nothing is. */
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

/** Whether the platform takes it, where that can be asked at once: a point may be off its curve. */
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

function jwkOfPem(option: string, pem: string): unknown {
  if (!onePublicKey.test(pem)) {
    wrongOption(
      option,
      'must be one block from -----BEGIN PUBLIC KEY----- to its END if it is PEM text',
    )
  }
  if (crypto === undefined)
    wrongOption(option, 'cannot be PEM text on this runtime: give a JWK Set')
  try {
    return crypto.createPublicKey(pem).export({ format: 'jwk' })
  } catch {
    return wrongOption(option, 'is not a PEM public key of a supported type')
  }
}
