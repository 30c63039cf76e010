import type { Answer } from '../answer.ts'
import { answerText } from '../answer.ts'
import type { Client } from './client.ts'
import { readClient } from './client.ts'
import type { Context } from './context.ts'
import { isLive } from './grants.ts'
import { answerOAuth } from './oauth-error.ts'
import { identifierOf, readAccessToken } from './own-tokens.ts'
import type { OAuthRequest } from './parameters.ts'
import { readForm } from './parameters.ts'

/**
 * RFC 7662. It knows every access token of the issuer, those of `mint()` as well. Of a token that
 * is not good, it says nothing else (section 2.2).
 */
export function answerIntrospection(context: Context, request: OAuthRequest): Answer {
  const parameters = readForm(request)
  const client = readClient(request.headers, parameters)
  const token = parameters.required('token')
  const answer = ofRefreshToken(context, token) ?? ofAccessToken(context, token)
  const accept = request.headers.get('accept') ?? ''
  return accept.startsWith(signedType)
    ? answerText(200, sign(context, client, answer), {
        'content-type': signedType,
        'cache-control': 'no-store',
      })
    : answerOAuth(200, answer)
}

/** RFC 9701 section 5: whoever asks for a signed answer first of all is given one. */
const signedType = 'application/token-introspection+jwt'

function sign({ issuer }: Context, { id }: Client, answer: object): string {
  const payload = {
    iss: identifierOf(issuer),
    aud: id,
    iat: Math.floor(issuer.now() / 1000),
    token_introspection: answer,
  }
  const header = { typ: 'token-introspection+jwt' }
  return issuer.mint({}, { raw: JSON.stringify(payload), header })
}

function ofAccessToken(context: Context, token: string): object {
  const { users } = context
  const claims = readAccessToken(context, token)
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
