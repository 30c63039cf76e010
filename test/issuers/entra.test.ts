import type { Auth, IssuerOptions, VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import { entra } from 'tollgate/issuers'
import { describe, expect, it } from 'vitest'
import {
  behindAnyTenant,
  behindEntra,
  behindEntraTenants,
  behindEntraV1,
  ofCustomers,
} from '../../examples/issuers/entra.ts'
import type { Scene } from './stage.ts'
import { createStage, describePreset, describeWrongOptions, notRfc9068 } from './stage.ts'

const tenant = '72f988bf-86f1-41af-91ab-2d7cd011db47'
const other = '8eaef023-2b34-4da1-9baa-8bc8c9d6a490'
const personal = '9188040d-6c67-4c5b-b112-36a304b66dad'
const login = 'https://login.microsoftonline.com'
const v2 = `${login}/${tenant}/v2.0`
const v1 = `https://sts.windows.net/${tenant}/`
const api = '6e74172b-be56-4843-9ff4-e66a39bb12e3'
const uri = 'api://orders'
const web = '75dbe77f-10a3-4e59-85fd-8c127544f17c'

/** The v2 access token of a person. */
const claims = {
  aud: api,
  aio: 'AXQAi/8IAAAA',
  azp: web,
  azpacr: '0',
  name: 'Ada',
  oid: '690222be-ff1a-4d56-abd1-7e4f7d38e474',
  preferred_username: 'ada@acme.com',
  rh: 'I',
  roles: ['Clerk'],
  scp: 'Orders.Read Orders.Write',
  sub: 'HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ',
  tid: tenant,
  uti: 'fqiBqXLPj0eQa82S-IYFAA',
  ver: '2.0',
}
/** The v2 access token of a machine that has a role. */
const machine = {
  name: undefined,
  preferred_username: undefined,
  scp: undefined,
  azpacr: '1',
  idtyp: 'app',
  oid: 'b3a1',
  sub: 'b3a1',
  roles: ['Orders.Read.All'],
}
/** An ID token of an app registration that is API and client at the same time. */
const idToken = { azp: undefined, azpacr: undefined, scp: undefined, roles: undefined }

/** The v1 access token of a person. */
const claims1 = {
  aud: uri,
  acr: '1',
  amr: ['pwd'],
  appid: web,
  appidacr: '0',
  family_name: 'Lovelace',
  ipaddr: '192.0.2.1',
  name: 'Ada',
  oid: '02223b6b-aa1d-42d4-9ec0-1b2bb9194438',
  rh: 'I',
  scp: 'user_impersonation',
  sub: 'l3_roISQU222bULS9yi2k0XpqpOiMz5H3ZACo1GeXA',
  tid: tenant,
  unique_name: 'ada@acme.com',
  upn: 'ada@acme.com',
  uti: 'FVsGxYXI30-TuikuuUoFAA',
  ver: '1.0',
}
const machine1 = {
  acr: undefined,
  amr: undefined,
  family_name: undefined,
  ipaddr: undefined,
  name: undefined,
  scp: undefined,
  unique_name: undefined,
  upn: undefined,
  appidacr: '1',
  idp: v1,
  roles: ['Orders.Read.All'],
  oid: 'b3a1',
  sub: 'b3a1',
}

/** Keys of Entra ID say for which tenants they are. */
const forAll = { issuer: `${login}/{tenantid}/v2.0`, use: 'sig' }

const scene: Scene = {
  ...behindEntra,
  keysAt: `${login}/${tenant}/discovery/v2.0/keys`,
  keyMembers: forAll,
  metadata: { at: `${v2}/.well-known/openid-configuration`, says: { issuer: v2 } },
  token: { typ: 'JWT', claims },
}
const scene1: Scene = {
  ...behindEntraV1,
  audience: uri,
  keysAt: `${login}/common/discovery/keys`,
  keyMembers: forAll,
  metadata: { at: `${login}/${tenant}/.well-known/openid-configuration`, says: { issuer: v1 } },
  token: { typ: 'JWT', claims: claims1 },
}

const hostile = {
  skip: {
    ...notRfc9068,
    'typ/id-token-same-aud': 'it keeps scp of the good token: the table has real ID tokens',
    'scope/array': 'the issuer has its scopes in scp',
    'scope/object': 'the issuer has its scopes in scp',
  },
} as const

describePreset('entra', scene, {
  accepted: [
    [
      'the access token of a person',
      {},
      {
        subject: claims.sub,
        clientId: web,
        scopes: ['Orders.Read', 'Orders.Write'],
        roles: ['Clerk'],
      },
    ],
    [
      'the access token of a machine',
      { claims: machine },
      { subject: 'b3a1', clientId: web, scopes: [], roles: ['Orders.Read.All'] },
    ],
    [
      'a machine without the optional claim idtyp',
      { claims: { ...machine, idtyp: undefined } },
      { roles: ['Orders.Read.All'] },
    ],
    ['a person of whom no role is known', { claims: { roles: undefined } }, { roles: [] }],
    ['a client that is the API itself', { claims: { azp: api } }, { clientId: api }],
  ],
  refused: [
    ['an ID token', 'token-type', { claims: idToken }],
    ['an ID token with a nonce', 'token-type', { claims: { ...idToken, nonce: 'n' } }],
    ['an ID token with roles', 'token-type', { claims: { ...idToken, roles: ['Clerk'] } }],
    [
      'an ID token with roles and azp, which names a person',
      'token-type',
      { claims: { ...idToken, azp: api, roles: ['Clerk'] } },
    ],
    ['an ID token of a client', 'audience', { claims: { ...idToken, aud: web, roles: ['Clerk'] } }],
    [
      'the token of a machine that has no role',
      'token-type',
      { claims: { ...machine, roles: undefined } },
    ],
    ['a token without azp', 'token-type', { claims: { azp: undefined } }],
    ['a token of another tenant', 'issuer', { claims: { iss: `${login}/${other}/v2.0` } }],
    ['a token of a personal account', 'issuer', { claims: { iss: `${login}/${personal}/v2.0` } }],
    ['a v1 token of the tenant', 'issuer', { claims: { ...claims1, iss: v1, aud: api } }],
    ['the issuer of another cloud', 'issuer', { claims: { iss: v2.replace('.com', '.us') } }],
    [
      'a token for Microsoft Graph',
      'audience',
      { claims: { aud: '00000003-0000-0000-c000-000000000000' } },
    ],
    ['scopes as a list', 'claims', { claims: { scp: ['Orders.Read'] } }],
    ['a refresh token', 'opaque', { as: () => 'OAQABAAAAAAAGV_bv21oQQ4ROqh0_1tAx' }],
  ],
  hostile,
})

describePreset('entra for v1 tokens', scene1, {
  accepted: [
    [
      'the access token of a person',
      {},
      { subject: claims1.sub, clientId: web, scopes: ['user_impersonation'], roles: [] },
    ],
    [
      'the access token of a machine',
      { claims: machine1 },
      { subject: 'b3a1', clientId: web, scopes: [], roles: ['Orders.Read.All'] },
    ],
  ],
  refused: [
    [
      'an ID token of the API',
      'token-type',
      { claims: { appid: undefined, appidacr: undefined, scp: undefined, roles: ['Clerk'] } },
    ],
    ['a token without appid', 'token-type', { claims: { appid: undefined } }],
    [
      'the token of a machine that has no role',
      'token-type',
      { claims: { ...machine1, roles: undefined } },
    ],
    ['a v2 token of the tenant', 'issuer', { claims: { ...claims, iss: v2, aud: uri } }],
    [
      'a token of another tenant',
      'issuer',
      { claims: { iss: `https://sts.windows.net/${other}/` } },
    ],
  ],
  hostile,
})

it.each([
  [undefined, undefined, v2],
  ['v1', undefined, v1],
  ['v2', 'global', v2],
  ['v1', 'usGovernment', v1],
  ['v2', 'usGovernment', `https://login.microsoftonline.us/${tenant}/v2.0`],
  ['v1', 'china', `https://sts.chinacloudapi.cn/${tenant}/`],
  ['v2', 'china', `https://login.partner.microsoftonline.cn/${tenant}/v2.0`],
] as const)('entra of version %s in the cloud %s issues as %s', (version, cloud, issuer) => {
  const given = entra({ tenant, ...(version && { version }), ...(cloud && { cloud }) })
  expect(given.issuer).toBe(issuer)
})

it.each([
  ['global', login],
  ['usGovernment', 'https://login.microsoftonline.us'],
  ['china', 'https://login.partner.microsoftonline.cn'],
] as const)('the metadata of v1 in the cloud %s are at %s', (cloud, host) => {
  expect(entra({ tenant, version: 'v1', cloud }).metadataUrl).toBe(
    `${host}/${tenant}/.well-known/openid-configuration`,
  )
})

/** Answers as Entra ID does, and serves the given keys at the place for all tenants. */
function servingAll(keys: readonly object[], fetched: string[]): VerifierOptions['fetch'] {
  return async (url) => {
    fetched.push(url)
    const path = url.replace(login, '')
    if (path === '/common/discovery/v2.0/keys') return Response.json({ keys })
    const tid = /^\/([\da-f-]+)\/v2\.0\/\.well-known\/openid-configuration$/.exec(path)?.[1]
    if (tid === undefined) return new Response(null, { status: 400 })
    return Response.json({
      issuer: `${login}/${tid}/v2.0`,
      jwks_uri: `${login}/common/discovery/v2.0/keys`,
    })
  }
}

/** A verifier for many tenants, and tokens of a tenant, with a key that names some issuer. */
function createTenants(issuer: VerifierOptions['issuer'], keyOf: string = forAll.issuer) {
  const { keys, mint } = createStage(scene)
  const fetched: string[] = []
  const published = keys.jwks.keys.map((key) => ({ ...key, issuer: keyOf }))
  const verifier = createVerifier({
    issuer,
    audience: api,
    fetch: servingAll(published, fetched),
    now: keys.now,
  })
  const outcome = (iss: string): Promise<string> =>
    verifier.verify(mint({ claims: { iss } })).then(
      (auth) => `accepted ${auth.issuer}`,
      ({ reason }) => reason,
    )
  return { outcome, fetched }
}

describe('entra for several tenants', () => {
  it('gives a frozen list to spread, of which each tenant is accepted and no other', async () => {
    const list = entra({ tenants: [tenant, other] })
    expect(Object.isFrozen(list)).toBe(true)
    expect(list).toEqual([entra({ tenant }), entra({ tenant: other })])
    expect(list).toEqual(behindEntraTenants.issuer)
    const { outcome } = createTenants(behindEntraTenants.issuer)
    expect(await outcome(v2)).toBe(`accepted ${v2}`)
    expect(await outcome(`${login}/${other}/v2.0`)).toBe(`accepted ${login}/${other}/v2.0`)
    expect(await outcome(`${login}/${personal}/v2.0`)).toBe('issuer')
  })

  it("with 'any', accepts every tenant, by one fetch of keys each", async () => {
    const { outcome, fetched } = createTenants(behindAnyTenant.issuer)
    for (const tid of [tenant, other, personal, tenant]) {
      expect(await outcome(`${login}/${tid}/v2.0`)).toBe(`accepted ${login}/${tid}/v2.0`)
    }
    expect(fetched).toEqual(Array(3).fill(`${login}/common/discovery/v2.0/keys`))
  })

  it("with 'any', a check tells the tenants of customers from others", async () => {
    const { mint, outcomeOf } = createStage(scene)
    const auth = (await outcomeOf(mint())) as Auth
    expect(ofCustomers.check?.(auth, {} as never)).toBe(true)
    const foreign = { ...auth, claims: { ...auth.claims, tid: other } }
    expect(ofCustomers.check?.(foreign, {} as never)).toBe(false)
  })

  it.each([
    ['the placeholder', `${login}/{tenantid}/v2.0`],
    ['the place for all tenants', `${login}/common/v2.0`],
    ['a domain', `${login}/acme.com/v2.0`],
    ['a tenant in upper case', `${login}/${tenant.toUpperCase()}/v2.0`],
    ['no slash', `${login}/${tenant}v2.0`],
    ['a slash at the end', `${v2}/`],
    ['something before', `x${v2}`],
    ['a query', `${v2}?`],
    ['another host', `https://evil.test/${tenant}/v2.0`],
    ['a host that begins alike', `https://login.microsoftonline.com.evil.test/${tenant}/v2.0`],
    ['two tenants', `${login}/${tenant}/${tenant}/v2.0`],
    ['another cloud', v2.replace('.com', '.us')],
    ['v1', v1],
    ['nothing', ''],
  ])("T4: with 'any', an issuer with %s is refused, and nothing is fetched", async (_, iss) => {
    expect(await entra({ tenants: 'any' })(iss)).toBeUndefined()
    const { outcome, fetched } = createTenants(entra({ tenants: 'any' }))
    expect(await outcome(iss)).toBe('issuer')
    expect(fetched).toEqual([])
  })

  it("with 'any', v1 tokens of every tenant of a cloud", async () => {
    const resolve = entra({ tenants: 'any', version: 'v1', cloud: 'china' })
    const iss = `https://sts.chinacloudapi.cn/${tenant}/`
    expect(await resolve(iss)).toMatchObject({
      issuer: iss,
      jwksUri: 'https://login.partner.microsoftonline.cn/common/discovery/keys',
    })
    expect(await resolve(v1)).toBeUndefined()
  })

  it.each([
    ['a list', entra({ tenants: [tenant, other] })],
    ["'any'", entra({ tenants: 'any' })],
  ])('T4: with %s, a key for one tenant signs no token of another', async (_, issuer) => {
    const { outcome } = createTenants(issuer, v2)
    expect(await outcome(v2)).toBe(`accepted ${v2}`)
    expect(await outcome(`${login}/${other}/v2.0`)).toMatch(/^(unknown-key|keys)$/)
  })

  it("what the resolver of 'any' answers is frozen deeply, and equal to a tenant's own rules", async () => {
    const answer = (await entra({ tenants: 'any' })(v2)) as IssuerOptions
    expect(answer.kinds).toEqual(entra({ tenant }).kinds)
    expect(Object.isFrozen(answer.kinds?.[0]?.profile?.accessToken)).toBe(true)
  })
})

describeWrongOptions('entra', (options: { tenant: string }) => entra(options), { tenant }, [
  ['no tenant', { tenant: undefined }, /must be a non-empty string, not undefined/],
  ['a domain as tenant', { tenant: 'acme.onmicrosoft.com' }, /must be the id of a tenant/],
  ['common as tenant', { tenant: 'common' }, /must be the id of a tenant/],
  ['a path as tenant', { tenant: `${tenant}/..` }, /must be the id of a tenant/],
  ['capital letters', { tenant: tenant.toUpperCase() }, new RegExp(`must be spelled '${tenant}'`)],
  ['a version that is none', { version: '2.0' }, /must be one of 'v2', 'v1'/],
  ['a version that is undefined', { version: undefined }, /must be one of 'v2', 'v1'/],
  [
    'a cloud that is none',
    { cloud: 'germany' },
    /must be one of 'global', 'usGovernment', 'china'/,
  ],
  ['tenant and tenants', { tenants: [tenant] }, /excludes 'tenant'/],
])

describeWrongOptions(
  'entra',
  (options: { tenants: readonly string[] }) => entra(options),
  { tenants: [tenant] },
  [
    ['no tenants', { tenants: [] }, /at least one, not an empty array/],
    ['tenants that are undefined', { tenants: undefined }, /non-empty string, not undefined/],
    ['a tenant twice', { tenants: [tenant, tenant] }, /twice/],
    ['a domain among the tenants', { tenants: [tenant, 'acme.com'] }, /must be the id of a tenant/],
    ['all tenants in a list', { tenants: ['any'] }, /must be the id of a tenant/],
  ],
)
