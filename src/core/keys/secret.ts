import type { Algorithm, HmacAlgorithm } from '../algorithms.ts'
import { hmacParameters } from '../algorithms.ts'
import { decodeLeniently, encodeBase64url } from '../base64url.ts'
import { kindOf, wrongOption } from '../option-checks.ts'
import { importSecret } from './imported-key.ts'
import type { Key } from './key.ts'
import { importOnce } from './key.ts'
import type { StaticKeys } from './source.ts'

/**
 * The option `secret`: octets that are no public key and no text that somebody could guess. A public
 * key as the secret of an HMAC would let everybody make tokens (RFC 8725bis section 2.1).
 */
export function resolveSecret(
  option: string,
  value: unknown,
  algorithms: readonly Algorithm[],
): StaticKeys {
  const octets = copyOf(option, value)
  checkForm(option, octets)
  checkStrength(option, octets, algorithms)
  return Object.freeze({ keys: Object.freeze([createSecretKey(octets, algorithms)]), ignored: [] })
}

/** The caller may overwrite his own array once the verifier is made. */
function copyOf(option: string, value: unknown): Uint8Array<ArrayBuffer> {
  // Told by the internal slot, which arrays of another realm have as well.
  const isOctets = Object.prototype.toString.call(value) === '[object Uint8Array]'
  if (isOctets && ArrayBuffer.isView(value)) return new Uint8Array(value as Uint8Array)
  const decode =
    typeof value === 'string'
      ? ": decode what the issuer shows, e.g. Buffer.from(text, 'base64'), or new TextEncoder().encode(text) where the text itself is the secret"
      : ''
  return wrongOption(option, `must be a Uint8Array, not ${kindOf(value)}${decode}`)
}

/**
 * How a key or a certificate in DER begins, in hexadecimal: a sequence with the name of a key type
 * near its beginning (RSA, EC, or one of RFC 8410), or with a long number first, as an RSA key of
 * PKCS #1 has it (RFC 8017 appendix A.1.1).
 */
const der =
  /^30(?:.*06(?:092a864886f70d0101|0[78]2a8648ce3d|032b65)|8[12](?:..){1,2}028[12](?:..){1,2}00)/

function checkForm(option: string, octets: Uint8Array): void {
  const characters = asciiIn(octets)
  // Issuers show keys as base64 in one line as well, without the lines of PEM around it.
  const forms = [octets, decodeLeniently(characters) ?? octets]
  if (forms.some((one) => asciiIn(one).includes('-----BEGIN'))) {
    const fix = "is a PEM file, which is no shared secret: give a public key as 'jwks'"
    wrongOption(option, fix)
  }
  if (forms.some((one) => der.test(hexOf(one.subarray(0, 64))))) {
    const fix =
      "is a key or certificate in DER, which is no shared secret: give a public key as 'jwks'"
    wrongOption(option, fix)
  }
  const text = textOf(octets)
  if (isJson(text ?? '') || (/^ *[{[]/.test(characters) && isJson(characters))) {
    const fix = "is JSON, which is no secret: give the octets of its 'k', decoded from base64url"
    wrongOption(option, fix)
  }
  if (text !== undefined && /\s/.test(text)) {
    const fix =
      'is a text with whitespace, as a phrase or a file with a line break is: give random octets (RFC 8725bis section 3.5)'
    wrongOption(option, fix)
  }
}

function hexOf(octets: Uint8Array): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('')
}

/**
 * The printable ASCII characters in octets, without what stands between them: a key file behind a
 * control character, or in UTF-16, whose every other octet is 0, is a key file all the same.
 */
function asciiIn(octets: Uint8Array): string {
  return new TextDecoder('latin1').decode(octets).replace(/[^\x20-\x7e]/g, '')
}

/** Undefined for octets that are no text in UTF-8, as random ones hardly ever are. */
function textOf(octets: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(octets)
    return /[^\P{Cc}\s]/u.test(text) ? undefined : text
  } catch {
    return undefined
  }
}

function isJson(text: string): boolean {
  if (!/^\s*[{["]/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** RFC 7518 section 3.2: a secret is at least as long as the digest. */
function checkStrength(option: string, octets: Uint8Array, algorithms: readonly Algorithm[]): void {
  const largest = algorithms.at(-1) as HmacAlgorithm
  const needed = hmacParameters[largest].octets
  if (octets.length < needed) {
    const fix = `has ${octets.length} octets, and ${largest} needs at least ${needed} (RFC 7518 section 3.2): have the issuer make a longer one`
    wrongOption(option, fix)
  }
  const different = new Set(octets).size
  if (different < 8) {
    const fix = `has only ${different} different octets, so it can be guessed: give random ones, e.g. from crypto.getRandomValues`
    wrongOption(option, fix)
  }
}

/**
 * The one key of an issuer that shares a secret. It fits every algorithm that the options allow:
 * they name them for this very secret, so that none has to be found out from tokens.
 */
function createSecretKey(octets: Uint8Array<ArrayBuffer>, algorithms: readonly Algorithm[]): Key {
  const importAs = importOnce((algorithm) => importSecret(octets, algorithm as HmacAlgorithm))
  return {
    kid: undefined,
    // Made when it is asked for, so that no text of the secret is kept with the key.
    get identity() {
      return JSON.stringify([encodeBase64url(octets), algorithms])
    },
    fits: (algorithm) => algorithms.includes(algorithm as Algorithm),
    import: importAs,
    probe: () => importAs(algorithms[0] as Algorithm),
    bind: (algorithm) => (algorithms.includes(algorithm) ? 'same' : 'other'),
    boundTo: undefined,
  }
}
