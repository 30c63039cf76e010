import type { Answer } from '../../answer.ts'
import type { Client } from '../client.ts'
import { readClient } from '../client.ts'
import type { Context } from '../context.ts'
import { tokenExchange } from '../endpoints.ts'
import type { TokenResponse } from '../issue.ts'
import { answerOAuth, OAuthError } from '../oauth-error.ts'
import type { OAuthRequest, Parameters } from '../parameters.ts'
import { readForm } from '../parameters.ts'
import { grantAuthorizationCode } from './authorization-code.ts'
import { grantClientCredentials } from './client-credentials.ts'
import { exchangeToken } from './exchange.ts'
import { grantRefreshToken } from './refresh-token.ts'

type GrantType = (context: Context, client: Client, parameters: Parameters) => TokenResponse

const grantTypes: ReadonlyMap<string, GrantType> = new Map([
  ['authorization_code', grantAuthorizationCode],
  ['client_credentials', grantClientCredentials],
  ['refresh_token', grantRefreshToken],
  [tokenExchange, exchangeToken],
])

/** RFC 6749 section 3.2. */
export function answerToken(context: Context, request: OAuthRequest): Answer {
  const parameters = readForm(request)
  const grantType = grantTypes.get(parameters.required('grant_type'))
  if (grantType === undefined) {
    const known = [...grantTypes.keys()].join(', ')
    throw new OAuthError('unsupported_grant_type', `The grant_type must be one of ${known}.`)
  }
  const client = readClient(request.headers, parameters)
  return answerOAuth(200, grantType(context, client, parameters))
}
