import type { Client } from '../client.ts'
import type { Context } from '../context.ts'
import type { TokenResponse } from '../issue.ts'
import type { Parameters } from '../parameters.ts'
import { readAudience, readScopes } from '../scopes.ts'

/** RFC 6749 section 4.4. The subject of the token is the client (RFC 9068 section 2.2). */
export function grantClientCredentials(
  { tokens }: Context,
  client: Client,
  parameters: Parameters,
): TokenResponse {
  return tokens.accessToken({
    subject: undefined,
    clientId: client.id,
    scopes: readScopes(parameters),
    audience: readAudience(parameters),
    claims: {},
  })
}
