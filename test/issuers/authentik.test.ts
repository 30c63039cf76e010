import { authentik } from 'tollgate/issuers'
import { describe, expect, it } from 'vitest'
import { behindAuthentik } from '../../examples/issuers/authentik.ts'
import { describePreset, describeWrongOptions, notRfc9068 } from './stage.ts'

const at = 'https://auth.acme.com/application/o/shop/'
const client = behindAuthentik.audience
const person = 'e038a2dce4819247f6d0d3aacdde4a9ad2988daa66bf6372713a13babfa61aa4'

/** The access token of a person: the claims of the ID token, with `azp`, `uid` and `scope`. */
const claims = {
  iss: at,
  sub: person,
  aud: client,
  auth_time: 1700000000,
  acr: 'goauthentik.io/providers/oauth2/default',
  amr: ['pwd'],
  sid: '5868879d4070ef8b',
  email: 'ada@acme.com',
  preferred_username: 'ada',
  groups: ['clerks', 'authentik Admins'],
  azp: client,
  uid: 'wJbQ3vE8ZqOmR2',
  scope: 'openid profile orders:read',
}
const machine = {
  sub: '2ac1102e7cf5a4b1cb2dd5adbe4761c551691ecd88991f78d0195d4d3d0cfcfa',
  amr: undefined,
  sid: undefined,
  email: undefined,
  groups: undefined,
  preferred_username: 'ak-shop-client_credentials',
  scope: 'orders:read',
}
/** An ID token of the same sign-in, which need not have a nonce. */
const idToken = { azp: undefined, uid: undefined, scope: undefined }

describePreset(
  'authentik',
  {
    ...behindAuthentik,
    keysAt: `${at}jwks/`,
    metadata: { at: `${at}.well-known/openid-configuration`, says: { issuer: at } },
    token: { typ: 'JWT', claims },
  },
  {
    accepted: [
      [
        'the access token of a person',
        {},
        {
          subject: person,
          clientId: client,
          scopes: ['openid', 'profile', 'orders:read'],
          roles: ['clerks', 'authentik Admins'],
        },
      ],
      [
        'the access token of a machine',
        { claims: machine },
        { subject: machine.sub, clientId: client, scopes: ['orders:read'], roles: [] },
      ],
      [
        'the entitlements of a person',
        { claims: { entitlements: ['orders'], roles: ['seller'] } },
        { permissions: ['orders'], roles: ['seller'] },
      ],
      [
        'a token of a version that states no scopes',
        { claims: { scope: undefined } },
        { scopes: [] },
      ],
    ],
    refused: [
      ['an ID token', 'token-type', { claims: idToken }],
      ['an ID token with azp', 'token-type', { claims: { ...idToken, azp: client } }],
      ['an ID token to which a mapping adds uid', 'claims', { claims: { ...idToken, uid: 'ada' } }],
      [
        'an ID token to which mappings add both, with a hash of its access token',
        'token-type',
        { claims: { at_hash: 'h' } },
      ],
      ['a token with a nonce', 'token-type', { claims: { nonce: 'n' } }],
      ['a token with a hash of a code', 'token-type', { claims: { c_hash: 'h' } }],
      ['a refresh token', 'opaque', { as: () => 'kGPN2rhtUO2PC3GAZOsnRmsGUjEdV4MMj7EO8vMu' }],
      ['a token of another application', 'issuer', { claims: { iss: at.replace('shop', 'blog') } }],
      [
        'a token of a provider whose issuer is the same for all',
        'issuer',
        { claims: { iss: 'https://auth.acme.com/' } },
      ],
      ['a token without the slash in iss', 'issuer', { claims: { iss: at.slice(0, -1) } }],
      ['a token for another client', 'audience', { claims: { aud: 'other', azp: 'other' } }],
    ],
    hostile: { skip: notRfc9068 },
  },
)

describe('authentik', () => {
  it('authentik takes the address with or without a slash, and a path before the applications', () => {
    const options = { application: 'shop' }
    expect(authentik({ ...options, url: 'https://auth.acme.com/' }).issuer).toBe(at)
    expect(authentik({ ...options, url: 'https://acme.com/sso' }).issuer).toBe(
      'https://acme.com/sso/application/o/shop/',
    )
  })
})

const good = { url: 'https://auth.acme.com', application: 'shop' }

describeWrongOptions('authentik', authentik, good, [
  ['no URL', { url: undefined }, /must be a non-empty string, not undefined/],
  ['a host as URL', { url: 'auth.acme.com' }, /must be a URL/],
  ['the issuer as URL', { url: at }, /without the application: write 'https:\/\/auth\.acme\.com'/],
  ['no application', { application: undefined }, /must be a non-empty string, not undefined/],
  ['the name of the application', { application: 'My Shop' }, /no whitespace/],
  ['a path as application', { application: 'o/shop' }, /one segment of a URL/],
])
