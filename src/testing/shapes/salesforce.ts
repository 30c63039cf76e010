import { salesforce } from '../../issuers.ts'
import type { Shape } from './shape.ts'

const client = '3MVG9Iu66FKeHhINkB1l7xt7kR8'

/** One organisation of Salesforce, whose access tokens are JWTs. The audience is its own address. */
export const salesforceShape: Shape<'domain'> = {
  url: 'https://test.my.salesforce.com',
  form: /^https:\/\/(?<domain>[^/?#@]+)$/,
  audience: ({ url }) => url,
  at: ({ url, audience, parts: { domain } }) => ({
    issuer: salesforce({ domain }),
    keysAt: `${url}/id/keys`,
    metadata: {
      at: `${url}/.well-known/openid-configuration`,
      says: {
        authorization_endpoint: `${url}/services/oauth2/authorize`,
        token_endpoint: `${url}/services/oauth2/token`,
        userinfo_endpoint: `${url}/services/oauth2/userinfo`,
        introspection_endpoint: `${url}/services/oauth2/introspect`,
        revocation_endpoint: `${url}/services/oauth2/revoke`,
      },
    },
    person: {
      typ: 'JWT',
      claims: ({ iat }) => ({
        scp: 'refresh_token web api',
        aud: [audience].flat(),
        sub: 'uid:005SG000001AbCdYAK',
        nbf: iat,
        mty: 'oauth',
        sfi: 'b3a1',
        roles: [],
        hsc: false,
        client_id: client,
      }),
    },
    machine: {
      typ: 'JWT',
      // The subject is the user as whom the machine runs.
      claims: ({ iat }) => ({
        scp: 'api',
        aud: [audience].flat(),
        sub: 'uid:005SG000009XyZaYAK',
        nbf: iat,
        mty: 'oauth',
        sfi: 'b3a2',
        roles: [],
        hsc: false,
        client_id: '3MVG9job66FKeHhINkB1l7xt7kR8',
      }),
    },
    idToken: {
      typ: 'JWT',
      claims: ({ access, atHash }) => ({
        sub: `https://login.salesforce.com/id/00DSG000009FYVd2AO/${String(access.sub).slice(4)}`,
        aud: client,
        at_hash: atHash,
      }),
    },
    refreshToken: '5Aep861KIwKdekr90I4iHdu1',
  }),
}
