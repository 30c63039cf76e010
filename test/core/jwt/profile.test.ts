import type { AuthError, IssuerOptions, Profile, Verifier } from 'tollgate'
import { createVerifier } from 'tollgate'
import type { Claims } from 'tollgate/testing'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'

const issuer = createTestIssuer()

function verifierOf(
  profile: NonNullable<IssuerOptions['profile']>,
  audience: string = issuer.audience as string,
): Verifier {
  return createVerifier({ ...issuer.trust(), profile, audience })
}

/** A token as other issuers write it: without `client_id` and `jti`, and with this `typ`. */
function tokenOf(claims: Claims, typ: string | undefined = 'JWT'): string {
  return issuer.mint({ client_id: undefined, jti: undefined, ...claims }, { header: { typ } })
}

const outcome = (verifier: Verifier, token: string): Promise<string> =>
  verifier.verify(token).then(
    () => 'accepted',
    ({ status, reason }: AuthError) => `${status} ${reason}`,
  )

describe("T5: kinds of tokens under the profile 'jwt'", () => {
  it.each<[string, Claims]>([
    ['token_use is id, as Cognito marks an ID token', { token_use: 'id' }],
    ['token_use is a list', { token_use: ['access'] }],
    ['the claim typ is ID, as Keycloak marks an ID token', { typ: 'ID' }],
    ['the claim typ is Refresh', { typ: 'Refresh' }],
    ['the claim typ is Offline', { typ: 'Offline' }],
    ['the claim typ is Logout', { typ: 'Logout' }],
    ['tokenType is id-token, as Casdoor marks an ID token', { tokenType: 'id-token' }],
    ['tokenType is refresh-token', { tokenType: 'refresh-token' }],
    ['it has events', { events: {} }],
    ['it has a nonce, and nothing says that it is an access token', { nonce: 'n' }],
    ['it has a nonce, and its claim typ is some other word', { nonce: 'n', typ: 'Token' }],
    ['two marks contradict each other', { token_use: 'access', typ: 'ID' }],
  ])('a token is refused as token-type if %s', async (_, claims) => {
    expect(await outcome(verifierOf('jwt'), tokenOf(claims))).toBe('401 token-type')
  })

  it.each<[string, Claims, string?]>([
    ['token_use is access', { token_use: 'access', nonce: 'n' }],
    ['the claim typ is Bearer, as Keycloak before 25 does', { typ: 'Bearer', nonce: 'n' }],
    ['tokenType is access-token', { tokenType: 'access-token', nonce: 'n' }],
    ['the header says at+jwt', { nonce: 'n', at_hash: 'h' }, 'at+jwt'],
  ])('a token with a nonce is accepted if %s', async (_, claims, typ) => {
    expect(await outcome(verifierOf('jwt'), tokenOf(claims, typ))).toBe('accepted')
  })

  it('a claim that names another kind is looked at under the profile rfc9068, too', async () => {
    expect(await outcome(verifierOf('rfc9068'), issuer.mint({ token_use: 'id' }))).toBe(
      '401 token-type',
    )
  })
})

/** AWS Cognito: no `aud`; the client is named in `client_id`. */
const cognito: Profile = {
  types: ['JWT'],
  untyped: true,
  accessToken: { claim: 'token_use', is: 'access' },
  audience: 'client_id',
}

