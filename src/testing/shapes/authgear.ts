import { authgear } from '../../issuers.ts'
import type { Shape } from './shape.ts'

const application = '497d841ea22f33d3'
const ofPerson = {
  amr: ['mfa', 'otp', 'pwd', 'x_primary_password', 'x_secondary_totp'],
  'https://authgear.com/claims/user/can_reauthenticate': true,
  'https://authgear.com/claims/user/is_anonymous': false,
  'https://authgear.com/claims/user/is_verified': true,
  'https://authgear.com/claims/user/roles': [],
}

/** One project of Authgear. The audience is the resource for which machines ask. */
export const authgearShape: Shape<never> = {
  url: 'https://test.authgear.cloud',
  form: /^https?:\/\/[^/?#@]+$/,
  at: ({ url, audience }) => ({
    issuer: authgear({ endpoint: url, machines: { resource: audience } }),
    keysAt: `${url}/oauth2/jwks`,
    keyMembers: { created_at: 1753000000 },
    metadata: {
      at: `${url}/.well-known/openid-configuration`,
      says: {
        authorization_endpoint: `${url}/oauth2/authorize`,
        token_endpoint: `${url}/oauth2/token`,
        userinfo_endpoint: `${url}/oauth2/userinfo`,
        grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
      },
    },
    person: {
      typ: 'at+jwt',
      claims: ({ iat, id }) => ({
        sub: 'e3079029-f123-4c56-80c1-c2cd63a5b6af',
        // The project, whatever the API.
        aud: [url],
        client_id: application,
        jti: id,
        auth_time: iat,
        scope: 'openid offline_access https://authgear.com/scopes/full-access',
        ...ofPerson,
      }),
    },
    machine: {
      typ: 'at+jwt',
      claims: ({ id, given: { client_id = 'b892697a2075af58' } }) => ({
        sub: `client_id_${client_id}`,
        aud: [audience].flat(),
        client_id,
        jti: id,
        scope: '',
      }),
    },
    idToken: {
      typ: 'JWT',
      claims: ({ iat, access }) => ({
        sub: access.sub,
        aud: [application],
        auth_time: iat,
        nonce: 'n-0S6_WzA2Mj',
        sid: 'b2ZmbGluZV9ncmFudDox',
        ...ofPerson,
      }),
    },
    refreshToken: 'b2a7d4a1-0f0e-4b0a-9a52-2f6f6f0e7a11.XkQ3vT9bLmZ1pRs8YwCd5FgHjKnM2aBe',
  }),
}
