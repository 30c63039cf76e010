import type { Auth } from 'tollgate'
import { logto } from 'tollgate/issuers'
import { expect, it } from 'vitest'
import { behindLogto, isOfOrganization } from '../../examples/issuers/logto.ts'
import type { Scene } from './stage.ts'
import { createStage, describePreset, describeWrongOptions } from './stage.ts'

const at = 'https://acme.logto.app/oidc'

const scene: Scene = {
  ...behindLogto,
  keysAt: `${at}/jwks`,
  metadata: { at: `${at}/.well-known/openid-configuration`, says: { issuer: at } },
  alg: 'ES256',
  token: {
    typ: 'at+jwt',
    claims: {
      sub: 'jpuoee8f7rq3',
      aud: behindLogto.audience,
      client_id: 'b0o8w18syrv95gd2o3kee',
      jti: 'xyz',
      scope: 'orders:read orders:write',
    },
  },
}

describePreset('logto', scene, {
  accepted: [
    [
      'the access token of a person',
      {},
      {
        subject: 'jpuoee8f7rq3',
        clientId: 'b0o8w18syrv95gd2o3kee',
        scopes: ['orders:read', 'orders:write'],
        permissions: ['orders:read', 'orders:write'],
        roles: [],
      },
    ],
    [
      'the access token of a machine',
      { claims: { sub: 'm2m', client_id: 'm2m', scope: 'jobs:run' } },
      { subject: 'm2m', clientId: 'm2m', permissions: ['jobs:run'] },
    ],
    [
      'roles of a custom claim, in a token of an organization',
      { claims: { roles: ['clerk'], organization_id: 'org_1', scope: undefined } },
      { roles: ['clerk'], scopes: [], permissions: [] },
    ],
  ],
  refused: [
    [
      'an ID token',
      'token-type',
      {
        typ: 'JWT',
        claims: { aud: 'b0o8w18syrv95gd2o3kee', client_id: undefined, at_hash: 'h' },
      },
    ],
    ['a token that says JWT', 'token-type', { typ: 'JWT' }],
    ['a token without typ', 'token-type', { typ: null }],
    [
      'a token of an organization, and not of the API',
      'audience',
      { claims: { aud: 'urn:logto:organization:org_1' } },
    ],
    ['a token of another tenant', 'issuer', { claims: { iss: 'https://evil.logto.app/oidc' } }],
    [
      'an access token without a resource',
      'opaque',
      { as: () => 'Xb6S3n2hQv1dKf8wLzRtYp0uGcMeJaOi' },
    ],
  ],
  hostile: {},
})

it('examples/issuers/logto.ts compares the organization, and refuses a token of none', async () => {
  const { outcomeOf, mint } = createStage(scene)
  const authOf = (claims: Record<string, unknown>): Promise<Auth> =>
    outcomeOf(mint({ claims })) as Promise<Auth>
  const ofOne = await authOf({ organization_id: 'org_1' })
  expect(isOfOrganization(ofOne, 'org_1')).toBe(true)
  expect(isOfOrganization(ofOne, 'org_2')).toBe(false)
  expect(isOfOrganization(await authOf({}), 'org_1')).toBe(false)
})

it('logto takes an endpoint with a slash at the end', () => {
  expect(logto({ endpoint: 'https://login.acme.com/' }).issuer).toBe('https://login.acme.com/oidc')
})

describeWrongOptions('logto', logto, { endpoint: 'https://acme.logto.app' }, [
  ['no endpoint', { endpoint: undefined }, /must be a non-empty string, not undefined/],
  ['a domain as endpoint', { endpoint: 'acme.logto.app' }, /must be a URL/],
  ['the issuer as endpoint', { endpoint: at }, /write 'https:\/\/acme\.logto\.app'/],
])
