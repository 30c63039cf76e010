import { wso2 } from '../../issuers.ts'
import type { Shape } from './shape.ts'

/** A WSO2 Identity Server, or an organization of Asgardeo. The audience is the client. */
export const wso2Shape: Shape<'server'> = {
  url: 'https://wso2.test/oauth2/token',
  form: /^(?<server>https?:\/\/.+)\/oauth2\/token$/,
  audience: () => 'NgQ2kT9vXw3LbRz7HcJ5sYd8Fa0e',
  at({ url, audience, parts: { server } }) {
    const [client = ''] = [audience].flat()
    const endpoints = `${server}/oauth2`
    const common = {
      aud: audience,
      client_id: client,
      azp: client,
      org_id: '10084a8d-113f-4211-a0d5-efe36b082211',
      org_name: 'Super',
    }
    return {
      issuer: wso2({ url: server }),
      keysAt: `${endpoints}/jwks`,
      metadata: {
        at: `${url}/.well-known/openid-configuration`,
        says: {
          authorization_endpoint: `${endpoints}/authorize`,
          token_endpoint: url,
          userinfo_endpoint: `${endpoints}/userinfo`,
          introspection_endpoint: `${endpoints}/introspect`,
          revocation_endpoint: `${endpoints}/revoke`,
          end_session_endpoint: `${server}/oidc/logout`,
          backchannel_logout_supported: true,
          backchannel_logout_session_supported: true,
        },
      },
      person: {
        typ: 'at+jwt',
        claims: ({ iat, id }) => ({
          sub: '32bc4697-ed0f-4546-8387-dcd6403e7caa',
          aut: 'APPLICATION_USER',
          nbf: iat,
          ...common,
          scope: 'openid profile',
          jti: id,
        }),
      },
      machine: {
        typ: 'at+jwt',
        claims: ({ iat, id }) => ({
          sub: client,
          aut: 'APPLICATION',
          nbf: iat,
          ...common,
          scope: '',
          jti: id,
        }),
      },
      idToken: {
        typ: 'JWT',
        claims: ({ iat, access, atHash }) => ({
          ...common,
          client_id: undefined,
          sub: access.sub,
          nbf: iat,
          isk: 'd3f6',
          at_hash: atHash,
          c_hash: 'BQFdJyZmSg',
          amr: ['BasicAuthenticator'],
        }),
      },
      refreshToken: '94e325b7-77c8-32c2-a6ff-d7be430bf785',
    }
  },
}