describe('T5, T6: a profile object', () => {
  const verifier = verifierOf(cognito, 'app-1')
  const access: Claims = { aud: undefined, client_id: 'app-1', token_use: 'access' }

  it.each<[string, Claims, string]>([
    ['an access token for this client', {}, 'accepted'],
    ['an access token whose aud is an empty list', { aud: [] }, 'accepted'],
    ['an access token for another client', { client_id: 'app-2' }, '401 audience'],
    ['a token without the mark', { token_use: undefined }, '401 token-type'],
    ['an ID token', { token_use: 'id', aud: 'app-1' }, '401 token-type'],
    ['a token whose aud is another API', { aud: 'https://other.test' }, '401 audience'],
    ['a token whose aud is null', { aud: null as never }, '401 audience'],
    ['a token whose aud is an empty string', { aud: '' }, '401 audience'],
  ])('a profile like that of Cognito answers %s (%s) with %s', async (_, claims, expected) => {
    expect(await outcome(verifier, tokenOf({ ...access, ...claims }))).toBe(expected)
  })

  it('an aud that names only other audiences counts as absent', async () => {
    const keycloak = verifierOf(
      {
        types: ['JWT'],
        accessToken: { claim: 'typ', is: 'Bearer' },
        audience: 'azp',
        otherAudiences: ['account'],
      },
      'web',
    )
    const claims = { azp: 'web', typ: 'Bearer' }
    expect(await outcome(keycloak, tokenOf({ ...claims, aud: 'account' }))).toBe('accepted')
    expect(await outcome(keycloak, tokenOf({ ...claims, aud: ['account'] }))).toBe('accepted')
    expect(await outcome(keycloak, tokenOf({ ...claims, aud: ['account', 'other'] }))).toBe(
      '401 audience',
    )
  })

  it.each<[string, Claims, string]>([
    ['without sub', { sub: undefined }, 'client-1'],
    ['with an empty sub', { sub: '' }, 'client-1'],
    ['with a sub', { sub: 'alice' }, 'alice'],
  ])(
    'the client is the subject of a token %s where the profile says so',
    async (_, claims, sub) => {
      const profile: Profile = { types: ['at+jwt'], subject: 'client' }
      const token = issuer.mint(claims)
      expect(await verifierOf(profile).verify(token)).toMatchObject({ subject: sub })
    },
  )

  it.each<[string, Claims]>([
    ['auth_time', { auth_time: 1 }],
    ['amr', { amr: ['pwd'] }],
    ['sid', { sid: 's' }],
    ['nonce', { nonce: 'n' }],
    ['upn', { upn: 'u' }],
    ['unique_name', { unique_name: 'u' }],
    ['preferred_username', { preferred_username: 'u' }],
    ['email', { email: 'a@b.test' }],
    ['the scope openid', { scope: 'openid' }],
  ])('the client is never the subject of a token without sub that has %s', async (_, claims) => {
    const profile: Profile = { types: ['at+jwt'], subject: 'client' }
    const token = issuer.mint({ ...claims, sub: undefined })
    expect(await outcome(verifierOf(profile), token)).toBe('401 claims')
  })

  it('roles, permissions, scopes and client are read where the profile says', async () => {
    const profile: Profile = {
      types: ['at+jwt'],
      client: [['app', 'id'], 'client_id'],
      scopes: ['https://acme.test/scopes'],
      roles: [['realm', 'roles'], 'groups'],
      mergeRoles: true,
      permissions: ['none', ['acl', 'may']],
    }
    const token = issuer.mint({
      app: { id: 'web' },
      'https://acme.test/scopes': ['a', 'b'],
      realm: { roles: ['admin', 'user'] },
      groups: ['user', 'staff'],
      acl: { may: ['write'] },
    })
    expect(await verifierOf(profile).verify(token)).toMatchObject({
      clientId: 'web',
      scopes: ['a', 'b'],
      roles: ['admin', 'user', 'staff'],
      permissions: ['write'],
    })
  })

  it('the first claim of roles that is there counts alone, unless roles are merged', async () => {
    const profile: Profile = { types: ['at+jwt'], roles: ['a', 'b'] }
    const token = issuer.mint({ a: ['x'], b: ['y'] })
    expect(await verifierOf(profile).verify(token)).toMatchObject({ roles: ['x'] })
  })

  it.each([['a text'], [[1, 2]], [{ admin: true }], [null]])(
    'roles that are no list of strings (%j) are none, and the token is accepted',
    async (roles) => {
      expect(await verifierOf('rfc9068').verify(issuer.mint({ roles }))).toMatchObject({
        roles: [],
      })
    },
  )

  it.each<[Claims, readonly string[]]>([
    [{ scope: 'orders:read orders:write' }, ['orders:read', 'orders:write']],
    [{ scope: 'orders:read', permissions: ['a'] }, ['orders:read']],
    [{ permissions: ['a'] }, ['a']],
    [{ permissions: 'a b' }, []],
    [{}, []],
  ])(
    'where permissions names a claim of scopes, the scopes of %o are its permissions',
    async (claims, permissions) => {
      const verifier = verifierOf({
        types: ['at+jwt'],
        scopes: ['scope'],
        permissions: ['scope', 'permissions'],
      })
      const token = issuer.mint(claims)
      for (let i = 0; i < 2; i++)
        expect(await verifier.verify(token)).toMatchObject({ permissions })
    },
  )

  it('rfc9068 reads roles and entitlements, jwt reads roles and permissions', async () => {
    const claims = { roles: ['r'], entitlements: ['e'], permissions: ['p'], appid: 'app' }
    expect(await verifierOf('rfc9068').verify(issuer.mint(claims))).toMatchObject({
      roles: ['r'],
      permissions: ['e'],
      clientId: 'client-1',
    })
    expect(await verifierOf('jwt').verify(tokenOf(claims))).toMatchObject({
      roles: ['r'],
      permissions: ['p'],
      clientId: 'app',
    })
  })

  it('a profile is copied: later changes of the object change nothing', async () => {
    const types = ['at+jwt']
    const verifier = verifierOf({ types })
    types[0] = 'jwt'
    expect(await outcome(verifier, issuer.mint())).toBe('accepted')
  })
})

