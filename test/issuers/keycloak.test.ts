import type { AuthEvent, IssuerOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import { keycloak } from 'tollgate/issuers'
import { describe, expect, it } from 'vitest'
import {
  behindKeycloak,
  behindKeycloakClient,
  behindKeycloakInCompose,
} from '../../examples/issuers/keycloak.ts'
import type { Scene } from './stage.ts'
import { createStage, describePreset, describeWrongOptions, notRfc9068 } from './stage.ts'

const api = 'https://api.acme.com'
const realm = 'https://id.acme.com/realms/shop'

/** The access token of a person in version 26, of a client without an audience mapper. */
const claims = {
  jti: 'onrtac:5c2b',
  aud: 'account',
  sub: 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
  typ: 'Bearer',
  azp: 'orders',
  sid: 'd1b0',
  acr: '1',
  'allowed-origins': ['https://shop.acme.com'],
  realm_access: { roles: ['default-roles-shop', 'clerk'] },
  resource_access: {
    orders: { roles: ['seller'] },
    other: { roles: ['admin'] },
    account: { roles: ['view-profile'] },
  },
  scope: 'openid profile email',
  preferred_username: 'ada',
}
/** The access token of a service account: its client has roles, and nobody has signed in. */
const serviceAccount = {
  sid: undefined,
  acr: undefined,
  scope: 'profile email',
  clientHost: '172.20.0.1',
  clientAddress: '172.20.0.1',
  client_id: 'orders',
  preferred_username: 'service-account-orders',
}
/** An ID token of the same client. */
const idToken = {
  typ: 'ID',
  aud: 'orders',
  at_hash: 'h',
  auth_time: 1700000000,
  realm_access: undefined,
  resource_access: undefined,
  scope: undefined,
}
const logoutToken = {
  typ: 'Logout',
  aud: 'orders',
  events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
}

function sceneOf(issuer: IssuerOptions, own: object = {}, audience?: string): Scene {
  return {
    issuer,
    ...(audience !== undefined && { audience }),
    keysAt: `${realm}/protocol/openid-connect/certs`,
    metadata: { at: `${realm}/.well-known/openid-configuration`, says: { issuer: realm } },
    token: { typ: 'JWT', claims: { ...claims, ...own } },
  }
}

/** Cases that say nothing of this issuer. */
const unlike = {
  ...notRfc9068,
  'typ/id-token-same-aud': 'it keeps the claim typ of the good token: the table has real ID tokens',
} as const
/** What the preset weakens of RFC 9068, as its docstring says. */
const azpInstead = 'a token that was issued to the client need not name the API'
const withoutAud = {
  skip: {
    ...unlike,
    'aud/missing': azpInstead,
    'aud/empty-array': azpInstead,
  },
} as const
/** Tokens that every setting of the preset refuses. */
const refused = [
  [
    'an ID token that names the API',
    'token-type',
    { claims: { ...idToken, aud: ['orders', api] } },
  ],
  ['a refresh token', 'token-type', { claims: { typ: 'Refresh', aud: ['orders', api] } }],
  ['an offline token', 'token-type', { claims: { typ: 'Offline', aud: ['orders', api] } }],
  ['a logout token', 'token-type', { claims: { ...logoutToken, aud: ['orders', api] } }],
  [
    'a logout token by its header',
    'token-type',
    { typ: 'logout+jwt', claims: { ...logoutToken, aud: ['orders', api] } },
  ],
  ['a token without the mark', 'token-type', { claims: { typ: undefined, aud: ['orders', api] } }],
  [
    'a serialized ID token',
    'token-type',
    { claims: { typ: 'Serialized-ID', aud: ['orders', api] } },
  ],
  [
    'a DPoP token',
    'sender-constraint',
    { claims: { typ: 'DPoP', cnf: { jkt: 'x' }, aud: ['orders', api] } },
  ],
  ['a token of another realm', 'issuer', { claims: { iss: 'https://id.acme.com/realms/staff' } }],
  ['a token of another Keycloak', 'issuer', { claims: { iss: 'https://evil.test/realms/shop' } }],
] as const

describePreset('keycloak with a client', sceneOf(behindKeycloakClient.issuer), {
  accepted: [
    [
      'the access token of a person that names only Keycloak itself',
      {},
      {
        subject: claims.sub,
        clientId: 'orders',
        scopes: ['openid', 'profile', 'email'],
        roles: ['seller'],
        permissions: [],
      },
    ],
    ['a token with an empty aud', { claims: { aud: [] } }, { roles: ['seller'] }],
    ['a token without aud', { claims: { aud: undefined } }, { roles: ['seller'] }],
    ['a token with aud as a list', { claims: { aud: ['account'] } }, { roles: ['seller'] }],
    [
      'a token of another client whose mapper names this one',
      { claims: { aud: ['orders', 'account'], azp: 'mobile' } },
      { clientId: 'mobile', roles: ['seller'] },
    ],
    [
      'a nonce in an access token, as before version 25',
      { claims: { nonce: 'n', auth_time: 1700000000 } },
      { subject: claims.sub },
    ],
    ['the header at+jwt', { typ: 'at+jwt' }, { subject: claims.sub }],
    [
      'a service account',
      { claims: serviceAccount },
      { subject: claims.sub, clientId: 'orders', roles: ['seller'] },
    ],
    [
      'a person without a role of the client, who is given none of the realm',
      { claims: { resource_access: { other: { roles: ['admin'] } } } },
      { roles: [] },
    ],
    [
      'a client that has the roles claim of somebody else',
      { claims: { resource_access: undefined, roles: ['admin'] } },
      { roles: [] },
    ],
  ],
  refused: [
    ...refused,
    ['an ID token', 'token-type', { claims: idToken }],
    [
      'the token of another client that names only Keycloak',
      'audience',
      { claims: { azp: 'evil' } },
    ],
    [
      'the token of another client without aud',
      'audience',
      { claims: { azp: 'evil', aud: undefined } },
    ],
    ['a token without azp', 'audience', { claims: { azp: undefined } }],
    ['a token of the client for another API', 'audience', { claims: { aud: 'invoices' } }],
    [
      'a token of the client for another API and for Keycloak',
      'audience',
      { claims: { aud: ['account', 'invoices'] } },
    ],
    ['a token whose aud is null', 'audience', { claims: { aud: null } }],
    ['a token whose azp is a list', 'audience', { claims: { azp: ['orders'] } }],
    ['a token without sub (no client scope basic)', 'claims', { claims: { sub: undefined } }],
  ],
  hostile: withoutAud,
})

const both = keycloak({
  url: 'https://id.acme.com/',
  realm: 'shop',
  client: 'orders',
  audience: api,
})

describePreset('keycloak with a client and an audience', sceneOf(both, { aud: [api, 'account'] }), {
  accepted: [
    ['a token of the client for the API', {}, { clientId: 'orders', roles: ['seller'] }],
    ['a token of the client that names only Keycloak', { claims: { aud: 'account' } }, {}],
    ['a token of another client for the API', { claims: { azp: 'mobile', aud: api } }, {}],
    ['a token of another client for the client', { claims: { azp: 'mobile', aud: 'orders' } }, {}],
  ],
  refused: [
    ...refused,
    [
      'the token of a client that is named as the API is, and that names no API itself',
      'audience',
      { claims: { azp: api, aud: 'account' } },
    ],
    ['the same without aud', 'audience', { claims: { azp: api, aud: undefined } }],
    ['the token of another client', 'audience', { claims: { azp: 'evil', aud: [] } }],
  ],
  hostile: withoutAud,
})

describePreset('keycloak with an audience', sceneOf(behindKeycloak.issuer, { aud: api }), {
  accepted: [
    [
      'a token of a person, with the roles of the realm',
      {},
      { roles: ['default-roles-shop', 'clerk'] },
    ],
    ['a service account', { claims: serviceAccount }, { clientId: 'orders' }],
    ['a nonce, as before version 25', { claims: { nonce: 'n' } }, {}],
    ['nobody with roles of a client', { claims: { realm_access: undefined } }, { roles: [] }],
  ],
  refused: [
    ...refused,
    ['a token that names only Keycloak', 'audience', { claims: { aud: 'account' } }],
    ['a token without aud', 'audience', { claims: { aud: undefined, azp: api } }],
  ],
  hostile: { skip: unlike },
})

describe('keycloak', () => {
  it('keycloak without client and audience takes the audience of the verifier', async () => {
    const issuer = keycloak({ url: 'https://id.acme.com', realm: 'shop' })
    expect(issuer.audience).toBeUndefined()
    const { mint, outcomeOf } = createStage(sceneOf(issuer, { aud: api }, api))
    expect(await outcomeOf(mint())).toMatchObject({ roles: ['default-roles-shop', 'clerk'] })
    expect(await outcomeOf(mint({ claims: { aud: 'account' } }))).toBe('audience')
  })

  it.each([
    [{ client: 'orders' }, ['orders']],
    [{ client: 'orders', audience: api }, ['orders', api]],
    [{ client: 'orders', audience: ['orders', api] }, ['orders', api]],
    [{ audience: api }, [api]],
  ])(
    '%j makes the audience of the issuer %j, which replaces that of the verifier',
    async (names, audience) => {
      const issuer = keycloak({ url: 'https://id.acme.com', realm: 'shop', ...names })
      expect(issuer.audience).toEqual(audience)
      const { mint, outcomeOf } = createStage(sceneOf(issuer, {}, 'https://verifier.test'))
      expect(await outcomeOf(mint({ claims: { aud: 'https://verifier.test' } }))).toBe('audience')
    },
  )

  it.each([
    ['https://id.acme.com', realm],
    ['https://id.acme.com/', realm],
    ['https://id.acme.com/auth', 'https://id.acme.com/auth/realms/shop'],
    ['https://id.acme.com/auth/', 'https://id.acme.com/auth/realms/shop'],
    ['https://id.acme.com:8443', 'https://id.acme.com:8443/realms/shop'],
  ])('keycloak at %s issues as %s', (url, issuer) => {
    expect(keycloak({ url, realm: 'shop' }).issuer).toBe(issuer)
  })

  it.each([
    ['another client that names only Keycloak', { client: 'orders' }, { azp: 'mobile' }],
    ['another client without aud', { client: 'orders' }, { azp: 'mobile', aud: undefined }],
    ['a client without aud', { audience: api }, { aud: undefined }],
    ['a client that names only Keycloak', { client: 'orders', audience: api }, { azp: 'mobile' }],
  ])('the hint for the token of %s names the audience mapper', async (_, names, own) => {
    const issuer = keycloak({ url: 'https://id.acme.com', realm: 'shop', ...names })
    const { mint, options } = createStage(sceneOf(issuer))
    const hints: unknown[] = []
    const onEvent = (event: AuthEvent) => void hints.push(event.type, 'hint' in event && event.hint)
    const verifier = createVerifier({ ...options, onEvent })
    await expect(verifier.verify(mint({ claims: own }))).rejects.toThrow()
    expect(hints).toEqual(['token.refused', expect.stringMatching(/mapper of type Audience/)])
  })

  it('keycloak in a compose file takes keys from the container, for tokens that name localhost', async () => {
    const fetched: string[] = []
    const { keys, mint } = createStage(sceneOf(behindKeycloakClient.issuer))
    const verifier = createVerifier({
      ...behindKeycloakInCompose,
      now: keys.now,
      fetch: async (url) => {
        fetched.push(url)
        return Response.json(keys.jwks)
      },
    })
    const iss = 'http://localhost:8080/realms/shop'
    const auth = await verifier.verify(mint({ claims: { iss } }))
    expect(auth).toMatchObject({ issuer: iss, roles: ['seller'] })
    expect(fetched).toEqual(['http://keycloak:8080/realms/shop/protocol/openid-connect/certs'])
  })

  it('keycloak by http is accepted where the verifier allows its host, and refused elsewhere', () => {
    const issuer = keycloak({ url: 'http://keycloak:8080', realm: 'shop', client: 'orders' })
    createVerifier({ issuer, allowInsecureHosts: ['keycloak'] })
    expect(() => createVerifier({ issuer })).toThrow(/allowInsecureHosts/)
    const local = keycloak({ url: 'http://localhost:8080', realm: 'shop', client: 'orders' })
    createVerifier({ issuer: local, allowInsecureLoopback: true })
    expect(() => createVerifier({ issuer: local })).toThrow(/allowInsecureLoopback/)
  })
})

describeWrongOptions('keycloak', keycloak, { url: 'https://id.acme.com', realm: 'shop' }, [
  ['no url', { url: undefined }, /must be a non-empty string, not undefined/],
  ['a host as url', { url: 'id.acme.com' }, /must be a URL/],
  ['a url of the realm', { url: realm }, /without the realm: write 'https:\/\/id\.acme\.com'/],
  [
    'a url of all realms',
    { url: 'https://id.acme.com/realms/' },
    /write 'https:\/\/id\.acme\.com'/,
  ],
  ['a query in the url', { url: 'https://id.acme.com?a=b' }, /no user name, password, query/],
  ['no realm', { realm: '' }, /must be a non-empty string/],
  ['a path as realm', { realm: 'shop/protocol' }, /one segment of a URL/],
  ['a realm that leads up', { realm: '..' }, /one segment of a URL/],
  ['a client that is undefined', { client: undefined }, /non-empty string, not undefined/],
  ['an audience that is undefined', { audience: undefined }, /non-empty string, not undefined/],
  ['no audience', { audience: [] }, /at least one, not an empty array/],
  ['an audience twice', { audience: [api, api] }, /twice/],
  ['the client account', { client: 'account' }, /in the tokens of every client/],
  ['the audience account', { audience: [api, 'account'] }, /in the tokens of every client/],
])
