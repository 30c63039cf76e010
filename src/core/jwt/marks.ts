import { own, withoutPrototype } from '../own-members.ts'
import type { Claims } from './jws.ts'

/**
 * A top-level claim by which an issuer marks a kind of token. A claim that is absent or null marks
 * nothing. With none of `is`, `not` and `prefixed`, the claim only has to be there.
 */
export interface Mark {
  /** The name of the claim. */
  readonly claim: string
  /** The claim is a string that equals one of these. */
  readonly is?: string | readonly string[]
  /** The claim has any value but these strings, of whatever type. In `refused` only. */
  readonly not?: string | readonly string[]
  /** The claim is this prefix, followed by the value of that other claim. */
  readonly prefixed?: { readonly prefix: string; readonly claim: string }
}

/** Whether a token has a mark. */
export function hasMark(claims: Claims, mark: Mark): boolean {
  const value = own(claims, mark.claim)
  if (value === undefined || value === null) return false
  const { is, not, prefixed } = withoutPrototype(mark)
  if (is !== undefined) return typeof value === 'string' && listOf(is).includes(value)
  if (not !== undefined) return !listOf(not).includes(value as string)
  if (prefixed === undefined) return true
  const other = own(claims, prefixed.claim)
  return typeof other === 'string' && value === `${prefixed.prefix}${other}`
}

function listOf(names: string | readonly string[]): readonly string[] {
  return typeof names === 'string' ? [names] : names
}

/** Marks by which issuers name the kind of a token. */
const kindClaims: readonly {
  readonly claim: string
  readonly access: string
  /** Tokens that are no access tokens. */
  readonly others: Pick<Mark, 'is' | 'not'>
  /** Tokens that are no ID tokens. */
  readonly notId: Pick<Mark, 'is' | 'not'>
}[] = [
  // AWS Cognito.
  { claim: 'token_use', access: 'access', others: { not: 'access' }, notId: { not: 'id' } },
  // Keycloak.
  {
    claim: 'typ',
    access: 'Bearer',
    others: { is: ['ID', 'Refresh', 'Offline', 'Logout'] },
    notId: { is: ['Bearer', 'Refresh', 'Offline', 'Logout'] },
  },
  // Casdoor.
  {
    claim: 'tokenType',
    access: 'access-token',
    others: { is: ['id-token', 'refresh-token'] },
    notId: { is: ['access-token', 'refresh-token'] },
  },
]

/** The claim by which a token says of itself that it is no access token. */
export function otherKind(claims: Claims): string | undefined {
  return markedAs(claims, 'others')
}

/** The claim by which a token says of itself that it is no ID token. */
export function otherThanIdToken(claims: Claims): string | undefined {
  return markedAs(claims, 'notId')
}

function markedAs(claims: Claims, kind: 'others' | 'notId'): string | undefined {
  // Security event tokens and logout tokens (RFC 8417 section 2.2).
  if (hasMark(claims, { claim: 'events' })) return 'events'
  return kindClaims.find((one) => hasMark(claims, { claim: one.claim, ...one[kind] }))?.claim
}

/** Whether a token says of itself that it is an access token. */
export function saysAccessToken(claims: Claims): boolean {
  return kindClaims.some(({ claim, access }) => hasMark(claims, { claim, is: access }))
}

/**
 * Claims that hint at an ID token (OIDC Core section 2). They prove nothing: some issuers put them
 * into access tokens, too. So they do not count where something else says that a token is one.
 */
export const signs: readonly string[] = ['nonce', 'at_hash', 'c_hash', 's_hash']

/** Whether a mark is one of the claims that only hint at an ID token. */
export function isSign(mark: Mark): boolean {
  const states = (name: keyof Mark): boolean => own(mark, name) !== undefined
  return signs.includes(mark.claim) && !states('is') && !states('not') && !states('prefixed')
}
