import type { Auth } from './auth.ts'
import { tokenClaimsOf } from './auth.ts'
import { kindOf, wrongOption } from './option-checks.ts'
import { own } from './own-members.ts'

/**
 * What is taken back: one token by its `jti`, or the tokens of a subject, a session or a client that
 * were issued until `before`. Exactly one of these four is named; what shall be revoked by two of
 * them is revoked by two calls.
 */
export interface Revocation {
  /** Whose tokens: the issuer exactly as it is configured, which is `auth.issuer`. */
  readonly issuer: string
  /** The token with this `jti` (RFC 7519 section 4.1.7). */
  readonly jti?: string
  /** Tokens of this subject, as `auth.subject` names it. */
  readonly subject?: string
  /**
   * Tokens of this session of the issuer, as the claim `sid` names it (OpenID Connect Back-Channel
   * Logout 1.0 section 2.1).
   */
  readonly session?: string
  /** Tokens that were issued to this client, as `auth.clientId` names it. */
  readonly client?: string
  /**
   * Seconds since the epoch: revoked are tokens whose `iat` is not later, and tokens without `iat`.
   * Default: now, by the clock of the store. Not with `jti`, which names one token.
   */
  readonly before?: number | undefined
  /**
   * Seconds since the epoch: until when the revocation must be kept, which is the latest `exp` of the
   * tokens it concerns (`auth.expiresAt`). Afterwards the store may forget it. A token that had
   * expired by then stays revoked while `clockTolerance` would still let it pass.
   */
  readonly until: number
}

/** Where it is kept which tokens are revoked: one of `tollgate/revocation`, or one of your own. */
export interface RevocationStore {
  /**
   * Whether a token is revoked. Asked on every `verify()`, after all other checks: exactly false lets
   * the token pass, and exactly true refuses it. Where it throws or rejects, the answer is 503.
   */
  isRevoked(auth: Auth): boolean | Promise<boolean>
  /**
   * Revokes.
   *
   * @throws TypeError if that is no revocation; whatever else keeps the store from keeping it. Then
   * nothing may be taken as revoked.
   */
  revoke(what: Revocation): Promise<void>
  /**
   * Optional: calls back after each revocation that was made by this object, until the function is
   * called that it returns. With it, `auth.signal` fires at once in the process that revokes.
   */
  subscribe?(listener: (what: Revocation) => void): () => void
}

/** By what tokens can be revoked. */
export const kinds = ['jti', 'subject', 'session', 'client'] as const
export type Kind = (typeof kinds)[number]

/** What revocations can name of a token. A token that lacks one of them cannot be revoked by it. */
export interface Names {
  readonly issuer: string
  readonly values: Readonly<Record<Kind, string | undefined>>
  readonly issuedAt: number | undefined
  readonly expiresAt: number
}

/**
 * Refuses what is no Auth, such as what an unguarded request carries: that nothing of it is revoked
 * would be taken for an answer about a token.
 */
export function checkIsAuth(auth: unknown): void {
  if (typeof own(auth, 'issuer') === 'string') return
  wrongOption('isRevoked', `must be given an Auth, not ${kindOf(auth)}`)
}

export function namesOf(auth: Auth): Names {
  const claims = tokenClaimsOf(auth)
  const issuedAt = own(claims, 'iat')
  return {
    issuer: auth.issuer,
    values: {
      jti: textOf(own(claims, 'jti')),
      subject: textOf(auth.subject),
      session: textOf(own(claims, 'sid')),
      client: textOf(auth.clientId),
    },
    issuedAt: typeof issuedAt === 'number' ? issuedAt : undefined,
    expiresAt: auth.expiresAt,
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
