import type { IssuerOptions } from 'tollgate'
import { workos } from 'tollgate/issuers'
import { expect, it } from 'vitest'
import { behindWorkos, behindWorkosWithAudience } from '../../examples/issuers/workos.ts'
import type { Scene } from './stage.ts'
import { describePreset, describeWrongOptions, notRfc9068 } from './stage.ts'

const clientId = 'client_01HXYZ4K5M6N7P8Q9R0S1T2V3W'
const api = 'https://api.acme.com'
const person = 'user_01HBEQKA6K4QJAS93VPE39W1JT'

const claims = {
  sub: person,
  sid: 'session_01HQSXZGF8FHF7A9ZZFCW4387R',
  jti: '01HQSXZXPPFPKMDD32RKTFY6PV',
  org_id: 'org_01HRDMC6CM357W30QMHMQ96Q0S',
  role: 'member',
  roles: ['member'],
  permissions: ['posts:read', 'posts:write'],
  entitlements: ['audit-logs'],
}

function sceneOf(issuer: IssuerOptions, own: object): Scene {
  const keysAt = `https://api.workos.com/sso/jwks/${clientId}`
  return { issuer, keysAt, token: { typ: 'JWT', claims: { ...claims, ...own } } }
}

const refused = [
  ['an ID token', 'token-type', { claims: { sid: undefined, nonce: 'n' } }],
  ['an ID token of a client', 'audience', { claims: { sid: undefined, aud: clientId } }],
  ['a token without a session', 'token-type', { claims: { sid: undefined } }],
  ['a token whose session is no text', 'claims', { claims: { sid: { id: 's' } } }],
  [
    'a token of another environment',
    'issuer',
    { claims: { iss: 'https://api.workos.com/user_management/client_evil' } },
  ],
  ['a token that names no environment', 'issuer', { claims: { iss: 'https://api.workos.com' } }],
  [
    'a token of a machine or an MCP client',
    'issuer',
    { claims: { iss: 'https://acme.authkit.app', sub: 'client_1', sid: undefined } },
  ],
  ['a token for another API', 'audience', { claims: { aud: 'https://other.test' } }],
  ['a token whose aud is null', 'audience', { claims: { aud: null } }],
  ['a refresh token', 'opaque', { as: () => 'yAjhKk123NLIjdrBdGZPf8pLIDvK' }],
] as const

const skip = {
  ...notRfc9068,
  'typ/missing': 'the token may have none',
  'typ/id-token': 'it keeps the session of the good token: the table has real ID tokens',
  'typ/id-token-same-aud': 'it keeps the session of the good token',
  'scope/array': 'scopes may be a list',
  'aud/missing': 'the environment in iss is the audience where nothing names the API',
  'aud/empty-array': 'the environment in iss is the audience where nothing names the API',
}

describePreset('workos', sceneOf(behindWorkos.issuer, { aud: undefined }), {
  accepted: [
    [
      'the access token of a person',
      {},
      {
        subject: person,
        clientId: undefined,
        scopes: [],
        roles: ['member'],
        permissions: ['posts:read', 'posts:write'],
      },
    ],
    ['one without typ', { typ: null }, { subject: person }],
    [
      'the token of somebody who acts for the person',
      { claims: { act: { sub: 'admin@foocorp.com' } } },
      { subject: person },
    ],
  ],
  refused: [...refused, ['a token for an API', 'audience', { claims: { aud: api } }]],
  hostile: { skip },
})

describePreset('workos with an audience', sceneOf(behindWorkosWithAudience.issuer, { aud: api }), {
  accepted: [
    ['a token for the API', {}, { subject: person }],
    ['one without aud', { claims: { aud: undefined } }, { subject: person }],
  ],
  refused,
  hostile: { skip },
})

it('workos with a domain trusts the issuer of that domain alone, with the keys of WorkOS', () => {
  expect(workos({ clientId, domain: 'auth.acme.com' })).toMatchObject({
    issuer: `https://auth.acme.com/user_management/${clientId}`,
    jwksUri: `https://api.workos.com/sso/jwks/${clientId}`,
  })
})

describeWrongOptions('workos', workos, { clientId }, [
  ['no client id', { clientId: undefined }, /must be a non-empty string, not undefined/],
  ['a path as client id', { clientId: 'client_1/../x' }, /one segment of a URL/],
  ['an audience that is undefined', { audience: undefined }, /non-empty string, not undefined/],
  ['a domain that is undefined', { domain: undefined }, /non-empty string, not undefined/],
  ['a URL as domain', { domain: 'https://auth.acme.com' }, /write 'auth\.acme\.com'/],
])
