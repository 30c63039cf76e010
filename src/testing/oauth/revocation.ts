import type { Answer } from '../answer.ts'
import { clientOf } from './claim-names.ts'
import { readClient } from './client.ts'
import type { Context } from './context.ts'
import { answerOAuth, invalidRequest } from './oauth-error.ts'
import { readSignedToken } from './own-tokens.ts'
import type { OAuthRequest } from './parameters.ts'
import { readForm } from './parameters.ts'

/**
 * RFC 7009. A refresh token takes the access tokens of its grant with it (section 2.1). A token
 * that nobody knows is no error (section 2.2).
 */
export function answerRevocation(
  { issuer, grants, register }: Context,
  request: OAuthRequest,
): Answer {
  const parameters = readForm(request)
  const client = readClient(request.headers, parameters)
  const token = parameters.required('token')
  const refreshToken = grants.refreshToken(token)
  const claims = refreshToken
    ? undefined
    : (register.claimsOf(token) ?? readSignedToken(issuer, token))
  const owner = refreshToken?.grant.clientId ?? clientOf(claims ?? {})
  if (owner !== undefined && owner !== client.id) {
    throw invalidRequest('The token was issued to another client.')
  }
  if (refreshToken) refreshToken.grant.isRevoked = true
  else if (claims) register.revoke(token)
  return answerOAuth(200, {})
}
