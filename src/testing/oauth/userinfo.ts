import type { Answer } from '../answer.ts'
import { scopesOf } from './claim-names.ts'
import type { Context } from './context.ts'
import { answerOAuth, OAuthError } from './oauth-error.ts'
import { readAccessToken } from './own-tokens.ts'
import type { OAuthRequest } from './parameters.ts'
import { claimsOfUser } from './users.ts'

/** OpenID Connect Core section 5.3. The challenges of its refusals follow RFC 6750 section 3. */
export function answerUserinfo(context: Context, { headers }: OAuthRequest): Answer {
  const { users } = context
  const token = /^bearer +(?<token>[\w.~+/-]+=*)$/i.exec(headers.get('authorization') ?? '')
    ?.groups?.['token']
  if (token === undefined) {
    return answerOAuth(401, {}, { 'www-authenticate': 'Bearer' })
  }
  const claims = readAccessToken(context, token)
  if (claims === undefined) throw refusal(401, 'invalid_token', 'The access token is not valid.')
  const scopes = scopesOf(claims)
  if (!scopes.includes('openid')) {
    throw refusal(403, 'insufficient_scope', 'The access token needs the scope openid.')
  }
  const subject = String(claims['sub'])
  const user = users.withSubject(subject) ?? users.named(subject)
  return answerOAuth(200, { ...claimsOfUser(user, scopes), sub: subject })
}

function refusal(status: 401 | 403, code: string, description: string): OAuthError {
  const scope = status === 403 ? ', scope="openid"' : ''
  const challenge = `Bearer error="${code}", error_description="${description}"${scope}`
  return new OAuthError(code, description, { status, headers: { 'www-authenticate': challenge } })
}
