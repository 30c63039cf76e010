import { entraB2c } from 'tollgate/issuers'
import { describe, expect, it } from 'vitest'
import { behindEntraB2c } from '../../examples/issuers/entra-b2c.ts'
import type { Scene } from './stage.ts'
import { createStage, describePreset, describeWrongOptions, notRfc9068 } from './stage.ts'

const tenant = '775527ff-9a37-4307-8b3d-cc311f58d925'
const other = '8eaef023-2b34-4da1-9baa-8bc8c9d6a490'
const at = `https://acme.b2clogin.com/${tenant}`
const api = '90c0fe63-bcf2-44d5-8fb7-b8bbc0b29dc6'
const web = '975251ed-e4f5-4efd-abcb-5f1a8f566ab7'
const good = { tenant, policy: 'B2C_1_SignIn', domain: 'acme.b2clogin.com' }

/** The access token of a person. It has the nonce of the sign-in, as the documentation shows it. */
const claims = {
  aud: api,
  sub: '884408e1-2918-4cc0-b12d-3aa027d7563b',
  azp: web,
  scp: 'orders.read orders.write',
  nonce: 'n',
  tfp: 'B2C_1_SignIn',
  ver: '1.0',
  nbf: 1700000000,
}
const machine = { sub: 'b3a1', azp: 'job', scp: 'app.read', nonce: undefined }
const idToken = { azp: undefined, scp: undefined, auth_time: 1700000000 }

const scene: Scene = {
  ...behindEntraB2c,
  keysAt: `${at}/b2c_1_signin/discovery/v2.0/keys`,
  metadata: {
    at: `${at}/B2C_1_SignIn/v2.0/.well-known/openid-configuration`,
    says: { issuer: `${at}/v2.0/` },
  },
  token: { typ: 'JWT', claims },
}

describePreset('entraB2c', scene, {
  accepted: [
    [
      'the access token of a person',
      {},
      { subject: claims.sub, clientId: web, scopes: ['orders.read', 'orders.write'] },
    ],
    ['a policy in lower case', { claims: { tfp: 'b2c_1_signin' } }, { subject: claims.sub }],
    [
      'a policy in the claim of older policies',
      { claims: { tfp: undefined, acr: 'b2c_1_signin' } },
      { subject: claims.sub },
    ],
    [
      'the access token of a machine',
      { claims: machine },
      { subject: 'b3a1', clientId: 'job', scopes: ['app.read'] },
    ],
    [
      'a machine without the name of a policy',
      { claims: { ...machine, tfp: undefined } },
      { subject: 'b3a1' },
    ],
  ],
  refused: [
    ['an ID token, even where its client is the API', 'token-type', { claims: idToken }],
    [
      'an ID token without nonce and policy',
      'token-type',
      { claims: { ...idToken, nonce: undefined, tfp: undefined } },
    ],
    ['an ID token of a client', 'audience', { claims: { ...idToken, aud: web } }],
    ['a token of another policy', 'token-type', { claims: { tfp: 'B2C_1_Other' } }],
    [
      'a token of another policy in the claim of older policies',
      'token-type',
      { claims: { tfp: undefined, acr: 'b2c_1_other' } },
    ],
    [
      'a token of another tenant',
      'issuer',
      { claims: { iss: `https://acme.b2clogin.com/${other}/v2.0/` } },
    ],
    [
      'a token of Entra ID',
      'issuer',
      { claims: { iss: `https://login.microsoftonline.com/${tenant}/v2.0` } },
    ],
    ['the issuer without its slash', 'issuer', { claims: { iss: `${at}/v2.0` } }],
  ],
  hostile: {
    skip: {
      ...notRfc9068,
      'typ/id-token-same-aud': 'it keeps scp of the good token: the table has real ID tokens',
      'scope/array': 'the issuer has its scopes in scp',
      'scope/object': 'the issuer has its scopes in scp',
    },
  },
})

describe('entraB2c', () => {
  it('entraB2c takes no metadata of another tenant for its own', async () => {
    const says = { issuer: `https://acme.b2clogin.com/${other}/v2.0/` }
    const { outcomeOf, mint } = createStage({
      ...scene,
      metadata: { at: scene.metadata?.at as string, says },
    })
    expect(await outcomeOf(mint())).toBe('keys')
  })

  it('entraB2c knows custom domains', () => {
    expect(entraB2c({ ...good, domain: 'login.acme.com' })).toMatchObject({
      issuer: `https://login.acme.com/${tenant}/v2.0/`,
      metadataUrl: `https://login.acme.com/${tenant}/B2C_1_SignIn/v2.0/.well-known/openid-configuration`,
    })
  })
})

describeWrongOptions('entraB2c', entraB2c, good, [
  ['no tenant', { tenant: undefined }, /must be a non-empty string, not undefined/],
  ['a domain as tenant', { tenant: 'acme.onmicrosoft.com' }, /must be the id of a tenant/],
  ['no policy', { policy: '' }, /must be a non-empty string/],
  ['a path as policy', { policy: 'a/b' }, /one segment of a URL/],
  ['a policy that leads up', { policy: '..' }, /one segment of a URL/],
  ['a domain that is undefined', { domain: undefined }, /non-empty string, not undefined/],
  ['a URL as domain', { domain: 'https://acme.b2clogin.com' }, /write 'acme\.b2clogin\.com'/],
])

it('T16: entraB2c without a domain is refused, with what to write', () => {
  const { domain, ...rest } = good
  expect(() => entraB2c(rest as typeof good)).toThrow(
    /^tollgate: option 'domain' of entraB2c\(\): is missing: state the host of the 'iss'/,
  )
})
