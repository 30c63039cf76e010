import { decode, encode } from 'jose/base64url'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** The octets of base64url text, or undefined if it is not that, or not their only spelling. */
export function decodeBase64url(text: unknown): Uint8Array | undefined {
  if (typeof text !== 'string' || !/^[\w-]+$/.test(text) || !isCanonical(text)) return undefined
  return decodeCanonical(text)
}

/**
 * The octets of base64url or base64 text (RFC 4648 sections 4 and 5), padded or not; undefined if
 * it is neither. Octets that nobody compares as text can be read so: a key that is spelt otherwise
 * is the same key, while a token that is spelt otherwise would be a second token.
 */
export function decodeAnyBase64(text: unknown): Uint8Array | undefined {
  if (typeof text !== 'string') return undefined
  const bare = text.replace(/={1,2}$/, '')
  // RFC 4648 section 3.2: padding makes the length a multiple of four.
  if (bare !== text && text.length % 4 !== 0) return undefined
  return decodeBase64url(bare.replaceAll('+', '-').replaceAll('/', '_'))
}

/** Octets as base64url text, in its only canonical spelling. */
export function encodeBase64url(octets: Uint8Array): string {
  return encode(octets)
}

/**
 * The octets of text that is known to be canonical. Where the runtime has a Buffer, that takes a
 * fifth of the time: 2 µs less for each token.
 */
export function decodeCanonical(text: string): Uint8Array {
  return globalThis.Buffer?.from(text, 'base64url') ?? decode(text)
}

/** The octets of ASCII text, in a third of the time where the runtime has a Buffer. */
export function encodeAscii(text: string): Uint8Array {
  return globalThis.Buffer?.from(text, 'latin1') ?? new TextEncoder().encode(text)
}

/**
 * The octets that a text seems to be meant to spell: in base64 or base64url, with padding, with
 * unused bits set. Undefined where it has any other character. It tells what a wrong text was meant
 * to be, so that the right fault is reported; nothing that it gives is ever accepted.
 */
export function decodeLeniently(text: string): Uint8Array | undefined {
  if (!/^[\w\-+/]+=*$/.test(text)) return undefined
  const digits = text.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_')
  // A single character behind the last whole group spells no octet.
  return decodeCanonical(digits.length % 4 === 1 ? digits.slice(0, -1) : digits)
}

/**
 * Whether text of the base64url alphabet is the only spelling of its octets (RFC 4648 section 3.5):
 * no impossible length, and no bits set behind the last octet. Otherwise one token would have many
 * strings.
 */
export function isCanonical(text: string): boolean {
  const rest = text.length % 4
  if (rest === 0) return true
  if (rest === 1) return false
  const unused = rest === 2 ? 0b1111 : 0b11
  return (alphabet.indexOf(text.charAt(text.length - 1)) & unused) === 0
}

/** At least one octet as a number, the most significant first (RFC 7518 section 2). */
export function toBigInt(octets: Uint8Array): bigint {
  return BigInt(`0x${Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('')}`)
}
