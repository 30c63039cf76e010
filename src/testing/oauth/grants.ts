import { randomBytes } from 'node:crypto'
import type { Session } from './login/sessions.ts'
import { RecentMap } from './recent-map.ts'
import type { User } from './users.ts'

/** What a user has let a client do. */
export interface Grant {
  readonly clientId: string
  readonly user: User
  readonly scopes: readonly string[]
  /** Empty for the audience of the issuer. */
  audience: readonly string[]
  readonly nonce: string | undefined
  /** When the user logged in, in seconds since the epoch. */
  readonly authTime: number
  readonly session: Session
  isRevoked: boolean
}

export interface Code {
  readonly grant: Grant
  readonly redirectUri: string
  /** The S256 challenge (RFC 7636 section 4.2). */
  readonly challenge: string | undefined
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
  isUsed: boolean
}

export interface RefreshToken {
  readonly grant: Grant
  readonly expiresAt: number
  readonly issuedAt: number
  /** Whether a newer one has taken its place. */
  isRotated: boolean
}

/** What the authorization server knows of the codes and tokens that it gave. */
export interface Grants {
  addCode(code: Pick<Code, 'grant' | 'redirectUri' | 'challenge'>): string
  code(text: string): Code | undefined
  addRefreshToken(grant: Grant): string
  refreshToken(text: string): RefreshToken | undefined
  /** Remembers of which grant an access token is, so that both end together. */
  addAccessToken(token: string, grant: Grant): void
  /** Whether the grant of the token is over. */
  isOver(accessToken: string): boolean
  reset(): void
}

/** RFC 6749 section 4.1.2 recommends at most ten minutes. Clients redeem a code at once. */
const codeSeconds = 60
const refreshTokenSeconds = 30 * 24 * 3600

/** Whether tokens of the grant are still good. `offline_access` outlives the session. */
export function isLive({ isRevoked, session, scopes }: Grant): boolean {
  return !isRevoked && (!session.isOver || scopes.includes('offline_access'))
}

/** @param now Milliseconds since the epoch, by the issuer's clock. */
export function createGrants(now: () => number): Grants {
  const codes = new RecentMap<Code>()
  const refreshTokens = new RecentMap<RefreshToken>()
  const accessTokens = new RecentMap<Grant>()

  return {
    addCode(code) {
      const text = secretText()
      codes.add(text, { ...code, expiresAt: now() + codeSeconds * 1000, isUsed: false })
      return text
    },
    code: (text) => codes.get(text),
    addRefreshToken(grant) {
      const text = secretText()
      const issuedAt = now()
      const expiresAt = issuedAt + refreshTokenSeconds * 1000
      refreshTokens.add(text, { grant, issuedAt, expiresAt, isRotated: false })
      return text
    },
    refreshToken: (text) => refreshTokens.get(text),
    addAccessToken: (token, grant) => accessTokens.add(signedPart(token), grant),
    isOver(token) {
      const grant = accessTokens.get(signedPart(token))
      return grant !== undefined && !isLive(grant)
    },
    reset() {
      for (const map of [codes, refreshTokens, accessTokens]) map.clear()
    },
  }
}

/** Signatures can be spelt in more than one way, so that a token is known without its own. */
function signedPart(token: string): string {
  return token.slice(0, token.lastIndexOf('.'))
}

function secretText(): string {
  return randomBytes(32).toString('base64url')
}
