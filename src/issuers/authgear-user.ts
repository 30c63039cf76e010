import type { Auth, JWTPayload } from '../core/exports.ts'

const namespace = 'https://authgear.com/claims/user/'

/**
 * The claims of access tokens of Authgear, as they are in the token: `createAuth<AuthgearClaims>(…)`
 * gives `auth.claims` this type. Claims of a person are absent in tokens of machines.
 */
export interface AuthgearClaims extends JWTPayload {
  client_id: string
  jti: string
  scope?: string
  /** When the person signed in or authenticated again: seconds since the epoch. */
  auth_time?: number
  /** How the person signed in, e.g. 'pwd', 'otp', 'mfa', 'x_passkey'; absent where it is not known. */
  amr?: string[]
  'https://authgear.com/claims/user/is_anonymous'?: boolean
  'https://authgear.com/claims/user/is_verified'?: boolean
  'https://authgear.com/claims/user/can_reauthenticate'?: boolean
  /** The roles of the person, of their own and of their groups; `auth.roles` are the same. */
  'https://authgear.com/claims/user/roles'?: string[]
}

/** What an access token of Authgear says of a person. */
export interface AuthgearUser {
  /** The id of the person; `auth.subject` is the same. */
  readonly id: string
  /** Whether the token says that an e-mail address or a phone number is verified. */
  readonly isVerified: boolean
  /** Whether the person has not signed up. True where the token does not say exactly false. */
  readonly isAnonymous: boolean
  /** Whether the person can be asked to authenticate again. */
  readonly canReauthenticate: boolean
  readonly roles: readonly string[]
  /** How the person signed in, e.g. 'pwd', 'otp', 'mfa', 'x_passkey'; empty where it is not known. */
  readonly amr: readonly string[]
  /**
   * When the person signed in or authenticated again: seconds since the epoch. Undefined where the
   * token does not say it, as those of Authgear before 2025 do not.
   */
  readonly authTime: number | undefined
}

/**
 * The person that a token of Authgear was made for; undefined where that is a machine. Where tokens
 * of other issuers are accepted as well, look at `auth.issuer` first: they may have the same claims.
 */
export function authgearUser(auth: Auth<object>): AuthgearUser | undefined {
  const { subject, clientId, roles } = auth
  if (subject === `client_id_${clientId}`) return undefined
  const claims = auth.claims as Readonly<Record<string, unknown>>
  // A member of its own: whoever can put one on Object.prototype must not verify anybody.
  const claim = (name: string): unknown => (Object.hasOwn(claims, name) ? claims[name] : undefined)
  const amr = claim('amr')
  const authTime = claim('auth_time')
  return Object.freeze({
    id: subject,
    isVerified: claim(`${namespace}is_verified`) === true,
    isAnonymous: claim(`${namespace}is_anonymous`) !== false,
    canReauthenticate: claim(`${namespace}can_reauthenticate`) === true,
    roles,
    amr: isTexts(amr) ? amr : [],
    authTime: typeof authTime === 'number' ? authTime : undefined,
  })
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}
