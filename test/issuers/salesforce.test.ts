import { salesforce } from 'tollgate/issuers'
import { expect, it } from 'vitest'
import { behindSalesforce } from '../../examples/issuers/salesforce.ts'
import { describePreset, describeWrongOptions, notRfc9068 } from './stage.ts'

const at = 'https://acme.my.salesforce.com'

/** The access token of a person, as Salesforce's own libraries for phones test it. */
const claims = {
  scp: 'refresh_token web api',
  aud: [at],
  sub: 'uid:005SG000001AbCdYAK',
  nbf: 1_000_000_000,
  mty: 'oauth',
  sfi: 'b3a1',
  roles: [],
  iss: at,
  hsc: false,
  client_id: '3MVG9Iu66FKeHhINkB1l7xt7kR8',
}
/** An ID token of the same sign-in. */
const idToken = {
  scp: undefined,
  mty: undefined,
  sfi: undefined,
  client_id: undefined,
  aud: claims.client_id,
  sub: 'https://login.salesforce.com/id/00DSG000009FYVd2AO/005SG000001AbCdYAK',
  at_hash: 'h',
}

describePreset(
  'salesforce',
  {
    ...behindSalesforce,
    keysAt: `${at}/id/keys`,
    metadata: { at: `${at}/.well-known/openid-configuration`, says: { issuer: at } },
    token: { typ: 'JWT', claims },
  },
  {
    accepted: [
      [
        'the access token of a person',
        {},
        {
          subject: 'uid:005SG000001AbCdYAK',
          clientId: claims.client_id,
          scopes: ['refresh_token', 'web', 'api'],
          roles: [],
        },
      ],
      [
        'the access token of the user as whom a machine runs',
        { claims: { sub: 'uid:005SG000009XyZaYAK', client_id: '3MVG9job', scp: 'api' } },
        { subject: 'uid:005SG000009XyZaYAK', clientId: '3MVG9job', scopes: ['api'] },
      ],
      [
        'a token that names this API as well',
        { claims: { aud: ['https://api.acme.com', at] } },
        { subject: 'uid:005SG000001AbCdYAK' },
      ],
    ],
    refused: [
      ['an ID token', 'token-type', { claims: idToken }],
      [
        'an ID token that names the organisation',
        'token-type',
        { claims: { ...idToken, aud: at } },
      ],
      ['a token of another kind', 'token-type', { claims: { mty: 'session' } }],
      ['a token with a nonce', 'token-type', { claims: { nonce: 'n' } }],
      [
        'an opaque access token',
        'opaque',
        { as: () => '00DSG000009FYVd!AQEAQPfT3.kNh5o8YxOBZ_RrRgVn' },
      ],
      ['a refresh token', 'opaque', { as: () => '5Aep861KIwKdekr90I4iHdu1' }],
      [
        'a token of another organisation',
        'issuer',
        {
          claims: {
            iss: 'https://evil.my.salesforce.com',
            aud: ['https://evil.my.salesforce.com'],
          },
        },
      ],
      [
        'a token of a sandbox',
        'issuer',
        { claims: { iss: 'https://acme--dev.sandbox.my.salesforce.com' } },
      ],
      [
        'what a machine signs to get a token',
        'issuer',
        { claims: { iss: claims.client_id, aud: 'https://login.salesforce.com' } },
      ],
      ['scopes as a list', 'claims', { claims: { scp: ['api'] } }],
      ['a token without a client', 'claims', { claims: { client_id: undefined } }],
    ],
    hostile: {
      skip: {
        ...notRfc9068,
        'scope/array': 'the issuer has its scopes in scp',
        'scope/object': 'the issuer has its scopes in scp',
      },
    },
  },
)

it('salesforce trusts the organisation at its own domain alone', () => {
  expect(salesforce({ domain: 'login.acme.com' }).issuer).toBe('https://login.acme.com')
})

describeWrongOptions('salesforce', salesforce, { domain: 'acme.my.salesforce.com' }, [
  ['no domain', { domain: undefined }, /must be a non-empty string, not undefined/],
  ['a URL as domain', { domain: at }, /write 'acme\.my\.salesforce\.com'/],
  ['the sign-in for all', { domain: 'login.salesforce.com' }, /must be your own domain/],
  ['the sign-in for all sandboxes', { domain: 'test.salesforce.com' }, /must be your own domain/],
  [
    'the domain of the pages',
    { domain: 'acme.lightning.force.com' },
    /write 'acme\.my\.salesforce\.com'/,
  ],
])
