import { createHash } from 'node:crypto'
import type { Client } from '../client.ts'
import type { Context } from '../context.ts'
import type { Code } from '../grants.ts'
import { isLive } from '../grants.ts'
import type { TokenResponse } from '../issue.ts'
import { invalidGrant } from '../oauth-error.ts'
import type { Parameters } from '../parameters.ts'
import { audienceWithin } from '../scopes.ts'

/** RFC 6749 section 4.1.3 and RFC 7636 section 4.6. */
export function grantAuthorizationCode(
  { issuer, grants, tokens }: Context,
  client: Client,
  parameters: Parameters,
): TokenResponse {
  const code = grants.code(parameters.required('code'))
  if (code === undefined || code.grant.clientId !== client.id) {
    throw invalidGrant('The code is unknown, or was issued to another client.')
  }
  const { grant } = code
  if (code.isUsed) {
    // One of the two who have the code has stolen it (RFC 6749 section 4.1.2).
    grant.isRevoked = true
    throw invalidGrant('The code was used before. All tokens of this login are revoked now.')
  }
  code.isUsed = true
  if (issuer.now() >= code.expiresAt) throw invalidGrant('The code has expired.')
  if (parameters.get('redirect_uri') !== code.redirectUri) {
    throw invalidGrant('The redirect_uri must be that of the authorization request.')
  }
  checkVerifier(code, client, parameters.get('code_verifier'))
  if (!isLive(grant)) throw invalidGrant('The user has logged out.')
  const { scopes, nonce } = grant
  const audience = audienceWithin(grant.audience, parameters)
  // A client may name the API here for the first time. The refresh token is for the same one.
  if (grant.audience.length === 0) grant.audience = audience
  return tokens.ofGrant(grant, { scopes, audience, nonce })
}

function checkVerifier({ challenge }: Code, client: Client, verifier: string | undefined): void {
  if (challenge === undefined) {
    // RFC 9700 section 2.1.1: a verifier without a challenge shows that somebody removed the
    // challenge.
    if (verifier !== undefined) throw invalidGrant('There was no code_challenge.')
    if (client.isConfidential) return
    throw invalidGrant('A client without a secret must use PKCE: send a code_challenge.')
  }
  if (verifier === undefined) throw invalidGrant('The code_verifier is missing.')
  if (!/^[\w.~-]{43,128}$/.test(verifier)) {
    throw invalidGrant('The code_verifier must have 43 to 128 unreserved characters.')
  }
  if (createHash('sha256').update(verifier).digest('base64url') !== challenge) {
    throw invalidGrant('The code_verifier does not fit the code_challenge.')
  }
}
