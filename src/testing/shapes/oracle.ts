import { oracle } from '../../issuers.ts'
import type { Shape } from './shape.ts'

const client = '0ade767b9d9744e8bf717b05a6185212'
const tenant = 'idcs-7e70daa81c094dcc98776e4ee48be3d1'

/**
 * One identity domain of Oracle Cloud. Its `iss` is the same for every domain, unless the domain
 * states its own address there.
 */
export const oracleShape: Shape<'domain'> = {
  url: 'https://identity.oraclecloud.com/',
  form: /^https:\/\/(?:identity\.oraclecloud\.com\/|(?<domain>[^/?#@]+))$/,
  at({ url, audience, parts: { domain = `${tenant}.identity.oraclecloud.com` } }) {
    const at = `https://${domain}`
    return {
      issuer: oracle({ domain, issuer: url }),
      keysAt: `${at}/admin/v1/SigningCert/jwk`,
      metadata: {
        at: `${at}/.well-known/openid-configuration`,
        says: {
          authorization_endpoint: `${at}/oauth2/v1/authorize`,
          token_endpoint: `${at}/oauth2/v1/token`,
          userinfo_endpoint: `${at}/oauth2/v1/userinfo`,
          introspection_endpoint: `${at}/oauth2/v1/introspect`,
          revocation_endpoint: `${at}/oauth2/v1/revoke`,
        },
      },
      person: {
        claims: ({ id }) => ({
          sub: 'ada',
          sub_type: 'user',
          sub_mappingattr: 'userName',
          user_id: 'c7dfb14d6530414e97dd2064fe23c695',
          user_displayname: 'Ada Lovelace',
          user_tenantname: tenant,
          client_id: client,
          client_name: 'shop',
          sid: 'q1w2e3r4t5y6:411abc',
          tok_type: 'AT',
          aud: audience,
          scope: '',
          tenant,
          jti: id,
        }),
      },
      machine: {
        claims: ({ id, given: { client_id = client } }) => ({
          sub: client_id,
          sub_type: 'client',
          sub_mappingattr: 'userName',
          client_id,
          client_name: 'job',
          tok_type: 'AT',
          aud: audience,
          scope: '',
          tenant,
          jti: id,
        }),
      },
      idToken: {
        // The client may be called as the API is, which is what confuses.
        claims: ({ iat, id, access }) => ({
          sub: access.sub,
          sub_type: 'user',
          user_displayname: 'Ada Lovelace',
          azp: client,
          sid: 'q1w2e3r4t5y6:411abc',
          tok_type: 'IT',
          aud: [url, ...[audience].flat()],
          auth_time: iat,
          tenant,
          jti: id,
        }),
      },
      refreshToken: 'AQIDBAXvKcbKpbbTWM3WDYjUzEfHcXcHnpiCJh',
    }
  },
}
