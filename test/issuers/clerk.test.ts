import type { IssuerOptions } from 'tollgate'
import { clerk } from 'tollgate/issuers'
import { expect, it } from 'vitest'
import { behindClerk, behindClerkWithAudience } from '../../examples/issuers/clerk.ts'
import type { Scene } from './stage.ts'
import { describePreset, describeWrongOptions, notRfc9068 } from './stage.ts'

const issuer = 'https://clerk.acme.com'
const app = 'https://app.acme.com'
const api = 'https://api.acme.com'

/** A session token, version 2. */
const claims = {
  sub: 'user_2h5k',
  aud: undefined as string | undefined,
  azp: app,
  sid: 'sess_2h5k',
  sts: 'active',
  v: 2,
  fva: [7, -1],
  pla: 'u:free',
  jti: '7f1b',
  nbf: 1700000000,
  o: { id: 'org_1', rol: 'admin', slg: 'acme' },
}
/** An ID token of an application that signs people in with this instance. */
const idToken = {
  azp: undefined,
  sts: undefined,
  v: undefined,
  aud: 'a1b2c3',
  email: 'ada@acme.com',
}

function sceneOf(issuer: IssuerOptions, own: object = {}): Scene {
  return {
    issuer,
    keysAt: `${issuer.issuer}/.well-known/jwks.json`,
    token: { typ: 'JWT', claims: { ...claims, ...own } },
  }
}

const refused = [
  ['an ID token, even with the session', 'audience', { claims: idToken }],
  [
    'an ID token for the application',
    'token-type',
    { claims: { ...idToken, aud: app, sid: undefined } },
  ],
  ['a token by a template, which has no session', 'token-type', { claims: { sid: undefined } }],
  ['a token whose session is no text', 'claims', { claims: { sid: 7 } }],
  ['a session that is pending', 'token-type', { claims: { sts: 'pending' } }],
  ['a token of another instance', 'issuer', { claims: { iss: 'https://clerk.evil.test' } }],
  ['an OAuth access token', 'token-type', { typ: 'at+jwt' }],
  ['a token of a machine', 'token-type', { claims: { sub: 'mch_1', sid: undefined } }],
  [
    'an opaque token of a machine',
    'opaque',
    { as: () => 'mt_8XOIucKvqHVr5tYP123456789abcdefghij' },
  ],
  ['a token for another API', 'audience', { claims: { aud: 'https://other.test' } }],
  ['a token whose aud is null', 'audience', { claims: { aud: null } }],
] as const

const skip = {
  ...notRfc9068,
  'scope/array': 'scopes may be a list',
  'typ/id-token': 'it keeps the session of the good token: the table has real ID tokens',
  'typ/id-token-same-aud': 'it keeps the session of the good token',
}

describePreset('clerk', sceneOf(behindClerk.issuer), {
  accepted: [
    ['a session token', {}, { subject: 'user_2h5k', clientId: app, scopes: [], roles: [] }],
    [
      'a session token of version 1',
      {
        claims: {
          v: undefined,
          sts: undefined,
          o: undefined,
          org_id: 'org_1',
          org_role: 'org:admin',
          org_permissions: ['org:orders:read'],
        },
      },
      { subject: 'user_2h5k', permissions: ['org:orders:read'] },
    ],
    [
      'a session of somebody who acts for the person',
      { claims: { act: { sub: 'user_support' } } },
      { subject: 'user_2h5k' },
    ],
  ],
  refused: [
    ...refused,
    ['a session of another application', 'audience', { claims: { azp: 'https://evil.test' } }],
    ['a session without Origin', 'audience', { claims: { azp: undefined } }],
    [
      'a session of another application that names this one',
      'token-type',
      { claims: { azp: 'https://evil.test', aud: app } },
    ],
  ],
  hostile: {
    skip: {
      ...skip,
      'aud/missing': 'the application is the audience where nothing names the API',
      'aud/empty-array': 'the application is the audience where nothing names the API',
    },
  },
})

describePreset('clerk with an audience', sceneOf(behindClerkWithAudience.issuer, { aud: api }), {
  accepted: [
    ['a session token for the API', {}, { subject: 'user_2h5k', clientId: app }],
    [
      'one of a native application, without Origin',
      { claims: { azp: undefined } },
      { subject: 'user_2h5k', clientId: undefined },
    ],
    ['one without aud', { claims: { aud: undefined } }, { clientId: app }],
  ],
  refused: [
    ...refused,
    ['a session of another application', 'token-type', { claims: { azp: 'https://evil.test' } }],
    [
      'a session whose Origin is the name of the API',
      'token-type',
      { claims: { azp: api, aud: undefined } },
    ],
    [
      'a session without Origin and aud',
      'audience',
      { claims: { azp: undefined, aud: undefined } },
    ],
  ],
  hostile: {
    skip: {
      ...skip,
      'aud/missing': 'the application is the audience where nothing names the API',
      'aud/empty-array': 'the application is the audience where nothing names the API',
    },
  },
})

it('clerk makes the parties the audience, of web applications and browser extensions', () => {
  const parties = ['http://localhost:3000', 'chrome-extension://abcdefgh']
  expect(clerk({ issuer, parties }).audience).toEqual(parties)
  expect(clerk({ issuer, parties: app, audience: [app, api] }).audience).toEqual([app, api])
})

describeWrongOptions('clerk', clerk, { issuer, parties: app }, [
  ['no issuer', { issuer: undefined }, /must be a non-empty string, not undefined/],
  ['a host as issuer', { issuer: 'clerk.acme.com' }, /must be a URL, such as/],
  ['no parties', { parties: undefined }, /must be a non-empty string, not undefined/],
  ['an empty list of parties', { parties: [] }, /at least one, not an empty array/],
  ['a host as party', { parties: 'app.acme.com' }, /holds 'app\.acme\.com': write origins/],
  ['a host and a port as party', { parties: 'localhost:3000' }, /write origins/],
  ['a path in a party', { parties: [`${app}/`] }, /write its origin, 'https:\/\/app\.acme\.com'/],
  ['an audience that is undefined', { audience: undefined }, /non-empty string, not undefined/],
])
