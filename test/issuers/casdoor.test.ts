import { casdoor } from 'tollgate/issuers'
import { expect, it } from 'vitest'
import { behindCasdoor } from '../../examples/issuers/casdoor.ts'
import { describePreset, describeWrongOptions, notRfc9068 } from './stage.ts'

const url = 'https://login.acme.com'
const client = behindCasdoor.audience
const person = '4f90e217-d09b-4f44-8e7c-d8e8d0a6a4b1'

/** The access token of a person in the format JWT, whose roles are objects. */
const claims = {
  owner: 'acme',
  name: 'ada',
  id: person,
  type: 'normal-user',
  email: 'ada@acme.com',
  isAdmin: false,
  roles: [{ owner: 'acme', name: 'clerk' }],
  permissions: [{ owner: 'acme', name: 'orders' }],
  groups: ['acme/sales'],
  tokenType: 'access-token',
  tag: '',
  scope: 'openid orders:read',
  azp: client,
  iss: url,
  sub: person,
  aud: [client],
  nbf: 1_000_000_000,
  jti: 'admin/2d7f5b0c',
}
/** The same in the format JWT-Custom, which has an empty nonce and names what is chosen. */
const custom = {
  name: undefined,
  email: undefined,
  groups: undefined,
  nonce: '',
  roles: ['clerk'],
  permissions: undefined,
  permissionNames: ['orders'],
}

describePreset(
  'casdoor',
  {
    ...behindCasdoor,
    keysAt: `${url}/.well-known/jwks`,
    keyMembers: { use: 'sig', alg: 'RS256' },
    metadata: { at: `${url}/.well-known/openid-configuration`, says: { issuer: url } },
    token: { typ: 'JWT', claims },
  },
  {
    accepted: [
      [
        'the access token of a person, whose roles are no list of names',
        {},
        {
          subject: person,
          clientId: client,
          scopes: ['openid', 'orders:read'],
          roles: [],
          permissions: [],
        },
      ],
      [
        'the access token of a person in the format JWT-Custom',
        { claims: custom },
        { subject: person, roles: ['clerk'], permissions: ['orders'] },
      ],
      ['a token with a nonce', { claims: { nonce: 'n' } }, { subject: person }],
      [
        'the access token of a machine',
        {
          claims: {
            name: 'job',
            email: undefined,
            type: 'application',
            sub: 'admin/job',
            scope: 'orders:write',
          },
        },
        { subject: 'admin/job', clientId: client, scopes: ['orders:write'] },
      ],
      ['a token of a version without azp', { claims: { azp: undefined } }, { clientId: undefined }],
    ],
    refused: [
      ['a refresh token', 'token-type', { claims: { tokenType: 'refresh-token' } }],
      [
        'a refresh token in the format JWT-Custom',
        'token-type',
        { claims: { ...custom, TokenType: 'refresh-token' } },
      ],
      ['a token that says it is an ID token', 'token-type', { claims: { tokenType: 'id-token' } }],
      ['a token that names no kind', 'token-type', { claims: { tokenType: undefined } }],
      [
        'a logout token',
        'token-type',
        {
          claims: {
            tokenType: undefined,
            events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
          },
        },
      ],
      ['a token for another application', 'audience', { claims: { aud: ['other'], azp: 'other' } }],
      ['a token of another installation', 'issuer', { claims: { iss: 'https://login.evil.com' } }],
      ['scopes as a list', 'claims', { claims: { scope: ['orders:read'] } }],
    ],
    hostile: {
      skip: {
        ...notRfc9068,
        'typ/id-token-same-aud': 'the issuer gives one and the same text as both kinds of tokens',
      },
    },
  },
)

it('casdoor takes the address with a slash at the end as well', () => {
  expect(casdoor({ url: `${url}/` })).toEqual(casdoor({ url }))
})

describeWrongOptions('casdoor', casdoor, { url }, [
  ['no URL', { url: undefined }, /must be a non-empty string, not undefined/],
  ['a host as URL', { url: 'login.acme.com' }, /must be a URL/],
  ['a query in the URL', { url: `${url}?a=1` }, /no user name, password, query/],
])
