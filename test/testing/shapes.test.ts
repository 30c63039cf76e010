import { decodeJwt, decodeProtectedHeader } from 'jose'
import type { IssuerOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createAuth } from 'tollgate/fetch'
import * as presets from 'tollgate/issuers'
import type { IssuerShape, LoggedRequest } from 'tollgate/testing'
import {
  assertRejectsHostileTokens,
  createTestIssuer,
  faults,
  serveTestIssuer,
} from 'tollgate/testing'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { signingBy } from '../keys.ts'

const api = 'https://api.acme.com'
const {
  adfs,
  auth0,
  authentik,
  authgear,
  casdoor,
  clerk,
  cloudRun,
  cloudflareAccess,
  cognito,
  descope,
  duende,
  entra,
  entraB2c,
  firebase,
  fusionauth,
  githubActions,
  gitlab,
  googleIap,
  keycloak,
  kubernetes,
  logto,
  okta,
  oracle,
  ory,
  ping,
  pomerium,
  salesforce,
  spiffe,
  stytch,
  supabase,
  transactionTokens,
  workos,
  wso2,
  xsuaa,
  zitadel,
} = presets

/** What a shape must bear out. */
interface Expected {
  /** The preset of an app, for an issuer that is not the usual one of the shape. */
  readonly own: IssuerOptions
  /** How the tokens of that issuer name the API. Default: https://api.acme.com. */
  readonly audience?: string
  /** Whether the issuer has tokens of machines, or such tokens alone. Default: both kinds. */
  readonly kinds?: 'people' | 'machines'
  /** Why the tokens are refused that are no access tokens. */
  readonly idToken?: string
  readonly refreshToken?: string
  readonly logoutToken?: string
}

const tenant = '8eaef023-2b34-4da1-9baa-8bc8c9d6a490'

