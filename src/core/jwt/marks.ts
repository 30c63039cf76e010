import { own, withoutPrototype } from '../own-members.ts'
import type { Claims } from './jws.ts'

/**
 * A top-level claim by which an issuer marks a kind of token. A claim that is absent or null marks
 * nothing. With none of `is`, `not` and `prefixed`, the claim only has to be there.
 */
export interface Mark {
  readonly claim: string
  /** The claim is a string that equals one of these. */
  readonly is?: string | readonly string[]
  /** The claim has any value but these strings, of whatever type. In `refused` only. */
  readonly not?: string | readonly string[]
  /** The claim is this prefix, followed by the value of that other claim. */
  readonly prefixed?: { readonly prefix: string; readonly claim: string }
}

/**
 * A mark without a prototype, so that a condition which it lacks is absent, whatever there is on
 * Object.prototype.
 */
export function markOf(mark: Mark): Mark {
  return Object.freeze(withoutPrototype(mark))
}

/** Whether a token has a mark that `markOf` has made. */
export function hasMark(claims: Claims, { claim, is, not, prefixed }: Mark): boolean {
  const value = own(claims, claim)
  if (value === undefined || value === null) return false
  if (is !== undefined) return typeof value === 'string' && listOf(is).includes(value)
  if (not !== undefined) return !listOf(not).includes(value as string)
  if (prefixed === undefined) return true
  const other = own(claims, prefixed.claim)
  return typeof other === 'string' && value === `${prefixed.prefix}${other}`
}

function listOf(names: string | readonly string[]): readonly string[] {
  return typeof names === 'string' ? [names] : names
}

/** Marks by which issuers name the kind of a token, where it is an access token. */
const accessMarks: readonly Mark[] = [
  // AWS Cognito.
  markOf({ claim: 'token_use', is: 'access' }),
  // Keycloak.
  markOf({ claim: 'typ', is: 'Bearer' }),
  // Casdoor.
  markOf({ claim: 'tokenType', is: 'access-token' }),
]

/** The same, where it is of another kind. */
const otherMarks: readonly Mark[] = [
  markOf({ claim: 'token_use', not: 'access' }),
  markOf({ claim: 'typ', is: ['ID', 'Refresh', 'Offline', 'Logout'] }),
  markOf({ claim: 'tokenType', is: ['id-token', 'refresh-token'] }),
  // Security event tokens and logout tokens (RFC 8417 section 2.2).
  markOf({ claim: 'events' }),
]

/** What a token says of its own kind: that it is an access token, another one, or nothing. */
export function namedKind(claims: Claims): 'access' | 'other' | undefined {
  if (otherMarks.some((mark) => hasMark(claims, mark))) return 'other'
  return accessMarks.some((mark) => hasMark(claims, mark)) ? 'access' : undefined
}

/**
 * Claims that hint at an ID token (OIDC Core section 2). They prove nothing: some issuers put them
 * into access tokens, too. So they do not count where something else says that a token is one.
 */
export const signs: readonly string[] = ['nonce', 'at_hash', 'c_hash', 's_hash']

/** Whether a mark is one of the claims that only hint at an ID token. */
export function isSign({ claim, is, not, prefixed }: Mark): boolean {
  return signs.includes(claim) && is === undefined && not === undefined && prefixed === undefined
}
