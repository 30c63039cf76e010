import { logto } from '../../issuers.ts'
import type { Shape } from './shape.ts'

const client = 'b0o8w18syrv95gd2o3kee'

/** One tenant of Logto. */
export const logtoShape: Shape<'endpoint'> = {
  url: 'https://test.logto.app/oidc',
  form: /^(?<endpoint>https?:\/\/.+)\/oidc$/,
  alg: 'ES384',
  at: ({ url, audience, parts: { endpoint } }) => ({
    issuer: logto({ endpoint }),
    keysAt: `${url}/jwks`,
    metadata: {
      at: `${url}/.well-known/openid-configuration`,
      says: {
        authorization_endpoint: `${url}/auth`,
        token_endpoint: `${url}/token`,
        userinfo_endpoint: `${url}/me`,
        introspection_endpoint: `${url}/token/introspection`,
        revocation_endpoint: `${url}/token/revocation`,
        end_session_endpoint: `${url}/session/end`,
      },
    },
    person: {
      typ: 'at+jwt',
      claims: ({ id }) => ({
        sub: 'jpuoee8f7rq3',
        aud: audience,
        client_id: client,
        jti: id,
        scope: '',
      }),
    },
    machine: {
      typ: 'at+jwt',
      claims: ({ id, given: { client_id = 'm2mw18syrv95gd2o3kee0' } }) => ({
        sub: client_id,
        aud: audience,
        client_id,
        jti: id,
        scope: '',
      }),
    },
    idToken: {
      typ: 'JWT',
      claims: ({ access, atHash }) => ({ sub: access.sub, aud: client, at_hash: atHash }),
    },
    refreshToken: 'Xb6S3n2hQv1dKf8wLzRtYp0uGcMeJaOi',
  }),
}
