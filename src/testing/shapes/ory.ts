import { ory } from '../../issuers.ts'
import type { Shape } from './shape.ts'

/** One project of Ory Network, or an Ory Hydra, whose access tokens are JWTs. */
export const oryShape: Shape<never> = {
  url: 'https://test.projects.oryapis.com',
  form: /^https?:\/\/[^?#@]+$/,
  at({ url, audience }) {
    const base = url.replace(/\/$/, '')
    return {
      issuer: ory({ url }),
      keysAt: `${base}/.well-known/jwks.json`,
      metadata: {
        at: `${base}/.well-known/openid-configuration`,
        says: {
          authorization_endpoint: `${base}/oauth2/auth`,
          token_endpoint: `${base}/oauth2/token`,
          revocation_endpoint: `${base}/oauth2/revoke`,
          userinfo_endpoint: `${base}/userinfo`,
          end_session_endpoint: `${base}/oauth2/sessions/logout`,
          backchannel_logout_supported: true,
          backchannel_logout_session_supported: true,
        },
      },
      person: {
        typ: 'JWT',
        claims: ({ iat, id }) => ({
          sub: 'ada@example.com',
          aud: [audience].flat(),
          client_id: 'web',
          ext: {},
          jti: id,
          nbf: iat,
          scp: ['openid'],
        }),
      },
      machine: {
        typ: 'JWT',
        claims: ({ iat, id, given: { client_id = 'job' } }) => ({
          sub: client_id,
          aud: [audience].flat(),
          client_id,
          ext: {},
          jti: id,
          nbf: iat,
          scp: [],
        }),
      },
      idToken: {
        typ: 'JWT',
        claims: ({ iat, id, access, atHash }) => ({
          sub: access.sub,
          aud: ['web'],
          jti: id,
          at_hash: atHash,
          auth_time: iat,
          rat: iat,
        }),
      },
      refreshToken: 'ory_rt_8s7m6Fh2kQv1dKf.wLzRtYp0uGcMeJaOiXb6S3n',
    }
  },
}
