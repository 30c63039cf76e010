import { wso2 } from 'tollgate/issuers'
import { expect, it } from 'vitest'
import { behindAsgardeo, behindWso2 } from '../../examples/issuers/wso2.ts'
import { describePreset, describeWrongOptions, notRfc9068 } from './stage.ts'

const at = 'https://is.acme.com/oauth2/token'
const client = behindWso2.audience

/** The access token of a person. */
const claims = {
  sub: '32bc4697-ed0f-4546-8387-dcd6403e7caa',
  aut: 'APPLICATION_USER',
  client_id: client,
  aud: client,
  nbf: 1,
  azp: client,
  org_id: '10084a8d-113f-4211-a0d5-efe36b082211',
  org_name: 'Super',
  scope: 'openid orders:read',
  jti: '0728d517-7968-474f-bd7d-12537ccbe436',
}
/** An ID token of the same sign-in. */
const idToken = {
  aut: undefined,
  client_id: undefined,
  scope: undefined,
  jti: undefined,
  isk: 'i',
  at_hash: 'h',
  c_hash: 'c',
  amr: ['BasicAuthenticator'],
}

describePreset(
  'wso2',
  {
    ...behindWso2,
    keysAt: 'https://is.acme.com/oauth2/jwks',
    metadata: { at: `${at}/.well-known/openid-configuration`, says: { issuer: at } },
    token: { typ: 'at+jwt', claims },
  },
  {
    accepted: [
      [
        'the access token of a person',
        {},
        { subject: claims.sub, clientId: client, scopes: ['openid', 'orders:read'], roles: [] },
      ],
      [
        'the access token of a machine',
        { claims: { sub: client, aut: 'APPLICATION', scope: 'orders:read' } },
        { subject: client, clientId: client, scopes: ['orders:read'] },
      ],
      [
        'a token of an older version, without typ and client_id',
        { typ: null, claims: { client_id: undefined } },
        { subject: claims.sub, clientId: client },
      ],
      ['roles of a person', { claims: { roles: ['clerk'], groups: ['a'] } }, { roles: ['clerk'] }],
      ['groups of a person', { claims: { groups: ['clerk'] } }, { roles: ['clerk'] }],
      [
        'somebody who acts for a person, and shows who',
        { claims: { act: { sub: '2d931c9d' } } },
        { actors: [{ sub: '2d931c9d' }] },
      ],
    ],
    refused: [
      ['an ID token', 'token-type', { typ: 'JWT', claims: idToken }],
      [
        'an ID token without hashes',
        'token-type',
        { typ: null, claims: { ...idToken, at_hash: undefined, c_hash: undefined } },
      ],
      ['a token with aut and a nonce', 'token-type', { typ: 'JWT', claims: { nonce: 'n' } }],
      [
        'the subject token of an impersonation',
        'token-type',
        { claims: { aut: undefined, may_act: { sub: '2d931c9d' } } },
      ],
      ['a subject token that has aut', 'token-type', { claims: { may_act: { sub: '2d931c9d' } } }],
      ['a token of another application', 'audience', { claims: { aud: 'other' } }],
      [
        'a token of another tenant',
        'issuer',
        { claims: { iss: 'https://is.acme.com/t/evil/oauth2/token' } },
      ],
      ['an opaque token', 'opaque', { as: () => '94e325b7-77c8-32c2-a6ff-d7be430bf785' }],
    ],
    hostile: { skip: { ...notRfc9068, 'typ/missing': 'older versions state none' } },
  },
)

it('wso2 takes a tenant, an organization of Asgardeo, and a slash at the end', () => {
  expect(behindAsgardeo.issuer.issuer).toBe('https://api.asgardeo.io/t/acme/oauth2/token')
  expect(wso2({ url: 'https://is.acme.com:9443/t/shop/' }).issuer).toBe(
    'https://is.acme.com:9443/t/shop/oauth2/token',
  )
})

describeWrongOptions('wso2', wso2, { url: 'https://is.acme.com' }, [
  ['no URL', { url: undefined }, /must be a non-empty string, not undefined/],
  ['a domain as URL', { url: 'is.acme.com' }, /must be a URL/],
  ['the issuer as URL', { url: at }, /write 'https:\/\/is\.acme\.com'/],
])
