import type { Answer } from '../../answer.ts'
import { answerText } from '../../answer.ts'
import { readClientId } from '../client.ts'
import type { Context } from '../context.ts'
import { invalidRequest, OAuthError } from '../oauth-error.ts'
import { identifierOf } from '../own-tokens.ts'
import type { OAuthRequest, Parameters } from '../parameters.ts'
import { readQueryOrForm } from '../parameters.ts'
import { withParameters } from '../redirects.ts'
import { grantedScopes, readAudience, readScopes } from '../scopes.ts'
import { isUserName } from '../users.ts'
import { answerLoginPage } from './pages.ts'
import type { Session } from './sessions.ts'

/** The parameters that the forms of the page add to those of the client. */
const ofPage = ['user', 'deny']

/**
 * The authorization endpoint (RFC 6749 section 3.1, OpenID Connect Core section 3.1.2). A GET shows
 * the page, and a POST that names a user logs this user in.
 *
 * @throws {OAuthError} where the client or its redirect URI is wrong: then nobody is sent there
 *   (RFC 6749 section 4.1.2.1).
 */
export function answerAuthorization(context: Context, request: OAuthRequest): Answer {
  const parameters = readQueryOrForm(request)
  const clientId = readClientId(parameters)
  const redirectUri = parameters.required('redirect_uri')
  if (!context.redirects.allows(redirectUri)) {
    throw invalidRequest(
      'The redirect_uri must be on localhost, 127.0.0.1 or [::1], or listed in redirectUris.',
    )
  }
  function redirect(answer: Record<string, string>, headers: Record<string, string> = {}): Answer {
    const state = parameters.get('state')
    const iss = identifierOf(context.issuer)
    const location = withParameters(redirectUri, { ...answer, state, iss })
    // With 303, a browser does not send the form on (RFC 9700 section 4.12).
    return answerText(303, '', { location, 'cache-control': 'no-store', ...headers })
  }
  function redirectWithCode(session: Session, headers: Record<string, string> = {}): Answer {
    return redirect({ code: createCode(context, parameters, clientId, session) }, headers)
  }

  try {
    checkRequest(parameters)
    if (parameters.get('prompt') === 'none') {
      return redirectWithCode(presentSession(context, request, parameters))
    }
    if (request.method === 'POST') {
      if (parameters.get('deny') !== undefined) {
        throw new OAuthError('access_denied', 'The user has refused.')
      }
      const name = parameters.get('user')
      if (name !== undefined) {
        if (!isUserName(name)) throw invalidRequest('A user has at most 255 characters.')
        const session = context.sessions.start(context.users.named(name))
        return redirectWithCode(session, context.sessions.cookie(session))
      }
    }
    return answerLoginPage({
      clientId,
      scopes: readScopes(parameters),
      names: context.users.names,
      suggestion: parameters.get('login_hint') ?? 'user-1',
      parameters: parameters.entries.filter(([name]) => !ofPage.includes(name)),
      schemes: context.redirects.schemes,
    })
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    return redirect({ error: error.code, error_description: error.message })
  }
}

function checkRequest(parameters: Parameters): void {
  if (parameters.get('request') !== undefined) {
    throw new OAuthError('request_not_supported', 'Request objects are not supported.')
  }
  if (parameters.get('request_uri') !== undefined) {
    throw new OAuthError('request_uri_not_supported', 'Request objects are not supported.')
  }
  if (parameters.required('response_type') !== 'code') {
    throw new OAuthError('unsupported_response_type', 'The response_type must be code.')
  }
  if ((parameters.get('response_mode') ?? 'query') !== 'query') {
    throw invalidRequest('The response_mode must be query.')
  }
  const prompts = parameters.get('prompt')?.split(' ') ?? []
  if (prompts.includes('none') && prompts.length > 1) {
    throw invalidRequest('The prompt none must not stand beside others.')
  }
  readScopes(parameters)
  readAudience(parameters)
  checkChallenge(parameters.get('code_challenge'), parameters.get('code_challenge_method'))
}

function checkChallenge(challenge: string | undefined, method: string | undefined): void {
  if (challenge === undefined) {
    if (method !== undefined) throw invalidRequest('The code_challenge is missing.')
    return
  }
  // RFC 7636 section 4.3: without a method, it is plain, which whoever reads the request can use.
  if (method !== 'S256') throw invalidRequest('The code_challenge_method must be S256.')
  if (!/^[\w-]{43}$/.test(challenge)) {
    throw invalidRequest('The code_challenge must be a SHA-256 in base64url: 43 characters.')
  }
}

/** The session of this browser, for `prompt=none` (OpenID Connect Core section 3.1.2.6). */
function presentSession(
  { issuer, sessions }: Context,
  { headers }: OAuthRequest,
  parameters: Parameters,
): Session {
  const session = sessions.of(headers)
  const maxAge = parameters.get('max_age')
  if (maxAge !== undefined && !/^\d+$/.test(maxAge)) {
    throw invalidRequest('The max_age must be a number of seconds.')
  }
  const age = Math.floor(issuer.now() / 1000) - (session?.authTime ?? 0)
  if (session && (maxAge === undefined || age <= Number(maxAge))) return session
  throw new OAuthError('login_required', 'Nobody is logged in, or not recently enough.')
}

function createCode(
  { grants }: Context,
  parameters: Parameters,
  clientId: string,
  session: Session,
): string {
  const { user, authTime } = session
  const grant = {
    clientId,
    user,
    scopes: grantedScopes(readScopes(parameters), user.scopes),
    audience: readAudience(parameters),
    nonce: parameters.get('nonce'),
    authTime,
    session,
    isRevoked: false,
  }
  return grants.addCode({
    grant,
    redirectUri: parameters.required('redirect_uri'),
    challenge: parameters.get('code_challenge'),
  })
}
