import type { IssuerOptions, VerifierOptions } from 'tollgate'
import * as presets from 'tollgate/issuers'
import { describe, expect, it } from 'vitest'
import { entraClouds, knownIssuers } from '../../../src/core/known-issuers.ts'
import { issuer, mint, refusalOf } from './refusals.ts'

const jwt = { typ: 'JWT' }
const tenant = '9188040d-6c67-4b5b-b112-36a304b66dad'
const api = issuer.audience as string
const keys = { keys: issuer.jwks.keys as never }

/** An issuer of each preset, as people configure it without the preset. */
const issuers: Readonly<Record<string, readonly string[]>> = {
  authgear: ['https://acme.authgear.cloud', 'https://acme.authgearapps.com'],
  auth0: ['https://acme.eu.auth0.com/', 'https://acme.auth0.com', 'https://acme.us.auth0.com/'],
  okta: ['https://acme.okta.com/oauth2/default', 'https://dev-1.oktapreview.com/oauth2/aus1'],
  firebase: ['https://securetoken.google.com/acme-shop'],
  googleIap: ['https://cloud.google.com/iap'],
  cloudRun: ['https://accounts.google.com'],
  keycloak: ['https://login.acme.test/realms/acme', 'https://login.acme.test/auth/realms/acme'],
  entra: entraClouds.flat().map((template) => template.replace('{tenantid}', tenant)),
  entraB2c: [`https://acme.b2clogin.com/${tenant}/v2.0/`],
  cognito: [
    'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc123',
    'https://issuer.cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc123',
  ],
  adfs: ['https://fs.acme.test/adfs'],
  githubActions: [
    'https://token.actions.githubusercontent.com',
    'https://token.actions.githubusercontent.com/acme',
  ],
  gitlab: ['https://gitlab.com'],
  kubernetes: [
    'https://kubernetes.default.svc.cluster.local',
    'https://oidc.eks.eu-west-1.amazonaws.com/id/ABC123',
    'https://westeurope.oic.prod-aks.azure.com/9188040d/5a1b2c3d/',
    'https://container.googleapis.com/v1/projects/acme/locations/europe-west1/clusters/shop',
  ],
  clerk: ['https://happy-hippo-1.clerk.accounts.dev'],
  supabase: [
    'https://abcdefghijklmnopqrst.supabase.co/auth/v1',
    'https://abcdefghijklmnopqrst.supabase.co',
  ],
  cloudflareAccess: ['https://acme.cloudflareaccess.com'],
  workos: ['https://api.workos.com/user_management/client_01', 'https://api.workos.com'],
  stytch: ['https://stytch.com/project-live-1'],
  xsuaa: [
    'https://acme.authentication.eu10.hana.ondemand.com/oauth/token',
    'https://acme.authentication.eu10.hana.ondemand.com',
  ],
  authentik: [
    'https://auth.acme.test/application/o/shop/',
    'https://acme.test/sso/application/o/shop',
  ],
  salesforce: ['https://acme.my.salesforce.com', 'https://acme--dev.sandbox.my.salesforce.com'],
  casdoor: ['https://acme.casdoor.com'],
  oracle: [
    'https://identity.oraclecloud.com/',
    'https://idcs-7e70daa81c09.identity.oraclecloud.com',
  ],
  descope: ['https://api.descope.com/v1/apps/P2abc', 'https://api.euc1.descope.com/P2abc'],
  zitadel: ['https://acme-a1b2c3.zitadel.cloud', 'https://acme.us1.zitadel.cloud'],
  logto: ['https://acme.logto.app/oidc', 'https://acme.logto.app'],
  ory: ['https://acme.projects.oryapis.com'],
  ping: [
    'https://auth.pingone.eu/4631af52-7ec7-48cf-848f-48cf8ca8e1ab/as',
    'https://auth.pingone.com.au/4631af52-7ec7-48cf-848f-48cf8ca8e1ab/as',
  ],
  wso2: ['https://api.asgardeo.io/t/acme/oauth2/token', 'https://api.asgardeo.io/t/acme'],
}
const known = Object.entries(issuers).flatMap(([preset, names]) =>
  names.map((name) => [preset, name] as const),
)

function hintFor(
  name: string,
  token: string,
  options: Partial<IssuerOptions> = {},
): Promise<{ readonly reason: string; readonly hint: string }> {
  return refusalOf(token, { issuer: { issuer: name, jwks: keys, ...options } })
}

const advice = (preset: string): RegExp =>
  new RegExp(`: use ${preset}\\(\\{ .* \\}\\) of tollgate/issuers$`)

