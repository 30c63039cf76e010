import { deepFreeze } from '../auth.ts'
import { own } from '../own-members.ts'
import { LoadError } from '../remote/load-error.ts'

/**
 * What an issuer says of a user (OIDC Core section 5.1). Frozen deeply.
 *
 * What has another type than the standard says is left out, but for the strings 'true' and 'false'
 * in the place of a boolean, which some issuers write: a text 'false' would count as true. Every
 * other claim is there as the issuer states it.
 */
export interface UserInfo {
  /** The user, as in the access token. */
  readonly sub: string
  readonly name?: string
  readonly given_name?: string
  readonly family_name?: string
  readonly middle_name?: string
  readonly nickname?: string
  /** A name to show: it may change, and be that of another user later. */
  readonly preferred_username?: string
  readonly profile?: string
  readonly picture?: string
  readonly website?: string
  /** May change, and be that of another user later: users are told apart by issuer and `sub`. */
  readonly email?: string
  readonly email_verified?: boolean
  readonly gender?: string
  readonly birthdate?: string
  readonly zoneinfo?: string
  readonly locale?: string
  readonly phone_number?: string
  readonly phone_number_verified?: boolean
  readonly address?: Readonly<Record<string, unknown>>
  readonly [claim: string]: unknown
}

const types: Readonly<Record<string, 'string' | 'boolean' | 'object'>> = {
  name: 'string',
  given_name: 'string',
  family_name: 'string',
  middle_name: 'string',
  nickname: 'string',
  preferred_username: 'string',
  profile: 'string',
  picture: 'string',
  website: 'string',
  email: 'string',
  email_verified: 'boolean',
  gender: 'string',
  birthdate: 'string',
  zoneinfo: 'string',
  locale: 'string',
  phone_number: 'string',
  phone_number_verified: 'boolean',
  address: 'object',
}

/**
 * What was answered, if it is about this user (OIDC Core section 5.3.2): otherwise nothing of it may
 * be used, because somebody may have put the token of one user in the place of another's.
 *
 * @throws LoadError
 */
export function readUserInfo(body: unknown, subject: string): UserInfo {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw unusable('it is no JSON object')
  }
  if (own(body, 'sub') !== subject) throw unusable('its sub is not that of the token')
  const claims = Object.entries(body).flatMap(([name, value]) => {
    const type = own(types, name)
    const read = type === 'boolean' ? asBoolean(value) : value
    return type === undefined || isOf(read, type) ? [[name, read] as const] : []
  })
  return deepFreeze(Object.fromEntries(claims)) as UserInfo
}

export function unusable(why: string): LoadError {
  return new LoadError(`an unusable answer (${why})`, { answered: true })
}

/** Amazon Cognito and others. */
function asBoolean(value: unknown): unknown {
  if (value === 'true') return true
  return value === 'false' ? false : value
}

function isOf(value: unknown, type: unknown): boolean {
  return typeof value === type && value !== null && !Array.isArray(value)
}
