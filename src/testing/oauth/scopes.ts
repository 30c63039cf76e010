import { openIdScopes } from './endpoints.ts'
import { OAuthError } from './oauth-error.ts'
import type { Parameters } from './parameters.ts'

/** The scopes that a request asks for, each once (RFC 6749 section 3.3). */
export function readScopes(parameters: Parameters): readonly string[] {
  const scope = parameters.get('scope')
  if (scope === undefined) return []
  if (/^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/.test(scope)) {
    return [...new Set(scope.split(' '))]
  }
  throw new OAuthError('invalid_scope', 'The scope must be words with one space between them.')
}

/**
 * The scopes that a user is granted. A user whose scopes are stated gets no other scope of an API,
 * and gets all of them where the client asks for none.
 */
export function grantedScopes(
  asked: readonly string[],
  owned: readonly string[] | undefined,
): readonly string[] {
  if (owned === undefined) return asked
  if (asked.length === 0) return owned
  return asked.filter((scope) => openIdScopes.includes(scope) || owned.includes(scope))
}

/**
 * Who the token is for: `resource` (RFC 8707), and `audience`, which RFC 8693 has and which some
 * issuers read at every endpoint.
 */
export function readAudience(parameters: Parameters): readonly string[] {
  const resources = parameters.all('resource')
  if (!resources.every((one) => URL.canParse(one) && !one.includes('#'))) {
    throw new OAuthError('invalid_target', 'A resource must be an absolute URI without fragment.')
  }
  return [...new Set([...resources, ...parameters.all('audience')])]
}

/** The audience that is asked for now, if the grant allows it (RFC 8707 section 2.2). */
export function audienceWithin(
  granted: readonly string[],
  parameters: Parameters,
): readonly string[] {
  const asked = readAudience(parameters)
  return granted.length === 0 ? asked : narrowed(asked, granted, 'invalid_target')
}

/** The scopes that are asked for now, if the grant has them (RFC 6749 section 6). */
export function scopesWithin(
  granted: readonly string[],
  parameters: Parameters,
): readonly string[] {
  return narrowed(readScopes(parameters), granted, 'invalid_scope')
}

/** A part of what was granted, or all of it where nothing is asked for. */
function narrowed(
  asked: readonly string[],
  granted: readonly string[],
  error: 'invalid_scope' | 'invalid_target',
): readonly string[] {
  if (asked.length === 0) return granted
  if (asked.every((one) => granted.includes(one))) return asked
  throw new OAuthError(error, 'More is asked for than was granted.')
}
