import { auth0 } from '../../issuers.ts'
import type { Shape } from './shape.ts'

const application = 'K1AUPhZq8mRi0Q0pjhkfu1D7y6KjDQja'

/** One tenant of Auth0, with tokens in Auth0's own dialect. */
export const auth0Shape: Shape<'domain'> = {
  url: 'https://test.eu.auth0.com/',
  form: /^https:\/\/(?<domain>[^/?#@]+)\/$/,
  at: ({ url, audience, parts: { domain } }) => ({
    issuer: auth0({ domain }),
    keysAt: `${url}.well-known/jwks.json`,
    metadata: {
      at: `${url}.well-known/openid-configuration`,
      says: {
        authorization_endpoint: `${url}authorize`,
        token_endpoint: `${url}oauth/token`,
        userinfo_endpoint: `${url}userinfo`,
        revocation_endpoint: `${url}oauth/revoke`,
        end_session_endpoint: `${url}oidc/logout`,
      },
    },
    person: {
      typ: 'JWT',
      claims: () => ({
        sub: 'auth0|5f7c8ec7c33c6c004bbafe82',
        aud: [...[audience].flat(), `${url}userinfo`],
        azp: application,
        scope: 'openid profile email',
      }),
    },
    machine: {
      typ: 'JWT',
      claims: ({ given: { azp = 'awZfdIirBqPQ7Gx0b2Wc6oBzUv1tCYkE' } }) => ({
        sub: `${azp}@clients`,
        aud: audience,
        azp,
        gty: 'client-credentials',
      }),
    },
    idToken: {
      typ: 'JWT',
      claims: ({ access }) => ({
        sub: access.sub,
        aud: application,
        name: 'Ada Lovelace',
        nickname: 'ada',
        email: 'ada@example.com',
        email_verified: true,
        sid: 'w3lF0Hn5R2bTqU9m',
        nonce: 'n-0S6_WzA2Mj',
      }),
    },
    refreshToken: 'v1.MRrtOiUr2DPHHmpMVFxGZ4bQ2Xq0c',
  }),
}