const expected: Readonly<Record<IssuerShape, Expected>> = {
  adfs: { own: adfs({ host: 'SRV01.Acme.local' }), idToken: 'issuer' },
  auth0: { own: auth0({ domain: 'login.acme.com' }) },
  authgear: {
    own: authgear({ endpoint: 'https://auth.acme.com', machines: { resource: api } }),
  },
  clerk: {
    own: clerk({ issuer: 'https://clerk.acme.com', parties: 'https://app.acme.com' }),
    audience: 'https://app.acme.com',
    kinds: 'people',
  },
  cloudRun: {
    own: cloudRun({ audience: 'orders', acceptIdTokens: true }),
    audience: 'orders',
    kinds: 'machines',
  },
  cloudflareAccess: {
    own: cloudflareAccess({ team: 'acme', audience: 'a1b2' }),
    audience: 'a1b2',
  },
  cognito: {
    own: cognito({ region: 'us-east-1', userPool: 'us-east-1_Abc123', clients: 'app1' }),
    audience: 'app1',
    refreshToken: 'encrypted',
  },
  entra: { own: entra({ tenant }) },
  entraB2c: {
    own: entraB2c({ tenant, policy: 'B2C_1_SignIn', domain: 'login.acme.com' }),
    refreshToken: 'encrypted',
  },
  firebase: {
    own: firebase({ projectId: 'acme-shop', acceptIdTokens: true }),
    audience: 'acme-shop',
    kinds: 'people',
    idToken: 'issuer',
  },
  githubActions: { own: githubActions({ enterprise: 'acme' }), kinds: 'machines' },
  gitlab: { own: gitlab({ url: 'https://acme.com/gitlab' }), kinds: 'machines' },
  googleIap: {
    own: googleIap({ audience: '/projects/1/global/backendServices/2' }),
    audience: '/projects/1/global/backendServices/2',
    idToken: 'issuer',
  },
  keycloak: {
    own: keycloak({ url: 'https://id.acme.com', realm: 'shop', audience: api }),
    refreshToken: 'audience',
  },
  kubernetes: {
    own: kubernetes({ issuer: 'https://westeurope.oic.prod-aks.azure.com/9188040d/5a1b2c3d/' }),
    kinds: 'machines',
  },
  okta: { own: okta({ domain: 'login.acme.com', server: 'aus1' }) },
  stytch: { own: stytch({ domain: 'login.acme.com' }) },
  supabase: {
    own: supabase({ url: 'https://supabase.acme.com' }),
    audience: 'authenticated',
    kinds: 'people',
  },
  workos: {
    own: workos({ clientId: 'client_1', domain: 'auth.acme.com', audience: api }),
    kinds: 'people',
  },
  authentik: {
    own: authentik({ url: 'https://acme.com/sso', application: 'shop' }),
  },
  casdoor: { own: casdoor({ url: 'https://login.acme.com' }), refreshToken: 'token-type' },
  descope: {
    own: descope({
      projectId: 'P2YuRTmSv8PdoasfasfWiLoBrZP9',
      issuer: 'https://api.descope.com/v1/apps/P2YuRTmSv8PdoasfasfWiLoBrZP9',
      audience: api,
    }),
    refreshToken: 'token-type',
  },
  duende: { own: duende({ url: 'https://acme.com/identity' }) },
  fusionauth: { own: fusionauth({ url: 'https://fusionauth.test', issuer: 'acme.com' }) },
  logto: { own: logto({ endpoint: 'https://login.acme.com' }) },
  oracle: { own: oracle({ domain: 'id.acme.com', issuer: 'https://id.acme.com' }) },
  ory: { own: ory({ url: 'https://hydra.acme.com/' }) },
  ping: {
    own: ping({ issuer: 'https://am.acme.com/am/oauth2/realms/root/realms/alpha' }),
  },
  pomerium: {
    own: pomerium({ host: 'shop.acme.com' }),
    audience: 'shop.acme.com',
    idToken: 'issuer',
  },
  salesforce: { own: salesforce({ domain: 'acme.my.salesforce.com' }) },
  spiffe: {
    own: spiffe({ trustDomain: 'acme.com', bundle: 'https://bundles.acme.com/acme.com' }),
    kinds: 'machines',
    idToken: 'audience',
  },
  transactionTokens: { own: transactionTokens({ issuer: 'https://tts.acme.com/a' }) },
  wso2: { own: wso2({ url: 'https://is.acme.com:9443/t/shop' }) },
  xsuaa: { own: xsuaa({ url: 'https://acme.authentication.eu10.hana.ondemand.com' }) },
  zitadel: { own: zitadel({ domain: 'id.acme.com' }) },
}
/** Presets that no test issuer imitates, and why. */
const without: Readonly<Record<string, string>> = {
  authgearUser: 'it is no preset: it reads the claims of a person',
  fetchWithHost: 'it is no preset: it fetches keys inside a cluster',
}

const names = Object.keys(expected) as IssuerShape[]
const rows = names.map((name) => [name, expected[name]] as const)
const withMachines = rows.filter(([, { kinds }]) => kinds !== 'people').map(([name]) => name)

const { keys } = signingBy('RS256')

function verifierOf(issuer: ReturnType<typeof createTestIssuer>) {
  return createVerifier(issuer.trust())
}

/** What was asked for in vain, but for a first place where the metadata of an issuer might be. */
function strayRequests(requests: readonly LoggedRequest[]): readonly string[] {
  return requests
    .filter(({ endpoint, url }) => endpoint === 'other' && !url.includes('/.well-known/openid'))
    .map(({ url }) => url)
}

it('every preset has a shape, and every shape a preset', () => {
  const all = Object.keys(presets).filter((name) => !Object.hasOwn(without, name))
  expect([...names].sort()).toEqual(all.sort())
})

