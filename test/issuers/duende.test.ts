import { duende } from 'tollgate/issuers'
import { expect, it } from 'vitest'
import { behindDuende } from '../../examples/issuers/duende.ts'
import { describePreset, describeWrongOptions } from './stage.ts'

const at = 'https://login.acme.com'
/** The access token of a machine. */
const machine = {
  sub: undefined,
  client_id: 'job',
  scope: ['orders.read'],
  auth_time: undefined,
  idp: undefined,
  amr: undefined,
  sid: undefined,
  role: undefined,
}

describePreset(
  'duende',
  {
    ...behindDuende,
    keysAt: `${at}/.well-known/openid-configuration/jwks`,
    metadata: { at: `${at}/.well-known/openid-configuration`, says: { issuer: at } },
    token: {
      typ: 'at+jwt',
      claims: {
        sub: '88421113',
        aud: 'orders',
        client_id: 'web',
        scope: ['openid', 'orders.read'],
        auth_time: 1700000000,
        idp: 'local',
        amr: ['pwd'],
        sid: 'F3C8A1',
        jti: '7B2F',
        role: ['clerk', 'seller'],
      },
    },
  },
  {
    accepted: [
      [
        'the access token of a person',
        {},
        {
          subject: '88421113',
          clientId: 'web',
          scopes: ['openid', 'orders.read'],
          roles: ['clerk', 'seller'],
        },
      ],
      [
        'the access token of a machine, whose subject is the client',
        { claims: machine },
        { subject: 'job', clientId: 'job', scopes: ['orders.read'], roles: [] },
      ],
      [
        'scopes as a text, and no jti',
        { claims: { scope: 'openid orders.read', jti: undefined } },
        { scopes: ['openid', 'orders.read'] },
      ],
      [
        'several audiences',
        { claims: { aud: ['orders', 'https://login.acme.com/resources'] } },
        { subject: '88421113' },
      ],
    ],
    refused: [
      [
        'an ID token',
        'token-type',
        { typ: 'JWT', claims: { aud: 'web', client_id: undefined, scope: undefined, nonce: 'n' } },
      ],
      ['an ID token for the API', 'token-type', { typ: 'JWT' }],
      ['a logout token', 'token-type', { typ: 'logout+jwt' }],
      ["a person's token without sub", 'claims', { claims: { sub: undefined } }],
      [
        "a token without sub that has a person's session",
        'claims',
        { claims: { ...machine, sid: 'F3C8A1' } },
      ],
      ['a token without client_id', 'claims', { claims: { client_id: undefined } }],
      [
        'a token of a scope without an ApiResource',
        'audience',
        { claims: { aud: 'https://login.acme.com/resources' } },
      ],
      ['a token of another server', 'issuer', { claims: { iss: 'https://login.evil.test' } }],
      [
        'a reference token',
        'opaque',
        { as: () => '8C9FC6DEC6E3A7AF8F5B4C8F0D6E7A1B2C3D4E5F60718293A4B5C6D7E8F9' },
      ],
    ],
    hostile: {
      skip: {
        'scope/array': 'the scopes of the good token are a list',
        'jti/missing': 'the issuer does not always state it',
      },
    },
  },
)

it('duende takes a URL with a path, and with a slash at the end', () => {
  expect(duende({ url: 'https://acme.com/identity/' }).issuer).toBe('https://acme.com/identity')
})

describeWrongOptions('duende', duende, { url: at }, [
  ['no URL', { url: undefined }, /must be a non-empty string, not undefined/],
  ['a domain as URL', { url: 'login.acme.com' }, /must be a URL/],
])
