import type { Auth } from 'tollgate'
import { createVerifier } from 'tollgate'
import type { AuthgearClaims } from 'tollgate/issuers'
import { authgear, authgearUser } from 'tollgate/issuers'
import { describe, expect, it } from 'vitest'
import { behindAuthgear } from '../../examples/issuers/authgear.ts'
import fixtures from '../fixtures/authgear-fixtures.json' with { type: 'json' }
import type { Scene } from './stage.ts'
import { createStage, describePreset, describeWrongOptions } from './stage.ts'

const endpoint = 'https://my-project.authgear.cloud'
const resource = 'https://myapi.com/api'
const { accessTokenUser, accessTokenM2M, idToken, opaqueAccessToken } = fixtures
const { iat: _, exp: __, iss: ___, ...personClaims } = accessTokenUser.payload
const { iat: _i, exp: _e, iss: _s, ...machineClaims } = accessTokenM2M.payload
/** What turns the token of a person into that of a machine. */
const machine = {
  ...Object.fromEntries(Object.keys(personClaims).map((name) => [name, undefined])),
  ...machineClaims,
}

const scene: Scene = {
  issuer: behindAuthgear.issuer,
  keysAt: `${endpoint}/oauth2/jwks`,
  keyMembers: { use: 'sig', alg: 'RS256', created_at: 1753000000 },
  metadata: {
    at: `${endpoint}/.well-known/openid-configuration`,
    says: { issuer: endpoint, subject_types_supported: ['public'] },
  },
  token: { typ: 'at+jwt', claims: personClaims },
}

describePreset('authgear', scene, {
  accepted: [
    [
      'the access token of a person',
      {},
      {
        subject: accessTokenUser.payload.sub,
        clientId: '497d841ea22f33d3',
        scopes: ['openid', 'offline_access', 'https://authgear.com/scopes/full-access'],
        roles: ['store_manager', 'salesperson'],
        permissions: ['read:orders', 'write:orders'],
      },
    ],
    [
      'the access token of a machine',
      { claims: machine },
      {
        subject: 'client_id_b892697a2075af58',
        clientId: 'b892697a2075af58',
        scopes: ['read:orders', 'write:orders'],
        roles: [],
        permissions: ['read:orders', 'write:orders'],
      },
    ],
    [
      'the token of a person from an Authgear before 2025, without scope and auth_time',
      { claims: { scope: undefined, auth_time: undefined, amr: undefined } },
      { scopes: [] },
    ],
    [
      'the token of a person without roles',
      { claims: { [rolesOf('user')]: [] } },
      { permissions: [] },
    ],
    [
      'the token of a machine that has claims of roles: they are none',
      { claims: { ...machine, [rolesOf('user')]: ['store_manager'], scope: '' } },
      { roles: [], permissions: [] },
    ],
    [
      'the token of a person who asked for a scope that is a permission of the API: it is none',
      { claims: { scope: 'openid write:orders', [rolesOf('user')]: [] } },
      { permissions: [] },
    ],
  ],
  refused: [
    ['an ID token', 'token-type', { typ: 'JWT', claims: idTokenClaims() }],
    [
      'an ID token whose client is the endpoint',
      'token-type',
      { typ: 'JWT', claims: { ...idTokenClaims(), aud: [endpoint] } },
    ],
    ['an ID token with the client of a person', 'token-type', { typ: 'JWT' }],
    ['an opaque access token', 'opaque', { as: () => opaqueAccessToken }],
    [
      'a refresh token',
      'opaque',
      { as: () => 'b2a7d4a1-0f0e-4b0a-9a52-2f6f6f0e7a11.XkQ3vT9bLmZ1pRs8YwCd5FgHjKnM2aBe' },
    ],
    ['the token of a person for the resource', 'audience', { claims: { aud: [resource] } }],
    [
      'the token of a machine for the endpoint',
      'audience',
      { claims: { ...machine, aud: [endpoint] } },
    ],
    [
      'the token of a machine for another resource',
      'audience',
      { claims: { ...machine, aud: ['https://other.com/api'] } },
    ],
    [
      'the token of a machine for the resource with a slash at the end',
      'audience',
      { claims: { ...machine, aud: [`${resource}/`] } },
    ],
    [
      'a token for the resource with the subject of another machine',
      'token-type',
      { claims: { ...machine, sub: 'client_id_b892697a2075af59' } },
    ],
    ['a token without a client', 'token-type', { claims: { client_id: undefined } }],
    ['a token without jti', 'claims', { claims: { jti: undefined } }],
    [
      'a token of another project',
      'issuer',
      { claims: { iss: 'https://evil.authgear.cloud', aud: ['https://evil.authgear.cloud'] } },
    ],
    ['a token whose iss has a slash at the end', 'issuer', { claims: { iss: `${endpoint}/` } }],
  ],
  hostile: {},
})

