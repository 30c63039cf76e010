import type { Client } from '../client.ts'
import type { Context } from '../context.ts'
import { isLive } from '../grants.ts'
import type { TokenResponse } from '../issue.ts'
import { invalidGrant } from '../oauth-error.ts'
import type { Parameters } from '../parameters.ts'
import { audienceWithin, scopesWithin } from '../scopes.ts'

/**
 * RFC 6749 section 6. The refresh token is replaced at each use, and one that comes back ends the
 * grant, because somebody else has it (RFC 9700 section 4.14.2).
 */
export function grantRefreshToken(
  { issuer, grants, tokens }: Context,
  client: Client,
  parameters: Parameters,
): TokenResponse {
  const token = grants.refreshToken(parameters.required('refresh_token'))
  if (token === undefined || token.grant.clientId !== client.id) {
    throw invalidGrant('The refresh token is unknown, or was issued to another client.')
  }
  const { grant } = token
  if (token.isRotated) {
    grant.isRevoked = true
    throw invalidGrant('The refresh token was used before. All tokens of this login are revoked.')
  }
  if (!isLive(grant)) throw invalidGrant('The refresh token was revoked, or the user logged out.')
  if (issuer.now() >= token.expiresAt) throw invalidGrant('The refresh token has expired.')
  const scopes = scopesWithin(grant.scopes, parameters)
  const audience = audienceWithin(grant.audience, parameters)
  token.isRotated = true
  // An ID token of a refresh has no nonce (OpenID Connect Core section 12.2).
  return tokens.ofGrant(grant, { scopes, audience, nonce: undefined })
}
