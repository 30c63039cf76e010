import { kindOf, refuse, refuseRepeated } from './option-checks.ts'

/** A signature algorithm that may be allowed (RFC 7518 section 3.1, RFC 8037, RFC 9864). Asymmetric, all of them. */
export type Algorithm =
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'EdDSA'
  | 'Ed25519'

interface KeyType {
  readonly kty: 'RSA' | 'EC' | 'OKP'
  readonly crv?: string
}

/** The one kind of key that each algorithm takes (RFC 8725bis section 3.1). */
const keyTypes: Readonly<Record<Algorithm, KeyType>> = {
  RS256: { kty: 'RSA' },
  RS384: { kty: 'RSA' },
  RS512: { kty: 'RSA' },
  PS256: { kty: 'RSA' },
  PS384: { kty: 'RSA' },
  PS512: { kty: 'RSA' },
  ES256: { kty: 'EC', crv: 'P-256' },
  ES384: { kty: 'EC', crv: 'P-384' },
  ES512: { kty: 'EC', crv: 'P-521' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
  Ed25519: { kty: 'OKP', crv: 'Ed25519' },
}

export const supportedAlgorithms = Object.freeze(Object.keys(keyTypes)) as readonly Algorithm[]

export const defaultAlgorithms: readonly Algorithm[] = Object.freeze([
  'RS256',
  'PS256',
  'ES256',
  'ES384',
  'EdDSA',
  'Ed25519',
])

export function isAlgorithm(name: unknown): name is Algorithm {
  return typeof name === 'string' && Object.hasOwn(keyTypes, name)
}

/** `EdDSA` is the deprecated name of `Ed25519` (RFC 9864): to allow one is to allow the other. */
export function sameAlgorithm(a: string, b: string): boolean {
  return (
    a === b || (keyTypes[a as Algorithm]?.kty === 'OKP' && keyTypes[b as Algorithm]?.kty === 'OKP')
  )
}

export function fitsKeyType(algorithm: Algorithm, kty: unknown, crv: unknown): boolean {
  const type = keyTypes[algorithm]
  return type.kty === kty && (type.crv === undefined || type.crv === crv)
}

/** The allow-list as a copy, each name checked. */
export function resolveAlgorithms(option: string, value: unknown): readonly Algorithm[] {
  if (!Array.isArray(value) || value.length === 0) {
    refuse(option, `must be a non-empty array of algorithm names, not ${kindOf(value)}`)
  }
  for (const name of value) {
    if (isAlgorithm(name)) continue
    const mend = `allowed are ${supportedAlgorithms.join(', ')}`
    if (typeof name !== 'string') refuse(option, `holds ${kindOf(name)}: ${mend}`)
    if (/^none$/i.test(name)) refuse(option, `holds 'none', which is no signature: ${mend}`)
    if (/^hs/i.test(name)) refuse(option, `holds '${name}', which needs a shared secret: ${mend}`)
    refuse(option, `holds '${name}': ${mend}`)
  }
  refuseRepeated(option, value)
  return withSynonyms(value)
}

function withSynonyms(algorithms: readonly Algorithm[]): readonly Algorithm[] {
  return supportedAlgorithms.filter((name) => algorithms.some((one) => sameAlgorithm(one, name)))
}