describe('a known issuer that is configured without its preset', () => {
  it('every preset that hints know has an example here', () => {
    const named = knownIssuers.map(({ preset }) => preset.split('(')[0])
    expect(named.toSorted()).toEqual(Object.keys(issuers).toSorted())
  })

  it.each(known)(
    '%s: the hint about the type of a token of %s names the preset',
    async (preset, name) => {
      const { reason, hint } = await hintFor(name, mint({ iss: name }, jwt))
      expect(reason).toBe('token-type')
      expect(hint).toMatch(advice(preset))
    },
  )

  it.each(known)(
    '%s: so does the hint about a claim that the tokens of %s do not have',
    async (preset, name) => {
      const { reason, hint } = await hintFor(name, mint({ iss: name, client_id: undefined }))
      expect(reason).toBe('claims')
      expect(hint).toMatch(advice(preset))
    },
  )

  it('where the preset names the audience, so does the hint about it, and no other', async () => {
    for (const [preset, name] of known) {
      const { reason, hint } = await hintFor(name, mint({ iss: name, aud: 'x' }))
      expect(reason).toBe('audience')
      const names = [
        'authgear',
        'firebase',
        'keycloak',
        'cognito',
        'clerk',
        'supabase',
        'workos',
        'stytch',
        'descope',
      ].includes(preset)
      expect([preset, / of tollgate\/issuers/.test(hint)]).toEqual([preset, names])
    }
  })

  it('so does the hint about an iss that is nearly the configured one', async () => {
    const auth0 = await hintFor('https://acme.auth0.com', mint({ iss: 'https://acme.auth0.com/' }))
    expect(auth0.reason).toBe('issuer')
    expect(auth0.hint).toMatch(/trailing slash.*: use auth0\(\{ domain \}\) of tollgate\/issuers$/)
    const [v1 = '', v2 = ''] = issuers['entra'] as readonly string[]
    const entra = await hintFor(v2, mint({ iss: v1 }))
    expect(entra.hint).toMatch(
      /a v1\.0 token of the same .*: use entra\(\{ tenant, version \}\) of/,
    )
  })

  it('so does the hint about a sign of an ID token', async () => {
    const name = `https://acme.b2clogin.com/${tenant}/v2.0/`
    const token = mint({ iss: name, nonce: 'n' }, jwt)
    const { hint } = await hintFor(name, token, { profile: 'jwt' })
    expect(hint).toMatch(/'nonce' often marks ID tokens/)
    expect(hint).toMatch(advice('entraB2c'))
  })

  it('the name of the preset is there, however long the hint is', async () => {
    const name = 'https://login.acme.test/realms/acme'
    const aud = ['A', 'B', 'C', 'D'].map((one) => one.repeat(300))
    const audience = ['E', 'F', 'G', 'H'].map((one) => one.repeat(300))
    const { hint } = await hintFor(name, mint({ iss: name, aud }), { audience })
    expect(hint).toHaveLength(500)
    expect(hint).toMatch(advice('keycloak'))
  })
})

const name = 'https://acme.auth0.com/'
const other = 'https://acme.okta.com/oauth2/default'
type Case = readonly [what: string, token: string, options: Partial<VerifierOptions>]

