import { zitadel } from '../../issuers.ts'
import type { Shape } from './shape.ts'

const client = '69234237810729234'

/** One instance of Zitadel, whose access tokens are JWTs. The audience is the project. */
export const zitadelShape: Shape<'domain'> = {
  url: 'https://test-a1b2c3.zitadel.cloud',
  form: /^https:\/\/(?<domain>[^/?#@]+)$/,
  audience: () => '69234237813329048',
  at: ({ url, audience, parts: { domain } }) => ({
    issuer: zitadel({ domain }),
    keysAt: `${url}/oauth/v2/keys`,
    metadata: {
      at: `${url}/.well-known/openid-configuration`,
      says: {
        authorization_endpoint: `${url}/oauth/v2/authorize`,
        token_endpoint: `${url}/oauth/v2/token`,
        introspection_endpoint: `${url}/oauth/v2/introspect`,
        userinfo_endpoint: `${url}/oidc/v1/userinfo`,
        revocation_endpoint: `${url}/oauth/v2/revoke`,
        end_session_endpoint: `${url}/oidc/v1/end_session`,
      },
    },
    person: {
      typ: 'JWT',
      claims: ({ iat, id }) => ({
        sub: '77776025198584418',
        aud: [client, ...[audience].flat()],
        jti: `V1_${id}-at_1`,
        nbf: iat,
        azp: client,
        'urn:zitadel:iam:org:project:roles': {},
      }),
    },
    machine: {
      typ: 'JWT',
      // It names no client.
      claims: ({ iat, id }) => ({
        sub: '77776025198584777',
        aud: [audience].flat(),
        jti: `V1_${id}-at_1`,
        nbf: iat,
      }),
    },
    idToken: {
      typ: 'JWT',
      // It names the project, too.
      claims: ({ iat, access, atHash }) => ({
        sub: access.sub,
        aud: [client, ...[audience].flat()],
        auth_time: iat,
        amr: ['pwd'],
        azp: client,
        at_hash: atHash,
        nonce: 'n-0S6_WzA2Mj',
      }),
    },
    refreshToken: 'jOl3Qd1Yk0n5xR2bV8tFzW6sLpA9uEhCgMiKyNqT7B',
  }),
}
