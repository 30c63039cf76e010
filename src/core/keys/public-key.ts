import { decodeAnyBase64, decodeBase64url, encodeBase64url } from '../base64url.ts'
import type { Curve } from './curves.ts'
import { curves, isOnCurve } from './curves.ts'
import { ed25519Flaw, rsaFlaw } from './weak-keys.ts'

/**
 * The members that make a public key, and no others, each in its only canonical spelling (RFC 7518
 * section 6): equal keys are equal texts, and have equal thumbprints (RFC 7638).
 */
export type PublicJwk =
  | { readonly kty: 'RSA'; readonly n: string; readonly e: string }
  | { readonly kty: 'EC'; readonly crv: string; readonly x: string; readonly y: string }
  | { readonly kty: 'OKP'; readonly crv: string; readonly x: string }

/**
 * How a JWK may be written. 'strict': as RFC 7517 and RFC 7518 say. 'tolerant': also as real
 * issuers write theirs, where it is still the same key. A member that is null, and an empty `oth`,
 * count as absent. The numbers `n`, `e` and, of an EC key, `x` and `y` may have leading zero octets
 * or lack them, may be padded, and may be base64 in place of base64url.
 */
export type Spelling = 'strict' | 'tolerant'

/** The members of a JWK that have a meaning here, without a prototype. */
export type JwkMembers = Readonly<Record<string, unknown>>

/** Why a key is not used. */
export interface KeyFault {
  readonly why: string
  /**
   * True: the key is malformed, weak or secret. False: there is nothing wrong with it, but it is
   * for another issuer, purpose, algorithm or curve than those of this verifier.
   */
  readonly flawed: boolean
}

export function flawed(why: string): KeyFault {
  return { why, flawed: true }
}

/**
 * For a member with a value that is not supported. Only text can be a value that is good elsewhere.
 */
export function unsupported(name: string, value: unknown, why: string): KeyFault {
  if (typeof value === 'string') return { why, flawed: false }
  return flawed(value === undefined ? `${name} is missing` : `${name} is not a string`)
}

/** The public key that a JWK holds, checked. */
export function readPublicKey(jwk: JwkMembers, spelling: Spelling): PublicJwk | KeyFault {
  const { kty } = jwk
  if (kty === 'RSA') return readRsaKey(jwk, spelling)
  if (kty === 'EC') return readEcKey(jwk, spelling)
  if (kty === 'OKP') return readOkpKey(jwk)
  return unsupported('kty', kty, 'unsupported key type')
}

function readRsaKey({ n, e }: JwkMembers, spelling: Spelling): PublicJwk | KeyFault {
  const modulus = readNumber('n', n, spelling)
  if (typeof modulus === 'string') return flawed(modulus)
  const exponent = readNumber('e', e, spelling)
  if (typeof exponent === 'string') return flawed(exponent)
  const flaw = rsaFlaw(modulus, exponent)
  if (flaw !== undefined) return flawed(flaw)
  return { kty: 'RSA', n: encodeBase64url(modulus), e: encodeBase64url(exponent) }
}

function readEcKey({ crv, x, y }: JwkMembers, spelling: Spelling): PublicJwk | KeyFault {
  const curve = curves.get(crv)
  if (curve === undefined) return unsupported('crv', crv, 'unsupported curve')
  const left = readCoordinate('x', x, curve, spelling)
  if (typeof left === 'string') return flawed(left)
  const right = readCoordinate('y', y, curve, spelling)
  if (typeof right === 'string') return flawed(right)
  // Deno also imports points that are off the curve. A signature by such a key proves nothing.
  if (!isOnCurve(left, right, curve)) return flawed('a point off the curve')
  return { kty: 'EC', crv: crv as string, x: encodeBase64url(left), y: encodeBase64url(right) }
}

/** The `x` of an OKP key is no number but a string of octets (RFC 8037 section 2). */
function readOkpKey({ crv, x }: JwkMembers): PublicJwk | KeyFault {
  if (crv !== 'Ed25519') return unsupported('crv', crv, 'unsupported curve')
  const octets = readOctets('x', x, decodeBase64url)
  if (typeof octets === 'string') return flawed(octets)
  const flaw = octets.length === 32 ? ed25519Flaw(octets) : 'x is not 32 octets long'
  return flaw === undefined ? { kty: 'OKP', crv, x: encodeBase64url(octets) } : flawed(flaw)
}

/** The octets of a member, or what is wrong with it. */
function readOctets(
  name: string,
  value: unknown,
  decode: (text: string) => Uint8Array | undefined,
): Uint8Array | string {
  if (value === undefined) return `${name} is missing`
  if (typeof value !== 'string') return `${name} is not a string`
  if (value === '') return `${name} is empty`
  return decode(value) ?? `${name} is not base64url`
}

/**
 * The octets of a number, the most significant first and none of them a leading zero (RFC 7518
 * section 2: Base64urlUInt), or what is wrong with it.
 */
function readNumber(name: string, value: unknown, spelling: Spelling): Uint8Array | string {
  if (spelling === 'tolerant') {
    const octets = readOctets(name, value, decodeAnyBase64)
    return typeof octets === 'string' ? octets : withoutLeadingZeros(octets)
  }
  const octets = readOctets(name, value, decodeBase64url)
  const hasLeadingZero = typeof octets !== 'string' && octets[0] === 0
  return hasLeadingZero ? `${name} has a leading zero octet` : octets
}

/**
 * The octets of a coordinate, as many as the curve has (RFC 7518 section 6.2.1.2), or what is wrong
 * with it.
 */
function readCoordinate(
  name: string,
  value: unknown,
  { octets: length }: Curve,
  spelling: Spelling,
): Uint8Array | string {
  if (spelling === 'strict') {
    const octets = readOctets(name, value, decodeBase64url)
    if (typeof octets === 'string' || octets.length === length) return octets
    return `${name} is not ${length} octets long`
  }
  const number = readNumber(name, value, spelling)
  if (typeof number === 'string') return number
  if (number.length > length) return `${name} is longer than ${length} octets`
  const octets = new Uint8Array(length)
  octets.set(number, length - number.length)
  return octets
}

function withoutLeadingZeros(octets: Uint8Array): Uint8Array {
  const first = octets.findIndex((octet) => octet !== 0)
  return octets.subarray(first < 0 ? octets.length : first)
}
