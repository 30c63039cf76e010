import { oracle } from 'tollgate/issuers'
import { describe, expect, it } from 'vitest'
import { behindOracle } from '../../examples/issuers/oracle.ts'
import type { Scene } from './stage.ts'
import { createStage, describePreset, describeWrongOptions, notRfc9068 } from './stage.ts'

const domain = 'idcs-7e70daa81c094dcc98776e4ee48be3d1.identity.oraclecloud.com'
const everyDomain = 'https://identity.oraclecloud.com/'
const api = behindOracle.audience
const client = '0ade767b9d9744e8bf717b05a6185212'

/** The access token of a person, as published tokens of a domain have it. */
const claims = {
  iss: everyDomain,
  sub: 'ada',
  sub_type: 'user',
  sub_mappingattr: 'userName',
  user_id: 'c7dfb14d6530414e97dd2064fe23c695',
  user_displayname: 'Ada',
  user_tenantname: 'idcs-7e70daa81c094dcc98776e4ee48be3d1',
  client_id: client,
  client_name: 'shop',
  sid: 'q1w2e3r4t5y6:411abc',
  tok_type: 'AT',
  aud: api,
  scope: 'orders.read',
  groups: ['clerks'],
  tenant: 'idcs-7e70daa81c094dcc98776e4ee48be3d1',
  jti: 'cffc6fdd-1099-4486-9fac-8b302c7ef605',
}
const machine = {
  sub: client,
  sub_type: 'client',
  user_id: undefined,
  user_displayname: undefined,
  user_tenantname: undefined,
  sid: undefined,
  groups: undefined,
  scope: 'orders.write',
}
/** An ID token of the same sign-in. */
const idToken = {
  tok_type: 'IT',
  aud: [everyDomain, client],
  scope: undefined,
  azp: client,
  auth_time: 1700000000,
}

const scene: Scene = {
  ...behindOracle,
  keysAt: `https://${domain}:443/admin/v1/SigningCert/jwk`,
  metadata: {
    at: `https://${domain}/.well-known/openid-configuration`,
    says: { issuer: everyDomain },
  },
  token: { claims },
}

describePreset('oracle', scene, {
  accepted: [
    [
      'the access token of a person',
      {},
      { subject: 'ada', clientId: client, scopes: ['orders.read'], roles: ['clerks'] },
    ],
    [
      'the access token of a machine',
      { claims: machine },
      { subject: client, clientId: client, scopes: ['orders.write'], roles: [] },
    ],
    ['a token whose header says JWT', { typ: 'JWT' }, { subject: 'ada' }],
    ['several audiences', { claims: { aud: [api, 'urn:opc:other'] } }, { subject: 'ada' }],
  ],
  refused: [
    ['an ID token', 'audience', { claims: idToken }],
    [
      'an ID token whose client is the audience',
      'token-type',
      { claims: { ...idToken, aud: api } },
    ],
    ['a token of another kind', 'token-type', { claims: { tok_type: 'CA' } }],
    ['a token that names no kind', 'token-type', { claims: { tok_type: undefined } }],
    ['a refresh token', 'opaque', { as: () => 'AQIDBAXvKcbKpbbTWM3WDYjUzEfHcXcHnpiCJh' }],
    [
      'the token of another domain, which has the same iss and other keys',
      'signature',
      { key: 'unpublished', claims: { tenant: 'idcs-evil' } },
    ],
    [
      'a token for the identity domain itself',
      'audience',
      { claims: { aud: [`https://${domain}`, 'urn:opc:lbaas:logicalguid=idcs-7e70'] } },
    ],
    ['a token whose iss is the domain', 'issuer', { claims: { iss: `https://${domain}` } }],
    ['a token without a client', 'claims', { claims: { client_id: undefined } }],
    ['scopes as a list', 'claims', { claims: { scope: ['orders.read'] } }],
  ],
  hostile: {
    skip: {
      ...notRfc9068,
      'typ/missing': 'the good token has none',
      'typ/id-token-same-aud': 'it keeps tok_type of the good token: the table has real ID tokens',
    },
  },
})

describe('oracle', () => {
  it('oracle finds the keys by the metadata of the domain', async () => {
    const { fetched, outcomeOf, mint } = createStage(scene)
    await outcomeOf(mint())
    expect(fetched).toEqual([scene.metadata?.at, scene.keysAt])
  })

  it('oracle with an issuer trusts that one alone', async () => {
    const own = `https://${domain}`
    const { outcomeOf, mint } = createStage({
      ...scene,
      issuer: oracle({ domain, issuer: own }),
      metadata: { at: `${own}/.well-known/openid-configuration`, says: { issuer: own } },
    })
    expect(await outcomeOf(mint({ claims: { iss: own } }))).toMatchObject({ issuer: own })
    expect(await outcomeOf(mint())).toBe('issuer')
  })
})

describeWrongOptions('oracle', oracle, { domain }, [
  ['no domain', { domain: undefined }, /must be a non-empty string, not undefined/],
  ['a URL as domain', { domain: `https://${domain}:443` }, new RegExp(`write '${domain}'`)],
  ['the name for all domains', { domain: 'identity.oraclecloud.com' }, /must be your own domain/],
  ['an issuer that is undefined', { issuer: undefined }, /must be a non-empty string/],
  ['an issuer that is no URL', { issuer: 'oracle' }, /must be a URL/],
])