function rolesOf(what: string): string {
  return `https://authgear.com/claims/${what}/roles`
}

function idTokenClaims(): Record<string, unknown> {
  const { iat: _, exp: __, iss: ___, ...claims } = idToken.payload
  return { jti: undefined, client_id: undefined, scope: undefined, ...claims }
}

describe('the fixtures of Authgear, behind its preset', () => {
  const verifier = createVerifier({
    issuer: authgear({ endpoint, machines: { resource } }),
    fetch: async (url) =>
      Response.json(
        url.endsWith('/oauth2/jwks')
          ? fixtures.jwks
          : { issuer: endpoint, jwks_uri: `${endpoint}/oauth2/jwks` },
      ),
    now: () => (accessTokenUser.payload.iat + 60) * 1000,
  })

  it('the tokens of a person and of a machine are accepted by one verifier', async () => {
    expect((await verifier.verify(accessTokenUser.compact)).subject).toMatch(/^e3079029-/)
    expect((await verifier.verify(accessTokenM2M.compact)).subject).toMatch(/^client_id_/)
  })

  it.each([
    ['an ID token', 'token-type', idToken.compact],
    ['an opaque access token', 'opaque', opaqueAccessToken],
  ])('%s is refused: %s', async (_, reason, token) => {
    await expect(verifier.verify(token)).rejects.toMatchObject({ status: 401, reason })
  })
})

describe('who may call, behind authgear', () => {
  it.each<[string, Parameters<typeof authgear>[0], person: string, machine: string]>([
    ['people of every application', { endpoint }, 'accepted', 'audience'],
    [
      'people of some applications',
      { endpoint, users: { clientIds: ['1111111111111111', '497d841ea22f33d3'] } },
      'accepted',
      'token-type',
    ],
    [
      'people of other applications',
      { endpoint, users: { clientIds: ['1111111111111111'] } },
      'token-type',
      'token-type',
    ],
    [
      'people of an application with the id of the machine',
      { endpoint, users: { clientIds: ['b892697a2075af58'] } },
      'token-type',
      'audience',
    ],
    [
      'machines alone',
      { endpoint, users: false, machines: { resource } },
      'token-type',
      'accepted',
    ],
    [
      'machines of one of two resources',
      { endpoint, users: false, machines: { resource: ['https://a.test', resource] } },
      'token-type',
      'accepted',
    ],
  ])('%s', async (_, options, person, byMachine) => {
    const { outcomeOf, mint } = createStage({ ...scene, issuer: authgear(options) })
    const outcome = async (token: string): Promise<string> => {
      const found = await outcomeOf(token)
      return typeof found === 'string' ? found : 'accepted'
    }
    expect(await outcome(mint())).toBe(person)
    expect(await outcome(mint({ claims: machine }))).toBe(byMachine)
    // Even a token that names the endpoint as its audience is none of a person.
    expect(await outcome(mint({ claims: { ...machine, aud: [endpoint] } }))).not.toBe('accepted')
  })
})

