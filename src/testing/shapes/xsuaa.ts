import { xsuaa } from '../../issuers.ts'
import type { Shape } from './shape.ts'

const person = '0fe5eeef-60aa-4607-9bbe-2aacafe89347'

/** XSUAA of one subaccount. The audience is the `xsappname` of the application. */
export const xsuaaShape: Shape<'server'> = {
  url: 'https://test.authentication.eu10.hana.ondemand.com/oauth/token',
  form: /^(?<server>https?:\/\/.+)\/oauth\/token$/,
  audience: () => 'shop!t53187',
  at({ audience, parts: { server } }) {
    const apps = [audience].flat()
    const client = `sb-${apps[0]}`
    const ext_attr = { enhancer: 'XSUAA', subaccountid: '3ca4-4c10', zdn: 'test' }
    return {
      issuer: xsuaa({ url: server }),
      keysAt: `${server}/token_keys`,
      person: {
        typ: 'JWT',
        claims: ({ iat, id }) => ({
          jti: id,
          ext_attr,
          'xs.system.attributes': { 'xs.rolecollections': [] },
          given_name: 'Ada',
          family_name: 'Lovelace',
          sub: person,
          scope: ['openid', ...apps.map((app) => `${app}.Read`)],
          client_id: client,
          cid: client,
          azp: client,
          grant_type: 'authorization_code',
          user_id: person,
          origin: 'sap.default',
          user_name: 'ada@example.com',
          email: 'ada@example.com',
          auth_time: iat,
          rev_sig: '7296c892',
          zid: '3ca4-4c10',
          aud: [client, ...apps, 'openid'],
        }),
      },
      machine: {
        typ: 'JWT',
        claims({ id, given: { cid = `sb-job!b1|${apps[0]}` } }) {
          const scope = ['uaa.resource', ...apps.map((app) => `${app}.Write`)]
          return {
            jti: id,
            ext_attr,
            sub: String(cid),
            authorities: scope,
            scope,
            client_id: String(cid),
            cid,
            azp: cid,
            grant_type: 'client_credentials',
            rev_sig: '7296c892',
            zid: '3ca4-4c10',
            aud: ['uaa', ...apps, String(cid)],
          }
        },
      },
      idToken: {
        typ: 'JWT',
        // A scope of the application in it makes that an audience, which is what confuses.
        claims: ({ iat, id, access }) => ({
          jti: id,
          sub: access.sub,
          scope: ['openid'],
          client_id: client,
          cid: client,
          azp: client,
          amr: ['pwd'],
          user_name: 'ada@example.com',
          email: 'ada@example.com',
          auth_time: iat,
          zid: '3ca4-4c10',
          aud: [client, ...apps],
        }),
      },
      refreshToken: 'e72b61a9a9304dde963e5a1cf47d7ab9-r',
    }
  },
}
