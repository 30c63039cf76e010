import { fusionauth } from 'tollgate/issuers'
import { expect, it } from 'vitest'
import { behindFusionAuth } from '../../examples/issuers/fusionauth.ts'
import type { Scene } from './stage.ts'
import { createStage, describePreset, describeWrongOptions, notRfc9068 } from './stage.ts'

const [application, entity] = behindFusionAuth.audience

/** The access token of a person who is registered for the application. */
const claims = {
  iss: 'acme.com',
  aud: application,
  sub: '00000000-0000-0000-0000-111111111111',
  jti: '2e2271d7-3057-4bfd-99ab-34af48e84567',
  authenticationType: 'PASSWORD',
  email: 'richard@acme.com',
  email_verified: true,
  applicationId: application,
  scope: 'offline_access profile openid',
  roles: ['clerk'],
  sid: '0abe7139-0bd0-4fd0-a450-c1e8b16e710a',
  auth_time: 1703033580,
  tid: 'd7d09513-a3f5-401c-9685-34ab6c552453',
}
/** The access token of a machine, by client credentials for an entity. */
const machine = {
  aud: entity,
  sub: 'a7a9c9a2-6c0b-4d3e-8c7a-0a4a5f5d9c11',
  authenticationType: undefined,
  email: undefined,
  email_verified: undefined,
  applicationId: undefined,
  roles: undefined,
  sid: undefined,
  auth_time: undefined,
  scope: `target-entity:${entity}:orders:read`,
  permissions: ['orders:read'],
}
/** An ID token of the same sign-in. */
const idToken = {
  applicationId: undefined,
  roles: undefined,
  at_hash: 'wqKRgrDCmcOLwp7Ciw',
  c_hash: 'BQFdJyZmSg',
  nonce: undefined,
}

const scene: Scene = {
  ...behindFusionAuth,
  keysAt: 'https://auth.acme.com/.well-known/jwks.json',
  token: { typ: 'JWT', claims },
}

describePreset('fusionauth', scene, {
  accepted: [
    [
      'the access token of a person',
      {},
      {
        subject: claims.sub,
        clientId: application,
        scopes: ['offline_access', 'profile', 'openid'],
        roles: ['clerk'],
        permissions: [],
      },
    ],
    [
      'the access token of a machine',
      { claims: machine },
      { subject: machine.sub, clientId: undefined, roles: [], permissions: ['orders:read'] },
    ],
    [
      'the access token of a machine without permissions',
      { claims: { ...machine, permissions: undefined } },
      { permissions: [] },
    ],
  ],
  refused: [
    ['an ID token', 'token-type', { claims: idToken }],
    [
      'an ID token without hashes',
      'token-type',
      { claims: { ...idToken, at_hash: undefined, c_hash: undefined } },
    ],
    [
      'an ID token to which a lambda gave applicationId and roles',
      'token-type',
      { claims: { ...idToken, applicationId: application, roles: ['admin'] } },
    ],
    [
      'a person who is not registered for the application',
      'token-type',
      { claims: { applicationId: undefined, roles: undefined } },
    ],
    [
      'a token of a person for another application',
      'audience',
      { claims: { aud: 'other', applicationId: 'other' } },
    ],
    ['a machine for another entity', 'audience', { claims: { ...machine, aud: 'other' } }],
    ['a token of another tenant', 'issuer', { claims: { iss: 'evil.com' } }],
    ['a refresh token', 'opaque', { as: () => 'xkAuxYcvGcsWpSBd4b1UHpZlG8t3ESTJ1xQnJHnmO6k' }],
  ],
  hostile: { skip: notRfc9068 },
})

it('permissions of a person and roles of a machine count nowhere', async () => {
  const { outcomeOf, mint } = createStage(scene)
  const both = { roles: ['admin'], permissions: ['all'] }
  expect(await outcomeOf(mint({ claims: both }))).toMatchObject({
    roles: ['admin'],
    permissions: [],
  })
  expect(await outcomeOf(mint({ claims: { ...machine, ...both } }))).toMatchObject({
    roles: [],
    permissions: ['all'],
  })
})

it('fusionauth with permissionsOf serves people by their roles as it serves machines', async () => {
  const issuer = { ...behindFusionAuth.issuer, permissionsOf: { clerk: ['orders:read'] } }
  const { outcomeOf, mint } = createStage({ ...scene, issuer })
  expect(await outcomeOf(mint())).toMatchObject({ permissions: ['orders:read'] })
  expect(await outcomeOf(mint({ claims: machine }))).toMatchObject({ permissions: ['orders:read'] })
})

it('fusionauth without issuer trusts its address', () => {
  expect(fusionauth({ url: 'https://auth.acme.com/' })).toMatchObject({
    issuer: 'https://auth.acme.com',
    jwksUri: 'https://auth.acme.com/.well-known/jwks.json',
  })
})

describeWrongOptions('fusionauth', fusionauth, { url: 'https://auth.acme.com' }, [
  ['no URL', { url: undefined }, /must be a non-empty string, not undefined/],
  ['a domain as URL', { url: 'auth.acme.com' }, /must be a URL/],
  ['an issuer that is undefined', { issuer: undefined }, /non-empty string, not undefined/],
  ['white space in the issuer', { issuer: 'acme com' }, /no whitespace/],
])
