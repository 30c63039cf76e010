import { kindOf, wrongOption } from '../../core/option-checks.ts'
import { plainObject } from '../arguments.ts'
import type { Claims } from '../claims.ts'

/** Somebody who logs in. */
export interface User {
  /** The name that was picked or typed. */
  readonly name: string
  readonly subject: string
  /** The scopes that the user may be granted. Default: all that a client asks for. */
  readonly scopes: readonly string[] | undefined
  /** What the issuer says of the user beside `sub` and `scope`. */
  readonly claims: Readonly<Record<string, unknown>>
}

/** The users who can be picked. Every other name can be typed. */
export interface Users {
  readonly names: readonly string[]
  /** A user that has claims, or one who has nothing but a name. */
  named(name: string): User
  withSubject(subject: string): User | undefined
}

const example = "users: { alice: { sub: 'user-1', scope: 'orders:read', roles: ['admin'] } }"

/** Claims that a token has of itself and not of its user. */
const ofTokens = ['iss', 'aud', 'exp', 'iat', 'nbf', 'jti', 'client_id', 'nonce', 'at_hash', 'sid']

export function createUsers(option: Readonly<Record<string, Claims>> = {}): Users {
  const what = "option 'users' of serveTestIssuer"
  const entries = Object.entries(plainObject(what, option, example))
  const users = new Map(entries.map(([name, claims]) => [name, readUser(what, name, claims)]))
  return {
    names: [...users.keys()],
    named: (name) => users.get(name) ?? { name, subject: name, scopes: undefined, claims: {} },
    withSubject: (subject) => [...users.values()].find((user) => user.subject === subject),
  }
}

function readUser(what: string, name: string, given: Claims): User {
  if (!isUserName(name)) wrongOption(what, 'must name each user by 1 to 255 characters')
  const { sub = name, scope, ...claims } = plainObject(what, given, example)
  if (typeof sub !== 'string' || sub === '') {
    wrongOption(what, `must have a text as the sub of each user, not ${kindOf(sub)}`)
  }
  const found = ofTokens.find((claim) => Object.hasOwn(claims, claim))
  if (found !== undefined) {
    wrongOption(what, `must not have the claim ${found}, which is of the token and not of the user`)
  }
  const scopes = typeof scope === 'string' ? scope.split(' ').filter(Boolean) : scope
  return { name, subject: sub, scopes, claims }
}

/** OpenID Connect Core section 2 allows a `sub` of 255 characters. */
export function isUserName(name: string): boolean {
  return name !== '' && name.length <= 255
}

/** The scope that a standard claim needs (OpenID Connect Core section 5.4). */
const scopeOfClaim: ReadonlyMap<string, string> = new Map([
  ...[
    ...['name', 'family_name', 'given_name', 'middle_name', 'nickname', 'preferred_username'],
    ...['profile', 'picture', 'website', 'gender', 'birthdate', 'zoneinfo', 'locale', 'updated_at'],
  ].map((claim): [string, string] => [claim, 'profile']),
  ['email', 'email'],
  ['email_verified', 'email'],
  ['address', 'address'],
  ['phone_number', 'phone'],
  ['phone_number_verified', 'phone'],
])

/** What tokens and userinfo say of a user: what the scopes allow, and all that is not standard. */
export function claimsOfUser(user: User, scopes: readonly string[]): Record<string, unknown> {
  const all = { preferred_username: user.name, ...user.claims }
  return Object.fromEntries(
    Object.entries(all).filter(([claim]) => {
      const scope = scopeOfClaim.get(claim)
      return scope === undefined || scopes.includes(scope)
    }),
  )
}
