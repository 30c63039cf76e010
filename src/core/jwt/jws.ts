import { decodeCanonical, isCanonical } from '../base64url.ts'
import { InvalidTokenError } from '../errors.ts'
import type { Mistaken } from './details.ts'
import { invalidToken } from './details.ts'
import type { JwsHeader } from './header-cache.ts'
import { headerIn, notCanonical, readHeader } from './header-cache.ts'
import { readJsonObject } from './json-object.ts'

/** A JWS in compact serialization (RFC 7515 section 7.1). Nothing in it is verified. */
export interface CompactJws {
  readonly header: JwsHeader
  readonly payload: Uint8Array
  /** The text that was signed: the first two segments. */
  readonly signingInput: string
  /** The last segment: canonical base64url. */
  readonly signature: string
}

/** The claims of a token, as its payload states them. */
export type Claims = Readonly<Record<string, unknown>>

/** An Entra ID token with 200 groups, the most that it names, has 11,407 characters. */
export const longestToken = 16_384
const longestHeader = 4096

/**
 * RFC 8725bis section 3.14: three parts of these characters only. jose would skip whitespace and
 * padding.
 */
const compactForm = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** Comes before anything else that is done with a token. */
export function checkText(token: unknown): void {
  if (typeof token !== 'string') {
    throw invalidToken('malformed', `it is no string but ${token === null ? 'null' : typeof token}`)
  }
  checkSize(token)
}

/** Comes before anything else that is done with a token: all later work grows with its length. */
export function checkSize(token: string): void {
  const { length } = token
  if (length > longestToken) {
    throw invalidToken('too-large', { part: 'token', length, limit: longestToken })
  }
}

export function checkHeaderSize(length: number): void {
  if (length > longestHeader) {
    throw invalidToken('too-large', { part: 'header', length, limit: longestHeader })
  }
}

/** Whether a token has the form of a JWS. */
export function isJws(token: string): boolean {
  return compactForm.test(token)
}

/** The refusal of a token that has not the form of a JWS. */
export function formError(token: string): InvalidTokenError {
  if (token === '') return invalidToken('malformed', 'it is an empty string')
  const dot = token.indexOf('.')
  const first = dot < 0 ? token : token.slice(0, dot)
  // Opaque tokens may have dots and other signs, too (RFC 6749 appendix A.12).
  if (headerIn(first) === undefined) return invalidToken('opaque', meantAs(token))
  const parts = token.split('.')
  // RFC 7516 section 3.1: a JWE in compact serialization has five parts.
  if (parts.length === 5) return new InvalidTokenError('encrypted')
  if (parts.length !== 3) {
    const found = `${parts.length} part${parts.length === 1 ? '' : 's'}`
    return invalidToken('malformed', `it has ${found} instead of three, separated by dots`)
  }
  if (parts[2] === '')
    return invalidToken('malformed', 'it has no signature. Have the issuer sign it')
  if (parts[1] === '') return invalidToken('malformed', 'its payload is empty')
  if (/\s/.test(token)) return invalidToken('malformed', 'there is whitespace in it')
  return invalidToken('malformed', notCanonical('token'))
}

/**
 * What was probably meant, where a text is a JWT but for what stands around it, or the word that a
 * program writes in place of a value that it does not have.
 */
export function meantAs(token: string): Mistaken | undefined {
  if (token === 'null' || token === 'undefined') return 'no value'
  if (/^\s|\s$/.test(token)) return { nearly: 'there is whitespace around it' }
  if (/^["'].*["']$/.test(token)) return { nearly: 'it is in quotation marks' }
  if (/^\w+ /.test(token)) return { nearly: 'a word stands before the token' }
  if (!token.startsWith('{')) return undefined
  return { nearly: 'it is JSON, and expected is the compact form' }
}

/** The parts of a token that has the form of a JWS. */
export function readJws(token: string): CompactJws {
  const afterHeader = token.indexOf('.')
  const afterPayload = token.indexOf('.', afterHeader + 1)
  checkHeaderSize(afterHeader)
  const header = readHeader(token.slice(0, afterHeader))
  const payload = token.slice(afterHeader + 1, afterPayload)
  const signature = token.slice(afterPayload + 1)
  if (!isCanonical(payload)) throw invalidToken('malformed', notCanonical('payload'))
  if (!isCanonical(signature)) throw invalidToken('malformed', notCanonical('signature'))
  const signingInput = token.slice(0, afterPayload)
  return { header, payload: decodeCanonical(payload), signingInput, signature }
}

export function readClaims({ payload }: Pick<CompactJws, 'payload'>): Record<string, unknown> {
  const claims = readJsonObject(payload)
  if (claims === undefined) {
    throw invalidToken('malformed', 'its payload is no JSON object in UTF-8')
  }
  return claims
}

/** The claims of a token that `readJws` has accepted before. */
export function readClaimsAgain(token: string): Record<string, unknown> {
  const payload = token.slice(token.indexOf('.') + 1, token.lastIndexOf('.'))
  return readClaims({ payload: decodeCanonical(payload) })
}