describe('an issuer that is configured with its preset', () => {
  /** How the token is refused where the settings are those of the preset. */
  const hintWith = async (
    { jwksUri: _, ...options }: IssuerOptions,
    claims: object,
    header: object = jwt,
  ) => {
    const token = mint({ iss: options.issuer, ...claims }, header)
    return (await refusalOf(token, { issuer: { ...options, jwks: keys } })).hint
  }
  const endpoint = 'https://acme.authgear.cloud'
  const clients = ['web']
  const pool = { region: 'eu-west-1', userPool: 'eu-west-1_Abc123', clients }
  const ofPool = { token_use: 'access', client_id: 'web', aud: undefined }

  it('no hint tells to weaken what the preset says of the type of tokens', async () => {
    expect(await hintWith(presets.authgear({ endpoint }), { aud: 'web' })).toMatch(
      /: send the access token, not the ID token$/,
    )
  })

  it('the hint about the type does so where another issuer is without a preset', async () => {
    const issuer = [presets.authgear({ endpoint }), { issuer: other, jwks: keys }]
    const { hint } = await refusalOf(mint({ iss: other }, jwt), { issuer })
    expect(hint).toMatch(/set profile: 'jwt'$/)
  })

  it('a token of no kind: the hint says how it gets a mark', async () => {
    const options = presets.authgear({ endpoint, users: { clientIds: clients } })
    const hint = await hintWith(options, { client_id: 'ios' }, { typ: 'at+jwt' })
    expect(hint).toMatch(/\(in 'client_id'\): send the access token.*Authgear: users\.clientIds/)
    const ofMachine = { azp: 'job', roles: undefined, scope: undefined }
    expect(await hintWith(presets.entra({ tenant }), ofMachine)).toMatch(
      /\(in 'scp' or 'roles'\).*Entra ID: give the machine an app role/,
    )
  })

  it('the hint about the audience names the options of presets that state it', async () => {
    const where = /the option of the preset that states it \(cognito\(\): clients/
    expect(await hintWith(presets.cognito(pool), { ...ofPool, client_id: 'ios' })).toMatch(where)
    expect(await hintWith(presets.cognito(pool), { ...ofPool, aud: 'x' })).toMatch(where)
    expect(await hintWith(presets.authgear({ endpoint }), {}, { typ: 'at+jwt' })).toMatch(where)
    const url = 'https://login.acme.test'
    const ofRealm = { typ: 'Bearer', azp: 'web', aud: undefined }
    const hint = await hintWith(presets.keycloak({ url, realm: 'acme', audience: api }), ofRealm)
    expect(hint).toMatch(/\(Keycloak: a mapper of type Audience\)$/)
    const refresh = { ...ofRealm, typ: 'Refresh', aud: `${url}/realms/acme` }
    expect(
      await hintWith(presets.keycloak({ url, realm: 'acme', audience: api }), refresh),
    ).toMatch(/names the issuer itself, as refresh tokens do\. Send the access token/)
  })

  it('the hint about the issuer names the option for a pool that is replicated', async () => {
    const iss = `https://issuer.cognito-idp.eu-west-1.amazonaws.com/${pool.userPool}`
    expect(await hintWith(presets.cognito(pool), { ...ofPool, iss })).toMatch(/multiRegion/)
  })
})

describe('no preset is named', () => {
  it.each<Case>([
    ['for an issuer that nobody knows', mint({}, jwt), {}],
    ['for an issuer that is not trusted', mint({ iss: name }), {}],
    [
      'where the profile is an object',
      mint({ iss: name, client_id: undefined }, jwt),
      { issuer: { issuer: name, jwks: keys, profile: { types: ['at+jwt'] } } },
    ],
    [
      'where there are kinds',
      mint({ iss: name }, jwt),
      { issuer: { issuer: name, jwks: keys, kinds: [{ when: { claim: 'azp' } }] } },
    ],
    [
      'where it is not known of which issuer the token is',
      mint({ iss: name }, jwt),
      { issuer: [name, other].map((one) => ({ issuer: one, jwks: keys })) },
    ],
    [
      'for a token that has expired',
      mint({ iss: name, exp: 1 }),
      { issuer: { issuer: name, jwks: keys } },
    ],
    [
      'for a token of another kind',
      mint({ iss: name, token_use: 'id' }),
      { issuer: { issuer: name, jwks: keys } },
    ],
    [
      'for a logout token',
      mint({ iss: name }, { typ: 'logout+jwt' }),
      { issuer: { issuer: name, jwks: keys } },
    ],
    [
      'for a claim that no preset does without',
      mint({ iss: name, exp: undefined }),
      { issuer: { issuer: name, jwks: keys } },
    ],
    [
      'for a host that only contains the name of a known one',
      mint({ iss: 'https://acme.auth0.com.evil.test/' }, jwt),
      { issuer: { issuer: 'https://acme.auth0.com.evil.test/', jwks: keys } },
    ],
  ])('%s', async (_, token, options) => {
    const { hint } = await refusalOf(token, options)
    expect(hint).not.toContain('tollgate/issuers')
  })

  it('by the presets themselves, whose issuers are known', async () => {
    const made = [
      presets.auth0({ domain: 'acme.auth0.com' }),
      presets.okta({ domain: 'acme.okta.com' }),
      presets.firebase({ projectId: 'acme-shop', acceptIdTokens: true }),
      presets.googleIap({ audience: '/projects/1/apps/acme' }),
      presets.cloudRun({ audience: api, acceptIdTokens: true }),
      presets.authgear({ endpoint: 'https://acme.authgear.cloud' }),
      presets.descope({ projectId: 'P2abc', issuer: 'https://api.descope.com/v1/apps/P2abc' }),
      presets.zitadel({ domain: 'acme-a1b2c3.zitadel.cloud' }),
      presets.logto({ endpoint: 'https://acme.logto.app' }),
      presets.ory({ url: 'https://acme.projects.oryapis.com' }),
      presets.ping({ issuer: 'https://auth.pingone.eu/4631af52/as' }),
      presets.wso2({ url: 'https://api.asgardeo.io/t/acme' }),
    ]
    for (const { jwksUri: _, ...options } of made) {
      expect(knownIssuers.filter(({ iss }) => iss.test(options.issuer))).toHaveLength(1)
      for (const claims of [{ aud: 'x' }, { client_id: undefined }, { nonce: 'n' }]) {
        const token = mint({ iss: options.issuer, ...claims }, { typ: 'kb+jwt' })
        const { hint } = await refusalOf(token, { issuer: { ...options, jwks: keys } })
        expect(hint).not.toContain('tollgate/issuers')
      }
    }
  })

  it('every preset that a hint names is one that tollgate/issuers exports', () => {
    const named = knownIssuers.map(({ preset }) => preset.slice(0, preset.indexOf('(')))
    expect(Object.keys(presets)).toEqual(expect.arrayContaining(named))
  })
})