describe.each(rows)('the shape %s', (shape, { own, audience = api, ...reasons }) => {
  it(`${shape}: the preset accepts what the issuer mints, with keys from where it has them`, async () => {
    const issuer = createTestIssuer({ shape, keys })
    expect(issuer.trust().issuer.issuer).toBe(issuer.url)
    const auth = await verifierOf(issuer).verify(issuer.mint())
    expect(auth.issuer).toBe(issuer.url)
    const asked = issuer.requests.all
    expect(strayRequests(asked)).toEqual([])
    expect(asked.at(-1)?.endpoint).toBe('jwks')
  })

  it(`${shape}: the preset of an app accepts the tokens of its own issuer`, async () => {
    const issuer = createTestIssuer({ shape, url: own.issuer, audience, keys })
    const verifier = createVerifier({ ...issuer.trust(), issuer: own })
    for (const machine of [...(reasons.kinds === undefined ? [true] : []), undefined]) {
      const auth = await verifier.verify(issuer.mint({}, machine ? { machine } : {}))
      expect(auth.issuer).toBe(own.issuer)
    }
    expect(strayRequests(issuer.requests.all)).toEqual([])
  })

  it(`${shape}: its ID, refresh and logout tokens are refused`, async () => {
    const issuer = createTestIssuer({ shape, keys })
    const found: Record<string, unknown> = {}
    for (const kind of ['idToken', 'refreshToken', 'logoutToken'] as const) {
      const verifying = verifierOf(issuer).verify(issuer.bad[kind]())
      found[kind] = await verifying.then(
        () => 'accepted',
        ({ reason }) => reason,
      )
    }
    const { idToken = 'token-type', refreshToken = 'opaque', logoutToken = 'token-type' } = reasons
    expect(found).toEqual({ idToken, refreshToken, logoutToken })
  })

  it(`${shape}: every other bad token is refused for what is wrong with it`, async () => {
    const issuer = createTestIssuer({ shape, keys })
    for (const [kind, reason] of [
      ['expired', 'expired'],
      ['notYetValid', 'not-yet-valid'],
      ['tampered', 'signature'],
      ['wrongKey', 'signature'],
      ['unknownKid', 'unknown-key'],
      ['wrongAudience', 'audience'],
      ['wrongIssuer', 'issuer'],
      ['unsigned', 'malformed'],
    ] as const) {
      const verifying = verifierOf(issuer).verify(issuer.bad[kind]())
      await expect(verifying, kind).rejects.toMatchObject({ status: 401, reason })
    }
  })

  it(`${shape}: served over HTTP, it is trusted as well`, async () => {
    await using issuer = await serveTestIssuer({ shape, keys })
    const trust = issuer.trust()
    expect(trust).toMatchObject({ allowInsecureLoopback: true })
    const verifier = createVerifier(trust)
    const auth = await verifier.verify(issuer.mint())
    expect(auth.issuer).toBe(issuer.url)
    const at = `http://127.0.0.1:${issuer.port}/`
    expect(issuer.requests.all.every(({ url }) => url.startsWith(at))).toBe(true)
    expect(strayRequests(issuer.requests.all)).toEqual([])
    await expect(verifier.verify(issuer.bad.idToken())).rejects.toMatchObject({
      reason: reasons.idToken ?? 'token-type',
    })
    verifier.close()
  })

  it(`${shape}: its first key is one of the algorithm that the issuer has`, () => {
    const issuer = createTestIssuer({ shape })
    expect(issuer.keys.current.alg).toMatch(/^(RS256|ES256|ES384)$/)
    expect(createTestIssuer({ shape, keys: { seed: 'a' } }).keys.current.alg).toBe('ES256')
  })
})

describe('machines', () => {
  it.each(withMachines)('a machine of %s is accepted', async (shape) => {
    const issuer = createTestIssuer({ shape, keys })
    const auth = await verifierOf(issuer).verify(issuer.mint({}, { machine: true }))
    expect(auth.subject).not.toBe('')
  })

  it.each(names.filter((name) => !withMachines.includes(name)))(
    'T16: %s has no machines',
    (shape) => {
      const { mint } = createTestIssuer({ shape, keys })
      expect(() => mint({}, { machine: true })).toThrow(
        /^tollgate: option 'machine' of issuer\.mint must be left out: .* no tokens of machines/,
      )
    },
  )
})

