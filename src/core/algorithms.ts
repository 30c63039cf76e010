import { checkDistinct, kindOf, wrongOption } from './option-checks.ts'
import { own } from './own-members.ts'

/**
 * An algorithm that may be allowed for the tokens of an issuer (RFC 7518 section 3.1). One with a
 * shared secret is only for an issuer with the option `secret`.
 */
export type Algorithm = PublicKeyAlgorithm | HmacAlgorithm

/** A signature by one key, which another one checks (RFC 7518 section 3.1, RFC 8037, RFC 9864). */
export type PublicKeyAlgorithm =
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

/** A message authentication code: whoever can check it can make it (RFC 7518 section 3.2). */
export type HmacAlgorithm = 'HS256' | 'HS384' | 'HS512'

/** What a signature algorithm is made of. */
export interface SignatureParameters {
  /** The one kind of key that it takes (RFC 8725bis section 3.1). */
  readonly kty: 'RSA' | 'EC' | 'OKP'
  readonly crv?: 'P-256' | 'P-384' | 'P-521' | 'Ed25519'
  /** The digest that is signed; absent where the algorithm has its own. */
  readonly digest?: 'sha256' | 'sha384' | 'sha512'
  /** How an RSA signature is padded (RFC 7518 sections 3.3 and 3.5). */
  readonly padding?: 'pkcs1' | 'pss'
}

export const signatureParameters: Readonly<Record<PublicKeyAlgorithm, SignatureParameters>> = {
  RS256: { kty: 'RSA', digest: 'sha256', padding: 'pkcs1' },
  RS384: { kty: 'RSA', digest: 'sha384', padding: 'pkcs1' },
  RS512: { kty: 'RSA', digest: 'sha512', padding: 'pkcs1' },
  PS256: { kty: 'RSA', digest: 'sha256', padding: 'pss' },
  PS384: { kty: 'RSA', digest: 'sha384', padding: 'pss' },
  PS512: { kty: 'RSA', digest: 'sha512', padding: 'pss' },
  ES256: { kty: 'EC', crv: 'P-256', digest: 'sha256' },
  ES384: { kty: 'EC', crv: 'P-384', digest: 'sha384' },
  ES512: { kty: 'EC', crv: 'P-521', digest: 'sha512' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
  Ed25519: { kty: 'OKP', crv: 'Ed25519' },
}

export const publicKeyAlgorithms = Object.freeze(
  Object.keys(signatureParameters),
) as readonly PublicKeyAlgorithm[]

/** What an HMAC is made of: its digest, and how many octets that has. */
export const hmacParameters: Readonly<
  Record<
    HmacAlgorithm,
    { readonly digest: 'sha256' | 'sha384' | 'sha512'; readonly octets: number }
  >
> = {
  HS256: { digest: 'sha256', octets: 32 },
  HS384: { digest: 'sha384', octets: 48 },
  HS512: { digest: 'sha512', octets: 64 },
}

export const hmacAlgorithms = Object.freeze(Object.keys(hmacParameters)) as readonly HmacAlgorithm[]

/** Every algorithm that some issuer may be allowed. */
export const supportedAlgorithms: readonly Algorithm[] = Object.freeze([
  ...publicKeyAlgorithms,
  ...hmacAlgorithms,
])

export const defaultAlgorithms: readonly PublicKeyAlgorithm[] = Object.freeze([
  'RS256',
  'PS256',
  'ES256',
  'ES384',
  'EdDSA',
  'Ed25519',
])

export function isPublicKeyAlgorithm(name: unknown): name is PublicKeyAlgorithm {
  return typeof name === 'string' && Object.hasOwn(signatureParameters, name)
}

export function isHmac(name: unknown): name is HmacAlgorithm {
  return typeof name === 'string' && Object.hasOwn(hmacParameters, name)
}

export function isAlgorithm(name: unknown): name is Algorithm {
  return isPublicKeyAlgorithm(name) || isHmac(name)
}

/** `EdDSA` is the deprecated name of `Ed25519` (RFC 9864): to allow one is to allow the other. */
export function sameAlgorithm(a: string, b: string): boolean {
  const isEdwards = (name: string) =>
    isPublicKeyAlgorithm(name) && signatureParameters[name].kty === 'OKP'
  return a === b || (isEdwards(a) && isEdwards(b))
}

/** Whether a public key of this type and curve can check signatures of this algorithm. */
export function fitsKeyType(algorithm: Algorithm, kty: unknown, crv: unknown): boolean {
  // RFC 8725bis section 2.1: no public key ever serves as the secret of an HMAC.
  if (!isPublicKeyAlgorithm(algorithm)) return false
  const needed = signatureParameters[algorithm]
  const curve = own(needed, 'crv')
  return needed.kty === kty && (curve === undefined || curve === crv)
}

/** The allow-list as a copy, each name checked. */
export function resolveAlgorithms(option: string, value: unknown): readonly Algorithm[] {
  if (!Array.isArray(value) || value.length === 0) {
    wrongOption(option, `must be a non-empty array of algorithm names, not ${kindOf(value)}`)
  }
  for (const name of value) {
    if (isAlgorithm(name)) continue
    const fix = `allowed are ${supportedAlgorithms.join(', ')}`
    if (typeof name !== 'string') wrongOption(option, `holds ${kindOf(name)}: ${fix}`)
    if (/^none$/i.test(name)) wrongOption(option, `holds 'none', which is no signature: ${fix}`)
    wrongOption(option, `holds '%s': ${fix}`, name)
  }
  checkDistinct(option, value)
  return withSynonyms(value)
}

function withSynonyms(algorithms: readonly Algorithm[]): readonly Algorithm[] {
  return supportedAlgorithms.filter((name) => algorithms.some((one) => sameAlgorithm(one, name)))
}
