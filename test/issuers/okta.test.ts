import { okta } from 'tollgate/issuers'
import { expect, it } from 'vitest'
import { behindOkta, behindOktaServer } from '../../examples/issuers/okta.ts'
import { describePreset, describeWrongOptions, notRfc9068 } from './stage.ts'

const at = 'https://acme.okta.com/oauth2/default'

describePreset(
  'okta',
  {
    ...behindOkta,
    keysAt: `${at}/v1/keys`,
    metadata: { at: `${at}/.well-known/openid-configuration`, says: { issuer: at } },
    token: {
      claims: {
        ver: 1,
        jti: 'AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE',
        aud: 'api://default',
        cid: '0oa1nqnvpj9jyu1Ke5d7',
        uid: '00ujmkLgagxeRrAg20g3',
        scp: ['openid', 'orders.read'],
        auth_time: 1700000000,
        sub: 'ada@acme.com',
      },
    },
  },
  {
    accepted: [
      [
        'the access token of a person',
        {},
        {
          subject: 'ada@acme.com',
          clientId: '0oa1nqnvpj9jyu1Ke5d7',
          scopes: ['openid', 'orders.read'],
        },
      ],
      [
        'the access token of a machine',
        {
          claims: { uid: undefined, auth_time: undefined, sub: '0oa2', cid: '0oa2', scp: ['jobs'] },
        },
        { subject: '0oa2', clientId: '0oa2', scopes: ['jobs'] },
      ],
      [
        'groups of a person, where a claim of the server gives them',
        { claims: { groups: ['Everyone', 'clerks'] } },
        { roles: ['Everyone', 'clerks'] },
      ],
    ],
    refused: [
      [
        'an ID token, even where its client is the audience',
        'token-type',
        { claims: { cid: undefined, uid: undefined, scp: undefined, jti: 'ID.1', amr: ['pwd'] } },
      ],
      [
        'an ID token of a client',
        'token-type',
        { claims: { cid: undefined, scp: undefined, aud: '0oa1nqnvpj9jyu1Ke5d7', nonce: 'n' } },
      ],
      [
        'an ID token that was given a claim cid',
        'token-type',
        { claims: { uid: undefined, scp: undefined, jti: 'ID.1', amr: ['pwd'], idp: '00o1' } },
      ],
      ['a token with a client and a nonce', 'token-type', { claims: { nonce: 'n' } }],
      [
        'a token of another organisation',
        'issuer',
        { claims: { iss: at.replace('acme', 'evil') } },
      ],
      [
        'a token of the organisation itself',
        'issuer',
        { claims: { iss: 'https://acme.okta.com' } },
      ],
      [
        'a token of another authorization server',
        'issuer',
        { claims: { iss: 'https://acme.okta.com/oauth2/aus1' } },
      ],
      ['a refresh token', 'opaque', { as: () => 'ZbyJhbGciOiJSUzI1NiIsInR5cCI6Ikp' }],
    ],
    hostile: {
      skip: {
        ...notRfc9068,
        'typ/missing': 'the good token has none',
        'scope/array': 'the issuer has its scopes elsewhere, as a list',
        'scope/object': 'the issuer has its scopes elsewhere, as a list',
      },
    },
  },
)

it('okta with an id of a server trusts that server alone', () => {
  const { issuer } = behindOktaServer.issuer
  expect(issuer).toBe('https://login.acme.com/oauth2/aus1a2b3c4d5e6f7g8h9')
})

describeWrongOptions('okta', okta, { domain: 'acme.okta.com' }, [
  ['no domain', { domain: undefined }, /must be a non-empty string, not undefined/],
  ['a URL as domain', { domain: 'https://acme.okta.com' }, /write 'acme\.okta\.com'/],
  ['a path in the domain', { domain: 'acme.okta.com/oauth2' }, /write 'acme\.okta\.com'/],
  ['capital letters in the domain', { domain: 'Acme.okta.com' }, /write 'acme\.okta\.com'/],
  ['no name in the domain', { domain: 'https://' }, /must be a domain, such as/],
  ['white space in the domain', { domain: 'acme.okta.com ' }, /no whitespace/],
  ['a server that is undefined', { server: undefined }, /non-empty string, not undefined/],
  ['a path as server', { server: 'a/b' }, /one segment of a URL/],
  ['a server that leads up', { server: '..' }, /one segment of a URL/],
])