describe('T16: wrong profiles', () => {
  it.each<[string, object, RegExp]>([
    ['without types', {}, /'profile.types' must be a non-empty array/],
    ['with an unknown member', { types: ['jwt'], type: 'x' }, /unknown option 'type'/],
    ['with a wildcard as type', { types: ['*/*'] }, /'profile.types' holds '\*\/\*'/],
    [
      'with not in accessToken',
      { types: ['jwt'], accessToken: { claim: 'use', not: 'id' } },
      /'profile.accessToken' must not have 'not'/,
    ],
    ...['iss', 'sub', 'aud', 'exp', 'iat', 'nbf', 'jti'].map(
      (claim) =>
        [
          `with ${claim} as the mark of access tokens`,
          { types: ['jwt'], accessToken: { claim } },
          /other kinds of tokens have as well/,
        ] as [string, object, RegExp],
    ),
    [
      'with two conditions in a mark',
      {
        types: ['jwt'],
        accessToken: { claim: 'x', is: 'a', prefixed: { prefix: 'p', claim: 'c' } },
      },
      /only one of 'is', 'not' and 'prefixed'/,
    ],
    [
      'whose refused leaves out a sign of an ID token',
      { types: ['jwt'], refused: ['nonce'] },
      /'profile.refused' leaves out 'at_hash'/,
    ],
    [
      'with another audience and no mark',
      { types: ['jwt'], audience: 'azp' },
      /'profile.audience' is 'azp', which ID tokens have as well/,
    ],
    ['with an unknown audience', { types: ['at+jwt'], audience: 'sub' }, /must be one of 'aud'/],
    ['with an unknown subject', { types: ['at+jwt'], subject: 'email' }, /must be one of 'sub'/],
    ['with a path of numbers', { types: ['at+jwt'], roles: [[1]] }, /'profile.roles' must be/],
    [
      'with roles as a string',
      { types: ['at+jwt'], roles: 'roles' },
      /'profile.roles' must be an array/,
    ],
  ])('a profile %s is refused at construction', (_, profile, message) => {
    expect(() => verifierOf(profile as Profile)).toThrow(message)
    expect(() => verifierOf(profile as Profile)).toThrow(TypeError)
  })

  it('a list of refused marks may leave out the signs where access tokens are marked', async () => {
    const marked = verifierOf({
      types: ['JWT'],
      accessToken: { claim: 'scp' },
      refused: [{ claim: 'ver', not: ['1.0', '2.0'] }],
    })
    expect(await outcome(marked, tokenOf({ scp: 'a', nonce: 'n', ver: '2.0' }))).toBe('accepted')
    expect(await outcome(marked, tokenOf({ scp: 'a', ver: '3.0' }))).toBe('401 token-type')
    expect(await outcome(marked, tokenOf({ ver: '2.0' }))).toBe('401 token-type')
  })

  it('a mark with prefixed holds for a claim that is the prefix and another claim', async () => {
    const verifier = verifierOf({
      types: ['at+jwt'],
      refused: [{ claim: 'sub', prefixed: { prefix: 'client_id_', claim: 'client_id' } }],
    })
    const machine = { sub: 'client_id_web', client_id: 'web' }
    expect(await outcome(verifier, issuer.mint(machine))).toBe('401 token-type')
    expect(await outcome(verifier, issuer.mint({ ...machine, sub: 'client_id_x' }))).toBe(
      'accepted',
    )
  })
})