describe('authgearUser', () => {
  async function userOf(claims: Readonly<Record<string, unknown>> = {}) {
    const { outcomeOf, mint } = createStage(scene)
    return authgearUser((await outcomeOf(mint({ claims }))) as Auth)
  }

  it('what the token says of a person is given with types', async () => {
    expect(await userOf()).toEqual({
      id: accessTokenUser.payload.sub,
      isVerified: true,
      isAnonymous: false,
      canReauthenticate: true,
      roles: ['store_manager', 'salesperson'],
      amr: ['mfa', 'otp', 'pwd', 'x_primary_password', 'x_secondary_totp'],
      authTime: 1755011400,
    })
  })

  it('a machine is no person', async () => {
    expect(await userOf(machine)).toBeUndefined()
  })

  it.each([undefined, null, 'true', 1, {}])(
    'a person of whom the token says %s is anonymous and not verified',
    async (value) => {
      const names = ['is_anonymous', 'is_verified', 'can_reauthenticate']
      const claims = names.map((name) => [`https://authgear.com/claims/user/${name}`, value])
      const user = await userOf({
        ...Object.fromEntries(claims),
        amr: value,
        auth_time: value && '1',
      })
      expect(user).toMatchObject({
        isAnonymous: true,
        isVerified: false,
        canReauthenticate: false,
        amr: [],
        authTime: undefined,
      })
    },
  )

  it('the claims of Authgear have types', () => {
    const roles = (auth: Auth<AuthgearClaims>): readonly string[] =>
      auth.claims['https://authgear.com/claims/user/roles'] ?? []
    const isVerified = (auth: Auth<AuthgearClaims>): boolean =>
      authgearUser(auth)?.isVerified ?? false
    expect([roles, isVerified]).toHaveLength(2)
  })
})

it('a slash at the end of the endpoint is left out, as Authgear states none in iss', () => {
  expect(authgear({ endpoint: `${endpoint}/` })).toEqual(authgear({ endpoint }))
})

it('authgear with a custom domain trusts that domain alone', () => {
  const { issuer, kinds } = authgear({ endpoint: 'https://auth.acme.com' })
  expect(issuer).toBe('https://auth.acme.com')
  expect(kinds).toMatchObject([{ audience: 'https://auth.acme.com' }])
})

it('what was given to authgear may be changed afterwards, without effect', () => {
  const clientIds = ['a']
  const table = { clerk: ['read'] }
  const preset = authgear({ endpoint, users: { clientIds }, permissions: table })
  clientIds.push('b')
  table.clerk.push('write')
  expect(preset).toMatchObject({
    kinds: [{ when: { is: ['a'] } }],
    permissionsOf: { clerk: ['read'] },
  })
})

const internal = (options: object): object => ({ internalEndpoint: options })

describeWrongOptions('authgear', authgear, { endpoint }, [
  ['no endpoint', { endpoint: undefined }, /must be a non-empty string, not undefined/],
  ['a domain as endpoint', { endpoint: 'my-project.authgear.cloud' }, /must be a URL, such as/],
  ['a path in the endpoint', { endpoint: `${endpoint}/oauth2` }, /must have no path/],
  ['capital letters in the endpoint', { endpoint: 'https://A.test' }, /spelled 'https:\/\/a.test'/],
  ['a password in the endpoint', { endpoint: 'https://a:b@a.test' }, /no user name, password/],
  ['an empty user name in the endpoint', { endpoint: 'https://@a.test' }, /no user name/],
  ['a query in the endpoint', { endpoint: `${endpoint}?a=b` }, /no user name, password, query/],
  ['users that are undefined', { users: undefined }, /must be a plain object, not undefined/],
  ['users of a misspelt option', { users: { clientIDs: ['a'] } }, /'clientIDs' in option 'users'/],
  ['an empty list of clients', { users: { clientIds: [] } }, /must name at least one/],
  ['a client that is undefined', { users: { clientIds: [undefined] } }, /'users.clientIds'/],
  ['a resource that is undefined', { machines: { resource: undefined } }, /'machines.resource'/],
  ['nobody who may call', { users: false }, /no token would be accepted/],
  ['permissions as a list', { permissions: [] }, /must be a plain object/],
  ['permissions of a role as a text', { permissions: { a: 'b' } }, /must give 'a' an array/],
  ['no internal URL', internal({}), /'internalEndpoint.url' of authgear\(\): must be a non-empty/],
  ['an internal fetch that is a text', internal({ url: 'http://a', fetch: 'b' }), /a function/],
  [
    'the fetch of the runtime, which ignores the host',
    internal({ url: 'http://a', fetch: globalThis.fetch }),
    /ignores the header host/,
  ],
])