describe('createTestIssuer with a shape', () => {
  it('T16: a wrong shape is refused, with the list of all of them', () => {
    for (const shape of ['Keycloak', 'constructor', '', null, 1]) {
      const create = (): unknown => createTestIssuer({ shape: shape as never })
      expect(create).toThrow(TypeError)
      expect(create).toThrow(/^tollgate: option 'shape' of the test issuer must be one of 'adfs', /)
      for (const name of names) expect(create).toThrow(`'${name}'`)
    }
  })

  it.each([
    ['keycloak', 'https://id.acme.com', /such as 'https:\/\/keycloak\.test\/realms\/test'/],
    ['auth0', 'https://acme.eu.auth0.com', /such as 'https:\/\/test\.eu\.auth0\.com\/'/],
    ['cognito', 'https://issuer.test', /that of an issuer of this shape/],
    ['entra', 'https://login.microsoftonline.com/common/v2.0', /that of an issuer of this shape/],
    ['googleIap', null, /that of an issuer of this shape/],
    ['keycloak', 'https://ID.acme.com/realms/shop', /must be spelled 'https:\/\/id\.acme\.com'/],
  ] as const)('T16: %s with the url %s is refused', (shape, url, message) => {
    const create = (): unknown => createTestIssuer({ shape, url: url as string })
    expect(create).toThrow(TypeError)
    expect(create).toThrow(message)
  })

  it.each([
    ['supabase', 'authenticated'],
    ['firebase', 'test-project'],
  ] as const)('T16: %s with an audience that is in no token is refused', (shape, named) => {
    expect(() => createTestIssuer({ shape, audience: api })).toThrow(
      `option 'audience' of the test issuer must be left out, or '${named}', which is in every token of this shape`,
    )
    expect(createTestIssuer({ shape, audience: named, keys }).audience).toBe(named)
  })

  it('given claims replace those of the shape, and every token has its own times and jti', () => {
    const issuer = createTestIssuer({ shape: 'keycloak', keys, claims: { acr: '2' } })
    const [one, two] = [issuer.mint({ azp: 'mobile', scope: ['a', 'b'] }), issuer.mint()].map(
      (token) => decodeJwt(token),
    )
    expect(one).toMatchObject({ azp: 'mobile', acr: '2', scope: 'a b', typ: 'Bearer' })
    expect(two).toMatchObject({ iss: issuer.url, aud: [issuer.audience, 'account'] })
    expect(one?.jti).not.toBe(two?.jti)
    const { iat = 0, exp, nbf } = decodeJwt(issuer.mint({}, { expiresIn: 60, notBefore: 5 }))
    expect([exp, nbf]).toEqual([iat + 60, iat + 5])
  })

  it('a machine of a shape is another client where its claims say so', () => {
    const claimsOf = (shape: IssuerShape, claims: object) =>
      decodeJwt(createTestIssuer({ shape, keys }).mint({ ...claims }, { machine: true }))
    expect(claimsOf('authgear', { client_id: 'job' }).sub).toBe('client_id_job')
    expect(claimsOf('okta', { cid: 'job' }).sub).toBe('job')
    expect(claimsOf('auth0', { azp: 'job' }).sub).toBe('job@clients')
  })

  it('without a shape, the subject of a machine is its client (RFC 9068 section 2.2)', async () => {
    const issuer = createTestIssuer()
    const verifier = createVerifier(issuer.trust())
    const machine = await verifier.verify(issuer.mint({ client_id: 'job' }, { machine: true }))
    expect([machine.subject, machine.clientId]).toEqual(['job', 'job'])
    expect(decodeJwt(issuer.mint({}, { machine: true }))).toMatchObject({
      sub: 'client-1',
      client_id: 'client-1',
    })
    expect(decodeJwt(issuer.mint({}, { machine: false }))).toMatchObject({ sub: 'user-1' })
    expect(() => issuer.mint({}, { machine: 'yes' as never })).toThrow(/must be true or false/)
  })

  it('bad.logoutToken without a shape is one of OpenID Connect Back-Channel Logout', () => {
    const token = createTestIssuer().bad.logoutToken({ sub: 'ada' })
    expect(decodeProtectedHeader(token)).toMatchObject({ typ: 'logout+jwt' })
    const { nonce, ...claims } = decodeJwt(token)
    expect(nonce).toBeUndefined()
    expect(claims).toMatchObject({
      sub: 'ada',
      aud: 'client-1',
      jti: expect.any(String),
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    })
  })

  it('keys rotate, and endpoints fail', async () => {
    const issuer = createTestIssuer({ shape: 'firebase' })
    const verifier = createVerifier(issuer.trust())
    await verifier.verify(issuer.mint())
    issuer.keys.rotate()
    await verifier.verify(issuer.mint())
    expect(issuer.requests.count('jwks')).toBe(2)
    issuer.fail('jwks', faults.status(503))
    const cold = createVerifier(issuer.trust())
    await expect(cold.verify(issuer.mint())).rejects.toMatchObject({ status: 503 })
  })

  it('what is published is what the issuer publishes, and no other origin is asked', async () => {
    const issuer = createTestIssuer({ shape: 'entra', keys })
    const login = 'https://login.microsoftonline.com'
    const tenantId = '72f988bf-86f1-41af-91ab-2d7cd011db47'
    const keysAt = `${login}/${tenantId}/discovery/v2.0/keys`
    expect(issuer.metadata).toMatchObject({ issuer: issuer.url, jwks_uri: keysAt })
    const read = async (url: string) => (await issuer.fetch(url)).json()
    const { metadata, jwks } = issuer
    expect(await read(`${issuer.url}/.well-known/openid-configuration`)).toEqual(metadata)
    expect(await read(keysAt)).toEqual(JSON.parse(JSON.stringify(jwks)))
    expect(jwks.keys).toMatchObject([{ issuer: `${login}/{tenantid}/v2.0`, alg: undefined }])
    for (const path of ['/jwks', '/.well-known/oauth-authorization-server']) {
      expect((await issuer.fetch(`${issuer.url}${path}`)).status).toBe(404)
    }
    await expect(issuer.fetch('https://keycloak.test/')).rejects.toThrow(/serves no other origin/)
    expect(createTestIssuer({ shape: 'stytch', keys }).metadata).toEqual({})
  })

  it('a served issuer has the path that is given, where its url has one', async () => {
    await using issuer = await serveTestIssuer({ shape: 'keycloak', path: '/auth/realms/shop' })
    expect(issuer.url).toBe(`http://127.0.0.1:${issuer.port}/auth/realms/shop`)
    const own = keycloak({
      url: `http://127.0.0.1:${issuer.port}/auth`,
      realm: 'shop',
      audience: issuer.audience,
    })
    const verifier = createVerifier({ ...issuer.trust(), issuer: own })
    expect((await verifier.verify(issuer.mint())).issuer).toBe(issuer.url)
    verifier.close()
    await expect(serveTestIssuer({ shape: 'stytch', path: '/x' })).rejects.toThrow(
      /option 'path' of serveTestIssuer must be left out/,
    )
    await expect(serveTestIssuer({ shape: 'keycloak', path: '/x' })).rejects.toThrow(
      /must be that of an issuer of this shape/,
    )
  })

  it('entra issues v1 tokens where the url is that of v1', async () => {
    const own = entra({ tenant, version: 'v1', cloud: 'china' })
    const issuer = createTestIssuer({ shape: 'entra', url: own.issuer, keys })
    const verifier = createVerifier({ ...issuer.trust(), issuer: own })
    for (const machine of [true, false]) {
      const auth = await verifier.verify(issuer.mint({}, { machine }))
      expect(auth.claims).toMatchObject({ ver: '1.0', tid: tenant })
    }
    await expect(verifier.verify(issuer.bad.idToken())).rejects.toMatchObject({
      reason: 'token-type',
    })
  })

  it('the types of trust() tell a preset from a URL', () => {
    expectTypeOf(createTestIssuer().trust().issuer).toEqualTypeOf<string>()
    const shaped = createTestIssuer({ shape: 'keycloak', keys })
    expectTypeOf(shaped.trust().issuer).toEqualTypeOf<IssuerOptions>()
    expect(shaped.trust().issuer).toMatchObject({ audience: [shaped.audience] })
  })

  it.each(['firebase', 'stytch'] as const)(
    'the hostile catalogue takes the issuer %s, which has its keys on an origin apart',
    async (shape) => {
      const issuer = createTestIssuer({ shape, keys })
      const { guard } = createAuth(issuer.trust())
      const report = await assertRejectsHostileTokens(
        { fetch: guard(() => new Response('ok')) },
        { issuer, path: '/', only: ['alg/none', 'aud/missing', 'iss/missing'] },
      )
      expect(report.problems).toEqual([])
    },
  )
})
