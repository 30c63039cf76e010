import { halfHash } from '../half-hash.ts'
import type { TestIssuer } from '../issuer.ts'
import { claimsOfRequest, scopesOf } from './claim-names.ts'
import type { Grant, Grants } from './grants.ts'
import { identifierOf, payloadOf } from './own-tokens.ts'
import { claimsOfUser } from './users.ts'

/** What an access token is asked for. */
export interface AccessRequest {
  /** Undefined for a machine, whose subject follows from its client. */
  readonly subject: string | undefined
  readonly clientId: string
  readonly scopes: readonly string[]
  /** Empty for the audience of the issuer. */
  readonly audience: readonly string[]
  readonly claims: Readonly<Record<string, unknown>>
}

/** An answer of the token endpoint (RFC 6749 section 5.1). */
export type TokenResponse = Readonly<Record<string, unknown>> & { readonly access_token: string }

/** Makes the tokens that the token endpoint gives. */
export interface TokenMaker {
  accessToken(request: AccessRequest): TokenResponse
  /** The tokens of a user: an access token, a refresh token and with `openid` an ID token. */
  ofGrant(grant: Grant, narrowed: Pick<Grant, 'scopes' | 'audience' | 'nonce'>): TokenResponse
}

export function createTokenMaker(issuer: TestIssuer, grants: Grants): TokenMaker {
  function accessToken({ subject, clientId, scopes, audience, claims }: AccessRequest) {
    const options = subject === undefined ? ({ machine: true } as const) : {}
    const token = issuer.mint(
      {
        ...claims,
        ...(subject !== undefined && { sub: subject }),
        ...claimsOfRequest(issuer, { clientId, scopes }, options),
        ...(audience.length > 0 && { aud: audience.length === 1 ? audience[0] : audience }),
      },
      options,
    )
    const payload = payloadOf(token)
    return {
      access_token: token,
      token_type: 'Bearer',
      expires_in: Number(payload['exp']) - Math.floor(issuer.now() / 1000),
      scope: scopesOf(payload).join(' ') || undefined,
    }
  }

  function idToken(grant: Grant, narrowed: Pick<Grant, 'scopes' | 'nonce'>, access: string) {
    const { user, clientId, authTime, session } = grant
    const { iat, exp } = payloadOf(access)
    const payload = {
      iss: identifierOf(issuer),
      ...claimsOfUser(user, narrowed.scopes),
      sub: user.subject,
      aud: clientId,
      iat,
      exp,
      auth_time: authTime,
      nonce: narrowed.nonce,
      at_hash: halfHash(access, issuer.keys.current.alg),
      sid: session.id,
    }
    return issuer.mint({}, { raw: JSON.stringify(payload), header: { typ: 'JWT' } })
  }

  return {
    accessToken,
    ofGrant(grant, narrowed) {
      const { user, clientId, authTime } = grant
      const { scopes, audience } = narrowed
      const claims = { ...claimsOfUser(user, scopes), auth_time: authTime }
      const request = { subject: user.subject, clientId, scopes, audience, claims }
      const response = accessToken(request)
      grants.addAccessToken(response.access_token, grant)
      return {
        ...response,
        refresh_token: grants.addRefreshToken(grant),
        ...(scopes.includes('openid') && {
          id_token: idToken(grant, narrowed, response.access_token),
        }),
      }
    },
  }
}
