import { decodeCanonical, isCanonical } from '../base64url.ts'
import { InvalidTokenError } from '../errors.ts'
import type { JwsHeader } from './header-cache.ts'
import { headerIn, readHeader } from './header-cache.ts'
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
const longestToken = 16_384
const longestHeader = 4096

/**
 * RFC 8725bis section 3.14: three parts of these characters only. jose would skip whitespace and
 * padding.
 */
const compactForm = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** Comes before anything else that is done with a token: all later work grows with its length. */
export function checkSize(token: string): void {
  if (token.length > longestToken) throw new InvalidTokenError('too-large')
}

/** Whether a token has the form of a JWS. */
export function isJws(token: string): boolean {
  return compactForm.test(token)
}

/** What a token is that has not the form of a JWS. */
export function formFlaw(token: string): 'opaque' | 'encrypted' | 'malformed' {
  const parts = token.split('.')
  // Opaque tokens may have dots and other signs, too (RFC 6749 appendix A.12).
  if (token !== '' && headerIn(parts[0] as string) === undefined) return 'opaque'
  // RFC 7516 section 3.1: a JWE in compact serialization has five parts.
  return parts.length === 5 ? 'encrypted' : 'malformed'
}

/** The parts of a token that has the form of a JWS. */
export function readJws(token: string): CompactJws {
  const afterHeader = token.indexOf('.')
  const afterPayload = token.indexOf('.', afterHeader + 1)
  if (afterHeader > longestHeader) throw new InvalidTokenError('too-large')
  const header = readHeader(token.slice(0, afterHeader))
  const payload = token.slice(afterHeader + 1, afterPayload)
  const signature = token.slice(afterPayload + 1)
  if (!isCanonical(payload) || !isCanonical(signature)) throw new InvalidTokenError('malformed')
  const signingInput = token.slice(0, afterPayload)
  return { header, payload: decodeCanonical(payload), signingInput, signature }
}

export function readClaims({ payload }: Pick<CompactJws, 'payload'>): Record<string, unknown> {
  const claims = readJsonObject(payload)
  if (claims === undefined) throw new InvalidTokenError('malformed')
  return claims
}

/** The claims of a token that `readJws` has accepted before. */
export function readClaimsAgain(token: string): Record<string, unknown> {
  const payload = token.slice(token.indexOf('.') + 1, token.lastIndexOf('.'))
  return readClaims({ payload: decodeCanonical(payload) })
}
