import { clientOf } from '../claim-names.ts'
import type { Client } from '../client.ts'
import type { Context } from '../context.ts'
import type { TokenResponse } from '../issue.ts'
import { invalidRequest } from '../oauth-error.ts'
import { readAccessToken } from '../own-tokens.ts'
import type { Parameters } from '../parameters.ts'
import { readAudience, readScopes } from '../scopes.ts'

const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token'
const jwtType = 'urn:ietf:params:oauth:token-type:jwt'
const types = [accessTokenType, jwtType]

/** What a token says of itself. The token that is given for it says this anew. */
const ofTokens = [
  ...['iss', 'aud', 'exp', 'iat', 'nbf', 'jti', 'cnf', 'act'],
  ...['client_id', 'azp', 'cid', 'appid', 'scope', 'scp'],
]

/**
 * RFC 8693: a token of the same user, for another API. With an actor token, the new one says who
 * acts for the user.
 */
export function exchangeToken(
  context: Context,
  client: Client,
  parameters: Parameters,
): TokenResponse {
  const type = parameters.get('requested_token_type') ?? accessTokenType
  if (!types.includes(type)) throw invalidRequest('Only access tokens can be asked for.')
  const subject = readToken(context, parameters, 'subject_token')
  const actor =
    parameters.get('actor_token') === undefined
      ? undefined
      : readToken(context, parameters, 'actor_token')
  const act = actor ? { sub: actor['sub'], client_id: clientOf(actor) } : undefined
  // The actor before is inside the one that acts now (RFC 8693 section 4.1).
  const chain = act && subject['act'] ? { ...act, act: subject['act'] } : (act ?? subject['act'])
  const claims = Object.fromEntries(
    Object.entries(subject).filter(([claim]) => !ofTokens.includes(claim)),
  )
  return {
    ...context.tokens.accessToken({
      subject: String(subject['sub']),
      clientId: client.id,
      scopes: readScopes(parameters),
      audience: readAudience(parameters),
      claims: { ...claims, act: chain },
    }),
    issued_token_type: type,
  }
}

function readToken(
  context: Context,
  parameters: Parameters,
  name: 'subject_token' | 'actor_token',
): Readonly<Record<string, unknown>> {
  const token = parameters.required(name)
  if (!types.includes(parameters.required(`${name}_type`))) {
    throw invalidRequest(`The ${name} must be an access token of this issuer.`)
  }
  const claims = readAccessToken(context, token)
  // RFC 8693 section 2.2.2 has invalid_request for a token that is not good.
  if (claims === undefined) throw invalidRequest(`The ${name} is not valid.`)
  return claims
}
