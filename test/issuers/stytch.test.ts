import type { IssuerOptions } from 'tollgate'
import { stytch } from 'tollgate/issuers'
import { describe, expect, it } from 'vitest'
import { behindStytch, behindStytchDomain } from '../../examples/issuers/stytch.ts'
import type { Scene } from './stage.ts'
import { createStage, describePreset, describeWrongOptions, notRfc9068 } from './stage.ts'

const projectId = 'project-live-8aed2e54-0266-4793-9b5e-0cc9c56064da'
const person = 'user-live-16d9ba61-97a1-4ba4-9720-b03761dc50c6'
const machine = 'm2m-client-live-d731954d-dab3-4a2b-bdee-07f3ad1be885'
const app = 'connected-app-live-d731954d-dab3-4a2b-bdee-07f3ad1be888'
const session = 'https://stytch.com/session'

const claims = {
  sub: person,
  aud: [projectId],
  nbf: 1700000000,
  [session]: { id: 'session-live-fe6c042b', roles: ['stytch_user', 'clerk'] },
}
const noSession = { [session]: undefined }
const idToken = { ...noSession, aud: [app], email: 'ada@acme.com', email_verified: true }

/** The catalogue does not know an `iss` that is no URL, so the token states it. */
function sceneOf(issuer: IssuerOptions, keysAt: string): Scene {
  return { issuer, keysAt, token: { typ: 'JWT', claims: { iss: issuer.issuer, ...claims } } }
}

const accepted = [
  [
    'the session JWT of a person',
    {},
    { subject: person, clientId: undefined, scopes: [], roles: ['stytch_user', 'clerk'] },
  ],
  [
    'a session JWT with a claim scope, which is none',
    { claims: { scope: 'admin' } },
    { scopes: [] },
  ],
  [
    'the access token of a Connected App',
    { claims: { ...noSession, client_id: app, jti: 'LOe49', scope: 'openid orders' } },
    { subject: person, clientId: app, scopes: ['openid', 'orders'], roles: [] },
  ],
  [
    'the access token of a machine',
    { claims: { ...noSession, sub: machine, scope: 'read:users write:users' } },
    { subject: machine, clientId: machine, scopes: ['read:users', 'write:users'], roles: [] },
  ],
] as const

const refused = [
  ['an ID token', 'token-type', { claims: { ...idToken, aud: [projectId] } }],
  ['an ID token of a Connected App', 'token-type', { claims: idToken }],
  [
    'an ID token of a Connected App with a scope',
    'audience',
    { claims: { ...idToken, scope: 'x' } },
  ],
  ['a session JWT with a nonce', 'token-type', { claims: { nonce: 'n' } }],
  ['an access token with an empty scope', 'claims', { claims: { ...noSession, scope: '' } }],
  ['a token for another project', 'audience', { claims: { aud: ['project-live-evil'] } }],
  ['a session token', 'opaque', { as: () => 'mZAYn5aLEqKUlZ_Ad9U_fWr38GaAQ1oFAhT8ds245v7Q' }],
] as const

const hostile = {
  skip: {
    ...notRfc9068,
    'scope/array': 'sessions have no scopes',
    'scope/object': 'sessions have no scopes',
  },
}

describePreset(
  'stytch',
  sceneOf(behindStytch.issuer, `https://api.stytch.com/v1/sessions/jwks/${projectId}`),
  {
    accepted,
    refused: [
      ...refused,
      ['a token of another project', 'issuer', { claims: { iss: 'stytch.com/project-live-evil' } }],
      ['a token of the domain', 'issuer', { claims: { iss: 'https://login.acme.com' } }],
    ],
    hostile,
  },
)

describePreset(
  'stytch with a domain',
  sceneOf(behindStytchDomain.issuer, 'https://login.acme.com/.well-known/jwks.json'),
  {
    accepted,
    refused: [
      ...refused,
      ['a token that names the project', 'issuer', { claims: { iss: `stytch.com/${projectId}` } }],
    ],
    hostile,
  },
)

describe('stytch', () => {
  it('stytch with a domain alone leaves the audience to the verifier', async () => {
    const issuer = stytch({ domain: 'login.acme.com' })
    const keysAt = 'https://login.acme.com/.well-known/jwks.json'
    const { outcomeOf, mint } = createStage({
      ...sceneOf(issuer, keysAt),
      audience: projectId,
    })
    expect(await outcomeOf(mint())).toMatchObject({ subject: person })
    expect(await outcomeOf(mint({ claims: { aud: ['project-live-evil'] } }))).toBe('audience')
  })

  it.each([
    ['project-test-1', false, 'https://test.stytch.com/v1/sessions/jwks/project-test-1'],
    ['project-test-1', true, 'https://test.stytch.com/v1/b2b/sessions/jwks/project-test-1'],
    ['project-live-1', true, 'https://api.stytch.com/v1/b2b/sessions/jwks/project-live-1'],
  ])('stytch(%s, b2b: %s) has its keys at %s', (projectId, b2b, jwksUri) => {
    expect(stytch({ projectId, b2b }).jwksUri).toBe(jwksUri)
  })
})

describeWrongOptions('stytch', stytch, { projectId }, [
  ['a project that is undefined', { projectId: undefined }, /string, not undefined/],
  ['a path as project', { projectId: 'project-live-1/..' }, /one segment of a URL/],
  ['another id as project', { projectId: 'user-live-1' }, /must be the id of a project/],
  ['a domain that is undefined', { domain: undefined }, /non-empty string, not undefined/],
  ['a URL as domain', { domain: 'https://login.acme.com' }, /write 'login\.acme\.com'/],
  ['b2b as a text', { b2b: 'true' }, /must be true or false/],
  ['b2b that is undefined', { b2b: undefined }, /must be true or false/],
])

it('T16: stytch needs a project or a domain', () => {
  expect(() => stytch({})).toThrow(/option 'projectId' of stytch\(\): is needed, or 'domain'/)
})
