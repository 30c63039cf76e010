import { okta } from '../../issuers.ts'
import type { Shape } from './shape.ts'

const application = '0oa1nqnvpj9jyu1Ke5d7'

/** One custom authorization server of Okta. */
export const oktaShape: Shape<'domain' | 'server'> = {
  url: 'https://test.okta.com/oauth2/default',
  form: /^https:\/\/(?<domain>[^/?#@]+)\/oauth2\/(?<server>[^/?#]+)$/,
  audience: () => 'api://default',
  at: ({ url, audience, parts: { domain, server } }) => ({
    issuer: okta({ domain, server }),
    keysAt: `${url}/v1/keys`,
    metadata: {
      at: `${url}/.well-known/openid-configuration`,
      says: {
        authorization_endpoint: `${url}/v1/authorize`,
        token_endpoint: `${url}/v1/token`,
        userinfo_endpoint: `${url}/v1/userinfo`,
        introspection_endpoint: `${url}/v1/introspect`,
        revocation_endpoint: `${url}/v1/revoke`,
        end_session_endpoint: `${url}/v1/logout`,
      },
    },
    person: {
      claims: ({ iat, id }) => ({
        ver: 1,
        jti: `AT.${id}`,
        aud: audience,
        cid: application,
        uid: '00ujmkLgagxeRrAg20g3',
        scp: ['openid', 'profile'],
        auth_time: iat,
        sub: 'ada@example.com',
      }),
    },
    machine: {
      claims: ({ id, given: { cid = '0oa2k8dpTyQ4x5sE1d7' } }) => ({
        ver: 1,
        jti: `AT.${id}`,
        aud: audience,
        cid,
        scp: [],
        sub: String(cid),
      }),
    },
    idToken: {
      claims: ({ iat, id, access, atHash }) => ({
        ver: 1,
        jti: `ID.${id}`,
        // Other than in access tokens, it is the id of the person.
        sub: access['uid'] as string,
        aud: application,
        name: 'Ada Lovelace',
        preferred_username: access.sub,
        amr: ['pwd'],
        idp: '00o1nqnlcpGpK5xkE5d7',
        auth_time: iat,
        at_hash: atHash,
      }),
    },
    refreshToken: 'ZbyJhbGciOiJSUzI1NiIsInR5cCI6Ikp',
  }),
}
