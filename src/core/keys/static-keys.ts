import type { Algorithm } from '../algorithms.ts'
import { kindOf, refuse, refuseRepeated } from '../option-checks.ts'
import type { Key } from './key.ts'
import { createKey } from './key.ts'
import { admitJwk } from './policy.ts'

/** The keys of the option `jwks`: a JWK Set, or one PEM (SPKI) public key. Each must be usable, or nothing is. */
export function resolveStaticKeys(
  option: string,
  value: unknown,
  algorithms: readonly Algorithm[],
): readonly Key[] {
  const members = typeof value === 'string' ? [jwkOfPem(option, value)] : membersOf(option, value)
  const admitted = members.map((member, i) => {
    const outcome = admitJwk(member, algorithms)
    if ('why' in outcome) {
      const name = outcome.kid === undefined ? `key ${i}` : `key '${outcome.kid}'`
      refuse(option, `has a ${name} that cannot be used: ${outcome.why}. Remove or replace it`)
    }
    return outcome
  })
  const slots = admitted.flatMap(({ kid, algorithms }) =>
    algorithms.map((alg) => `${kid} (${alg})`),
  )
  refuseRepeated(`${option}: the pair of kid and algorithm`, slots)
  return Object.freeze(admitted.map(createKey))
}

function membersOf(option: string, value: unknown): readonly unknown[] {
  const members = (value as { keys?: unknown } | null)?.keys
  if (!Array.isArray(members)) {
    refuse(option, `must be { keys: […] } or a PEM public key, not ${kindOf(value)}`)
  }
  if (members.length === 0) refuse(option, 'holds no key')
  return members
}

function jwkOfPem(option: string, pem: string): unknown {
  if (!pem.trim().startsWith('-----BEGIN PUBLIC KEY-----')) {
    refuse(option, 'must begin with -----BEGIN PUBLIC KEY----- if it is PEM text')
  }
  const crypto = globalThis.process?.getBuiltinModule?.('node:crypto')
  if (crypto === undefined) refuse(option, 'cannot be PEM text on this runtime: give a JWK Set')
  try {
    return crypto.createPublicKey(pem).export({ format: 'jwk' })
  } catch {
    return refuse(option, 'is not a PEM public key of a supported type')
  }
}
