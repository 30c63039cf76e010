import { xsuaa } from 'tollgate/issuers'
import { expect, it } from 'vitest'
import { behindXsuaa } from '../../examples/issuers/xsuaa.ts'
import { describePreset, describeWrongOptions, notRfc9068 } from './stage.ts'

const url = 'https://acme.authentication.eu10.hana.ondemand.com'
const app = 'shop!t53187'
const person = '0fe5eeef-60aa-4607-9bbe-2aacafe89347'

/** The access token of a person who may read, as published tokens of SAP have it. */
const claims = {
  iss: `${url}/oauth/token`,
  jti: '53025a093c3549b68cb6a5f919f17850',
  ext_attr: { enhancer: 'XSUAA', subaccountid: '3ca4-4c10', zdn: 'acme' },
  'xs.system.attributes': { 'xs.rolecollections': ['Clerks'] },
  'xs.user.attributes': { country: ['USA'] },
  given_name: 'Ada',
  sub: person,
  scope: ['openid', `${app}.Read`],
  client_id: `sb-${app}`,
  cid: `sb-${app}`,
  azp: `sb-${app}`,
  grant_type: 'authorization_code',
  user_id: person,
  origin: 'sap.default',
  user_name: 'ada@acme.com',
  email: 'ada@acme.com',
  auth_time: 1700000000,
  rev_sig: '7296c892',
  zid: '3ca4-4c10',
  aud: [`sb-${app}`, app, 'openid'],
}
/** What an ID token does not have. */
const noAccess = { ext_attr: undefined, 'xs.system.attributes': undefined }
/** The access token of a machine, by client credentials. */
const machine = {
  'xs.system.attributes': undefined,
  'xs.user.attributes': undefined,
  given_name: undefined,
  user_id: undefined,
  origin: undefined,
  user_name: undefined,
  email: undefined,
  auth_time: undefined,
  sub: `sb-job!b1|${app}`,
  client_id: `sb-job!b1|${app}`,
  cid: `sb-job!b1|${app}`,
  azp: `sb-job!b1|${app}`,
  grant_type: 'client_credentials',
  authorities: ['uaa.resource', `${app}.Write`],
  scope: ['uaa.resource', `${app}.Write`],
  aud: ['uaa', app, `sb-job!b1|${app}`],
}

describePreset(
  'xsuaa',
  { ...behindXsuaa, keysAt: `${url}/token_keys`, token: { typ: 'JWT', claims } },
  {
    accepted: [
      [
        'the access token of a person',
        {},
        {
          subject: person,
          clientId: `sb-${app}`,
          scopes: ['openid', `${app}.Read`],
          roles: ['Clerks'],
        },
      ],
      [
        'the access token of a machine',
        { claims: machine },
        {
          subject: `sb-job!b1|${app}`,
          clientId: `sb-job!b1|${app}`,
          scopes: ['uaa.resource', `${app}.Write`],
          roles: [],
        },
      ],
    ],
    refused: [
      [
        'an ID token, even for this application',
        'token-type',
        { claims: { ...noAccess, scope: ['openid'], amr: ['pwd'] } },
      ],
      [
        'an ID token, for its client',
        'token-type',
        { claims: { ...noAccess, scope: ['openid'], aud: [`sb-${app}`] } },
      ],
      ['an ID token that was given ext_attr', 'token-type', { claims: { amr: ['pwd'] } }],
      ['such a token with acr', 'token-type', { claims: { acr: { values: ['2'] } } }],
      ['a token with a nonce', 'token-type', { claims: { nonce: 'n' } }],
      [
        'a refresh token that is a JWT',
        'token-type',
        { claims: { scope: undefined, granted_scopes: ['openid', `${app}.Read`] } },
      ],
      ['a refresh token', 'opaque', { as: () => 'e72b61a9a9304dde963e5a1cf47d7ab9-r' }],
      [
        'the token of a person who has no scope of this application',
        'audience',
        { claims: { scope: ['openid'], aud: [`sb-${app}`, 'openid'] } },
      ],
      [
        'a token for another application',
        'audience',
        { claims: { aud: ['sb-evil!t1', 'evil!t1'], cid: 'sb-evil!t1' } },
      ],
      [
        'a token of another subaccount',
        'issuer',
        { claims: { iss: `${url.replace('acme', 'evil')}/oauth/token` } },
      ],
      ['a token whose iss is the bare URL', 'issuer', { claims: { iss: url } }],
      ['a token without a client', 'claims', { claims: { cid: undefined } }],
    ],
    hostile: { skip: { ...notRfc9068, 'scope/array': 'the issuer has its scopes as a list' } },
  },
)

it('xsuaa takes the URL with a slash at the end as well', () => {
  expect(xsuaa({ url: `${url}/` })).toEqual(xsuaa({ url }))
})

describeWrongOptions('xsuaa', xsuaa, { url }, [
  ['no URL', { url: undefined }, /must be a non-empty string, not undefined/],
  ['a host as URL', { url: 'acme.authentication.eu10.hana.ondemand.com' }, /must be a URL/],
  ['the issuer as URL', { url: `${url}/oauth/token` }, new RegExp(`write '${url}'`)],
  ['the location of the keys as URL', { url: `${url}/token_keys` }, new RegExp(`write '${url}'`)],
])
