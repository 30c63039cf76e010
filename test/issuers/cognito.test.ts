import type { IssuerOptions } from 'tollgate'
import { cognito } from 'tollgate/issuers'
import { describe, expect, it } from 'vitest'
import { behindCognito, behindCognitoWithResources } from '../../examples/issuers/cognito.ts'
import type { Scene } from './stage.ts'
import { describePreset, describeWrongOptions, notRfc9068 } from './stage.ts'

const api = 'https://api.acme.com'
const pool = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc123'
const clients = ['57cbishk4j24pabc1234567890', '1example23456789'] as const
const good = { region: 'eu-west-1', userPool: 'eu-west-1_Abc123', clients }

/** The access token of a person, as sign-in through the API of Cognito gives it. */
const claims = {
  sub: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
  aud: undefined,
  'cognito:groups': ['clerks', 'sellers'],
  client_id: clients[0],
  origin_jti: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
  event_id: '64f513be-32db-42b0-b78e-b02127b4f463',
  token_use: 'access',
  scope: 'aws.cognito.signin.user.admin orders/read',
  auth_time: 1676312777,
  jti: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
  username: 'ada',
}
/** The access token of a machine, by client credentials. */
const machine = {
  sub: clients[1],
  client_id: clients[1],
  'cognito:groups': undefined,
  username: undefined,
  origin_jti: undefined,
  event_id: undefined,
  scope: 'orders/read',
  version: 2,
}
/** An ID token of the same sign-in, which has no nonce and no at_hash. */
const idToken = {
  aud: clients[0],
  client_id: undefined,
  scope: undefined,
  username: undefined,
  token_use: 'id',
  'cognito:username': 'ada',
  email: 'ada@acme.com',
}

function sceneOf(issuer: IssuerOptions, own: object = {}): Scene {
  return {
    issuer,
    keysAt: `${pool}/.well-known/jwks.json`,
    metadata: { at: `${pool}/.well-known/openid-configuration`, says: { issuer: pool } },
    token: { claims: { ...claims, ...own } },
  }
}

const refused = [
  ['an ID token', 'token-type', { claims: idToken }],
  [
    'an ID token that has a client_id',
    'token-type',
    { claims: { ...idToken, client_id: clients[0] } },
  ],
  [
    'a token without token_use',
    'token-type',
    { claims: { token_use: undefined, aud: clients[0] } },
  ],
  ['a token of another client', 'audience', { claims: { client_id: 'other', sub: 'other' } }],
  ['a token without client_id', 'audience', { claims: { client_id: undefined } }],
  ['a token whose aud is null', 'audience', { claims: { aud: null } }],
  [
    'a token of another user pool',
    'issuer',
    { claims: { iss: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Evil' } },
  ],
  [
    'a token of an identity pool',
    'issuer',
    { claims: { iss: 'https://cognito-identity.amazonaws.com' } },
  ],
] as const

/** What the preset weakens of RFC 9068, as its docstring says. */
const clientInstead = 'the client is the audience where nothing names the API'
const hostile = {
  skip: {
    ...notRfc9068,
    'typ/missing': 'the good token has none',
    'typ/id-token': 'it keeps token_use of the good token: the table has real ID tokens',
    'typ/id-token-same-aud': 'it keeps token_use of the good token',
    'aud/missing': clientInstead,
    'aud/empty-array': clientInstead,
  },
} as const

describePreset('cognito', sceneOf(behindCognito.issuer), {
  accepted: [
    [
      'the access token of a person',
      {},
      {
        subject: claims.sub,
        clientId: clients[0],
        scopes: ['aws.cognito.signin.user.admin', 'orders/read'],
        roles: ['clerks', 'sellers'],
      },
    ],
    [
      'the access token of a machine',
      { claims: machine },
      { subject: clients[1], clientId: clients[1], scopes: ['orders/read'], roles: [] },
    ],
    ['a nonce of the sign-in', { claims: { nonce: 'n' } }, { subject: claims.sub }],
  ],
  refused: [
    ...refused,
    ['a token that is bound to a resource', 'audience', { claims: { aud: api } }],
  ],
  hostile,
})

describePreset(
  'cognito with an audience',
  sceneOf(behindCognitoWithResources.issuer, { aud: api }),
  {
    accepted: [
      ['a token that is bound to the API', {}, { subject: claims.sub, clientId: clients[0] }],
      ['a token without aud', { claims: { aud: undefined } }, { subject: claims.sub }],
      ['a machine', { claims: { ...machine, aud: undefined } }, { subject: clients[1] }],
    ],
    refused: [
      ...refused.map(
        ([what, reason, { claims }]) =>
          [what, reason, { claims: { aud: undefined, ...claims } }] as const,
      ),
      ['a token of another client for the API', 'audience', { claims: { client_id: 'other' } }],
      [
        'a token of a client that is named as the API is',
        'audience',
        { claims: { client_id: api, aud: undefined } },
      ],
      ['a token for another API', 'audience', { claims: { aud: 'https://other.test' } }],
      ['an ID token that names the API', 'token-type', { claims: { ...idToken, aud: api } }],
    ],
    hostile,
  },
)

describe('cognito', () => {
  it('cognito makes the clients the audience of the issuer, one or several', () => {
    expect(cognito(good)).toMatchObject({ issuer: pool, audience: clients })
    expect(cognito({ ...good, clients: 'app1' }).audience).toEqual(['app1'])
  })

  it('cognito with multiRegion trusts the issuer of replicated user pools alone', () => {
    expect(cognito({ ...good, multiRegion: false }).issuer).toBe(pool)
    expect(cognito({ ...good, multiRegion: true }).issuer).toBe(
      'https://issuer.cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc123',
    )
  })

  it('cognito knows the regions of government clouds', () => {
    const userPool = 'us-gov-west-1_Abc123'
    expect(cognito({ region: 'us-gov-west-1', userPool, clients }).issuer).toBe(
      `https://cognito-idp.us-gov-west-1.amazonaws.com/${userPool}`,
    )
  })
})

describeWrongOptions('cognito', cognito, good, [
  ['no region', { region: undefined }, /must be a non-empty string, not undefined/],
  ['a region that is none', { region: 'eu' }, /must be an AWS region/],
  ['a host as region', { region: 'eu-west-1.evil.test/' }, /must be an AWS region/],
  ['no user pool', { userPool: '' }, /must be a non-empty string/],
  [
    'the name of a user pool',
    { userPool: 'users' },
    /must be the id of a user pool, such as 'eu-west-1_Abc123'/,
  ],
  ['a path as user pool', { userPool: 'eu-west-1_A/../B' }, /must be the id of a user pool/],
  [
    'a user pool of another region',
    { userPool: 'us-east-1_Abc123' },
    /is of another region than 'eu-west-1'/,
  ],
  [
    'no clients',
    { clients: undefined },
    /one or a list: each must be a non-empty string, not undefined/,
  ],
  ['an empty list of clients', { clients: [] }, /at least one, not an empty array/],
  ['a client that is undefined', { clients: ['a', undefined] }, /non-empty string, not undefined/],
  ['a client twice', { clients: ['a', 'a'] }, /twice/],
  ['an audience that is undefined', { audience: undefined }, /non-empty string, not undefined/],
  ['multiRegion as a text', { multiRegion: 'true' }, /must be true or false/],
  ['multiRegion that is undefined', { multiRegion: undefined }, /must be true or false/],
])
