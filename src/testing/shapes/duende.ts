import { duende } from '../../issuers.ts'
import type { Shape } from './shape.ts'

const ofPerson = { idp: 'local', amr: ['pwd'], sid: 'F3C8A1' }

/** One Duende IdentityServer, which writes scopes as a list. */
export const duendeShape: Shape<never> = {
  url: 'https://identityserver.test',
  form: /^https?:\/\/[^?#@]*[^/?#@]$/,
  at: ({ url, audience }) => ({
    issuer: duende({ url }),
    keysAt: `${url}/.well-known/openid-configuration/jwks`,
    metadata: {
      at: `${url}/.well-known/openid-configuration`,
      says: {
        authorization_endpoint: `${url}/connect/authorize`,
        token_endpoint: `${url}/connect/token`,
        userinfo_endpoint: `${url}/connect/userinfo`,
        introspection_endpoint: `${url}/connect/introspect`,
        revocation_endpoint: `${url}/connect/revocation`,
        end_session_endpoint: `${url}/connect/endsession`,
        backchannel_logout_supported: true,
        backchannel_logout_session_supported: true,
      },
    },
    person: {
      typ: 'at+jwt',
      claims: ({ iat, id }) => ({
        nbf: iat,
        sub: '88421113',
        aud: audience,
        client_id: 'web',
        scope: ['openid', 'profile'],
        auth_time: iat,
        ...ofPerson,
        jti: id,
      }),
    },
    machine: {
      typ: 'at+jwt',
      // It has no subject.
      claims: ({ iat, id }) => ({
        nbf: iat,
        aud: audience,
        client_id: 'job',
        scope: [],
        jti: id,
      }),
    },
    idToken: {
      typ: 'JWT',
      claims: ({ iat, access, atHash }) => ({
        nbf: iat,
        sub: access.sub,
        aud: 'web',
        nonce: 'n-0S6_WzA2Mj',
        at_hash: atHash,
        auth_time: iat,
        ...ofPerson,
      }),
    },
    refreshToken: '8C9FC6DEC6E3A7AF8F5B4C8F0D6E7A1B2C3D4E5F60718293A4B5C6D7E8F9',
  }),
}
