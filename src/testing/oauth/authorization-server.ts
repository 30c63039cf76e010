import type { Answer } from '../answer.ts'
import { answerText } from '../answer.ts'
import type { Claims } from '../claims.ts'
import type { TestIssuer } from '../issuer.ts'
import type { TokenRegister } from '../opaque-tokens.ts'
import type { Context } from './context.ts'
import type { OAuthEndpoint } from './endpoints.ts'
import { createGrants } from './grants.ts'
import { answerIntrospection } from './introspection.ts'
import { createTokenMaker } from './issue.ts'
import { answerAuthorization } from './login/authorization.ts'
import { answerEndSession } from './login/end-session.ts'
import { answerMessagePage } from './login/pages.ts'
import { createSessions } from './login/sessions.ts'
import { answerError, OAuthError } from './oauth-error.ts'
import type { OAuthRequest } from './parameters.ts'
import { createRedirects } from './redirects.ts'
import { answerRevocation } from './revocation.ts'
import { answerToken } from './token/endpoint.ts'
import { answerUserinfo } from './userinfo.ts'
import { createUsers } from './users.ts'

export interface AuthorizationServerOptions {
  /**
   * The users who can be picked on the login page: names and claims. `sub` is the name by default;
   * `scope` limits what the user is granted, which is otherwise all that a client asks for; other
   * claims are in the tokens and in userinfo. Every other name can be typed. A test that needs no
   * page sends the parameters of the authorization request by POST, and `user` with them. Default:
   * none.
   */
  users?: Readonly<Record<string, Claims>>
  /**
   * Redirect URIs that are not on loopback, as clients send them, such as
   * 'com.example.app:/callback'. They count for logouts, too, and pages of their origins may call
   * the endpoints. Default: none.
   */
  redirectUris?: readonly string[]
}

/** OAuth 2.0 and OpenID Connect for one issuer: any client, any user, and no password. */
export interface AuthorizationServer {
  answer(endpoint: OAuthEndpoint, request: OAuthRequest): Answer
  /** Forgets all codes, tokens and sessions. */
  reset(): void
}

interface Endpoint {
  readonly methods: readonly string[]
  readonly answer: (context: Context, request: OAuthRequest) => Answer
  readonly answerError: (error: OAuthError) => Answer
}

const api = { methods: ['POST'], answerError }
/** A person sees the answer. */
const page = {
  methods: ['GET', 'HEAD', 'POST'],
  answerError: ({ message }: OAuthError) => answerMessagePage(400, 'This did not work', message),
}

const endpoints: Readonly<Record<OAuthEndpoint, Endpoint>> = {
  authorization: { ...page, answer: answerAuthorization },
  token: { ...api, answer: answerToken },
  userinfo: { methods: ['GET', 'HEAD', 'POST'], answer: answerUserinfo, answerError },
  introspection: { ...api, answer: answerIntrospection },
  revocation: { ...api, answer: answerRevocation },
  'end-session': { ...page, answer: answerEndSession },
}

/** @param base The URL of the issuer, without a slash at its end. */
export function createAuthorizationServer(
  issuer: TestIssuer,
  base: string,
  register: TokenRegister,
  options: AuthorizationServerOptions,
): AuthorizationServer {
  const grants = createGrants(issuer.now)
  const sessions = createSessions(base, issuer.now)
  const context: Context = {
    issuer,
    grants,
    register,
    sessions,
    tokens: createTokenMaker(issuer, grants),
    users: createUsers(options.users),
    redirects: createRedirects(options.redirectUris),
  }
  return {
    answer(name, request) {
      const endpoint = endpoints[name]
      if (!endpoint.methods.includes(request.method)) {
        return answerText(405, 'Method not allowed', { allow: endpoint.methods.join(', ') })
      }
      try {
        return endpoint.answer(context, request)
      } catch (error) {
        if (error instanceof OAuthError) return endpoint.answerError(error)
        const unexpected = 'The token could not be made: see the options and keys of the issuer.'
        return answerError(new OAuthError('server_error', unexpected, { status: 500 }))
      }
    },
    reset() {
      grants.reset()
      sessions.reset()
    },
  }
}
