import type { Answer } from '../answer.ts'
import { readClient } from './client.ts'
import type { Context } from './context.ts'
import { isLive } from './grants.ts'
import { answerOAuth } from './oauth-error.ts'
import { readAccessToken } from './own-tokens.ts'
import type { OAuthRequest } from './parameters.ts'
import { readForm } from './parameters.ts'

/**
 * RFC 7662. It knows every access token of the issuer, those of `mint()` as well. Of a token that
 * is not good, it says nothing else (section 2.2).
 */
export function answerIntrospection(context: Context, request: OAuthRequest): Answer {
  const parameters = readForm(request)
  readClient(request.headers, parameters)
  const token = parameters.required('token')
  return answerOAuth(200, ofRefreshToken(context, token) ?? ofAccessToken(context, token))
}

function ofAccessToken({ issuer, grants, users }: Context, token: string): object {
  const claims = grants.isOver(token) ? undefined : readAccessToken(issuer, token)
  if (claims === undefined) return { active: false }
  const user = users.withSubject(String(claims['sub']))
  return { username: user?.name, ...claims, active: true, token_type: 'Bearer' }
}

function ofRefreshToken({ issuer, grants }: Context, text: string): object | undefined {
  const token = grants.refreshToken(text)
  if (token === undefined) return undefined
  const { grant, isRotated, issuedAt, expiresAt } = token
  if (isRotated || !isLive(grant) || issuer.now() >= expiresAt) return { active: false }
  return {
    active: true,
    iss: issuer.url,
    sub: grant.user.subject,
    username: grant.user.name,
    client_id: grant.clientId,
    scope: grant.scopes.join(' '),
    iat: Math.floor(issuedAt / 1000),
    exp: Math.floor(expiresAt / 1000),
  }
}
