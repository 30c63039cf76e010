import type { Answer } from '../../answer.ts'
import { answerText } from '../../answer.ts'
import type { Context } from '../context.ts'
import { invalidRequest } from '../oauth-error.ts'
import { readSignedToken } from '../own-tokens.ts'
import type { OAuthRequest, Parameters } from '../parameters.ts'
import { readQueryOrForm } from '../parameters.ts'
import { withParameters } from '../redirects.ts'
import { answerMessagePage } from './pages.ts'

/**
 * OpenID Connect RP-Initiated Logout 1.0. It ends the session of the browser and that of the ID
 * token, with their refresh tokens, except those with `offline_access`.
 */
export function answerEndSession(context: Context, request: OAuthRequest): Answer {
  const { sessions, redirects } = context
  const parameters = readQueryOrForm(request)
  const hinted = sessionOfHint(context, parameters)
  const target = parameters.get('post_logout_redirect_uri')
  if (target !== undefined && !redirects.allows(target)) {
    throw invalidRequest(
      'The post_logout_redirect_uri must be on localhost, 127.0.0.1 or [::1], or listed in redirectUris.',
    )
  }
  for (const session of [sessions.of(request.headers), hinted]) {
    if (session) session.isOver = true
  }
  const headers = sessions.cookie(undefined)
  if (target === undefined) {
    const page = answerMessagePage(200, 'Logged out', 'You can close this page.')
    return { ...page, headers: { ...page.headers, ...headers } }
  }
  const location = withParameters(target, { state: parameters.get('state') })
  return answerText(303, '', { location, 'cache-control': 'no-store', ...headers })
}

function sessionOfHint({ issuer, sessions }: Context, parameters: Parameters) {
  const hint = parameters.get('id_token_hint')
  if (hint === undefined) return undefined
  // One that has expired is good enough (section 2), because people log out late.
  const claims = readSignedToken(issuer, hint)
  if (claims === undefined) throw invalidRequest('The id_token_hint is not of this issuer.')
  const clientId = parameters.get('client_id')
  if (clientId !== undefined && ![claims['aud']].flat().includes(clientId)) {
    throw invalidRequest('The client_id is not that of the id_token_hint.')
  }
  return sessions.withId(String(claims['sid']))
}
