import { auth0 } from 'tollgate/issuers'
import { expect, it } from 'vitest'
import { behindAuth0WithRoles } from '../../examples/issuers/auth0.ts'
import type { Scene } from './stage.ts'
import { createStage, describePreset, describeWrongOptions, notRfc9068 } from './stage.ts'

const at = 'https://acme.eu.auth0.com/'
const api = behindAuth0WithRoles.audience
const scene: Scene = {
  ...behindAuth0WithRoles,
  keysAt: `${at}.well-known/jwks.json`,
  keyMembers: { use: 'sig', x5t: 'mOAJ-kP9nCXKVqYfrpyGI8hCRXI', x5c: ['MIIDDTCCAfWgAwIBAgIJ'] },
  metadata: { at: `${at}.well-known/openid-configuration`, says: { issuer: at } },
  token: {
    typ: 'JWT',
    claims: {
      sub: 'auth0|5f7c8ec7c33c6c004bbafe82',
      aud: [api, `${at}userinfo`],
      azp: 'K1AUPhZq8mRi0Q0pjhkfu1D7y6KjDQja',
      scope: 'openid profile read:orders',
      permissions: ['read:orders'],
      'https://acme.com/roles': ['clerk'],
    },
  },
}
/** What turns the good token into one of the RFC 9068 dialect. */
const rfc9068 = { azp: undefined, client_id: 'K1AUPhZq8mRi0Q0pjhkfu1D7y6KjDQja', jti: '73WakrfV' }
const idToken = {
  aud: 'K1AUPhZq8mRi0Q0pjhkfu1D7y6KjDQja',
  azp: undefined,
  scope: undefined,
  permissions: undefined,
  name: 'Ada',
  sid: 's1',
}
const machine = { sub: 'awZfdIir@clients', aud: api, gty: 'client-credentials', scope: 'jobs' }

describePreset('auth0', scene, {
  accepted: [
    [
      'the access token of a person in the own dialect',
      {},
      {
        subject: 'auth0|5f7c8ec7c33c6c004bbafe82',
        clientId: 'K1AUPhZq8mRi0Q0pjhkfu1D7y6KjDQja',
        scopes: ['openid', 'profile', 'read:orders'],
        permissions: ['read:orders'],
        roles: ['clerk'],
      },
    ],
    [
      'the access token of a machine in the own dialect',
      { claims: { ...machine, azp: 'awZfdIir' } },
      { subject: 'awZfdIir@clients', clientId: 'awZfdIir', scopes: ['jobs'] },
    ],
    [
      'a token that grants no scope and no permission',
      { claims: { scope: undefined, permissions: undefined } },
      { scopes: [], permissions: [] },
    ],
    [
      'the access token of a person in the dialect of RFC 9068',
      { typ: 'at+jwt', claims: rfc9068 },
      {
        clientId: 'K1AUPhZq8mRi0Q0pjhkfu1D7y6KjDQja',
        scopes: ['openid', 'profile', 'read:orders'],
        permissions: ['read:orders'],
        roles: ['clerk'],
      },
    ],
    [
      'the access token of a machine in the dialect of RFC 9068',
      { typ: 'at+jwt', claims: { ...rfc9068, ...machine, client_id: 'awZfdIir' } },
      { subject: 'awZfdIir@clients', clientId: 'awZfdIir', scopes: ['jobs'] },
    ],
  ],
  refused: [
    ['an ID token', 'token-type', { claims: { ...idToken, nonce: 'n' } }],
    ['an ID token of a client that sends no nonce', 'token-type', { claims: idToken }],
    ['an ID token whose audience is the API', 'token-type', { claims: { ...idToken, aud: api } }],
    [
      'a token with the client of an access token and a nonce',
      'token-type',
      { claims: { nonce: 'n' } },
    ],
    ['a token of RFC 9068 with the type of an ID token', 'token-type', { claims: rfc9068 }],
    [
      'a token of RFC 9068 without jti',
      'claims',
      { typ: 'at+jwt', claims: { ...rfc9068, jti: undefined } },
    ],
    ['a refresh token', 'opaque', { as: () => 'v1.MRrtOiUr2DPHHmpMVFxGZ4bQ2Xq0c' }],
    ['a token of another tenant', 'issuer', { claims: { iss: 'https://evil.eu.auth0.com/' } }],
    ['a token for the Management API', 'audience', { claims: { aud: `${at}api/v2/` } }],
    ['a token for userinfo alone', 'audience', { claims: { aud: `${at}userinfo` } }],
    ['a token without the slash in iss', 'issuer', { claims: { iss: at.slice(0, -1) } }],
  ],
  hostile: {
    skip: notRfc9068,
  },
})

it('T5: an ID token of auth0 is refused where its client is configured as the audience, too', async () => {
  const { outcomeOf, mint } = createStage({ ...scene, audience: idToken.aud })
  expect(await outcomeOf(mint({ claims: idToken }))).toBe('token-type')
})

it('auth0 with a custom domain trusts that domain alone, with a slash at the end', () => {
  expect(auth0({ domain: 'login.acme.com' }).issuer).toBe('https://login.acme.com/')
})

describeWrongOptions('auth0', auth0, { domain: 'acme.eu.auth0.com' }, [
  ['no domain', { domain: undefined }, /must be a non-empty string, not undefined/],
  ['the issuer as domain', { domain: at }, /write 'acme\.eu\.auth0\.com'/],
  ['a slash at the end', { domain: 'acme.eu.auth0.com/' }, /write 'acme\.eu\.auth0\.com'/],
  ['roles that are undefined', { roles: undefined }, /must be a non-empty string, not undefined/],
])
