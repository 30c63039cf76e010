import { createVerifier } from 'tollgate'
import { spiffe } from 'tollgate/issuers'
import { describe, expect, it } from 'vitest'
import { behindSpiffe, behindSpireWithIssuer } from '../../examples/issuers/spiffe.ts'
import type { Scene } from './stage.ts'
import { createStage, describePreset, describeWrongOptions, notRfc9068 } from './stage.ts'

const api = 'spiffe://acme.com/shop/orders'
const workload = 'spiffe://acme.com/shop/web'
const bundle = 'https://bundles.acme.com/acme.com'
const good = { trustDomain: 'acme.com', bundle }

/** A JWT-SVID as SPIRE makes it: there is no `iss`, `jti` or `client_id`. */
const svid: Scene = {
  ...behindSpiffe,
  keysAt: bundle,
  keyMembers: { use: 'jwt-svid' },
  alg: 'ES256',
  token: { typ: 'JWT', claims: { iss: undefined, sub: workload, aud: [api] } },
}

const hostile = {
  skip: {
    ...notRfc9068,
    'iss/missing': 'a JWT-SVID has none: its trust domain is that of its sub',
    'typ/missing': 'a JWT-SVID need not have a type',
    'iat/missing': 'a JWT-SVID need not state it',
    'scope/array': 'scopes may be a list',
  },
}

describePreset('spiffe', svid, {
  accepted: [
    [
      'the SVID of a workload',
      {},
      {
        issuer: 'spiffe://acme.com',
        subject: workload,
        clientId: undefined,
        scopes: [],
        roles: [],
      },
    ],
    ['an SVID of the type JOSE', { typ: 'JOSE' }, { subject: workload }],
    ['an SVID without a type', { typ: null }, { subject: workload }],
    ['an SVID without a date of issue', { claims: { iat: undefined } }, { subject: workload }],
    [
      'an SVID whose iss is the trust domain',
      { claims: { iss: 'spiffe://acme.com' } },
      { subject: workload },
    ],
  ],
  refused: [
    ['an SVID of another trust domain', 'issuer', { claims: { sub: 'spiffe://evil.com/web' } }],
    [
      'an SVID of a trust domain that begins alike',
      'issuer',
      { claims: { sub: 'spiffe://acme.com.evil.com/web' } },
    ],
    ['an SVID of the trust domain itself', 'issuer', { claims: { sub: 'spiffe://acme.com' } }],
    ['an SVID without a sub', 'issuer', { claims: { sub: undefined } }],
    [
      'an SVID of another trust domain under the iss of this one',
      'claims',
      { claims: { iss: 'spiffe://acme.com', sub: 'spiffe://evil.com/web' } },
    ],
    [
      'an SVID with an iss that is not stated',
      'issuer',
      { claims: { iss: 'https://oidc.acme.com' } },
    ],
    ['an SVID by a key that is not in the bundle', 'signature', { key: 'unpublished' }],
    ['an SVID for another workload', 'audience', { claims: { aud: ['spiffe://acme.com/other'] } }],
    ['an SVID without an audience', 'audience', { claims: { aud: undefined } }],
    ['an access token of RFC 9068', 'token-type', { typ: 'at+jwt' }],
    ['a token with the sign of an ID token', 'token-type', { claims: { nonce: 'n' } }],
  ],
  hostile,
})

const oidc = 'https://oidc.acme.com'

describePreset(
  'spiffe with an issuer',
  {
    ...svid,
    ...behindSpireWithIssuer,
    token: { typ: 'JWT', claims: { iss: oidc, sub: workload, aud: [api] } },
  },
  {
    accepted: [
      ['an SVID with the iss of the server', {}, { issuer: oidc, subject: workload }],
      ['an SVID without iss', { claims: { iss: undefined } }, { issuer: oidc, subject: workload }],
    ],
    refused: [
      [
        'an SVID of another trust domain that the server has issued',
        'claims',
        { claims: { sub: 'spiffe://evil.com/web' } },
      ],
      ['an SVID whose sub is no SPIFFE ID', 'claims', { claims: { sub: 'web' } }],
      ['an SVID whose iss is the trust domain', 'issuer', { claims: { iss: 'spiffe://acme.com' } }],
    ],
    hostile,
  },
)

describe('spiffe', () => {
  it('spiffe takes a bundle as its location or as a document, and fetches nothing for a document', async () => {
    const stage = createStage(svid)
    const keys = stage.keys.jwks.keys.map((key) => ({ ...key, use: 'jwt-svid' }))
    const given = { keys, spiffe_sequence: 1, spiffe_refresh_hint: 300 }
    const issuer = spiffe({ ...good, bundle: given })
    const verifier = createVerifier({ ...stage.options, issuer })
    expect(await verifier.verify(stage.mint())).toMatchObject({ subject: workload })
    expect(stage.fetched).toEqual([])
    expect(Object.isFrozen(keys[0])).toBe(false)
  })

  it('a key for certificates in the bundle verifies no token', async () => {
    const { mint, outcomeOf } = createStage({ ...svid, keyMembers: { use: 'x509-svid' } })
    expect(await outcomeOf(mint())).toBe('keys')
  })

  it('the trust domain may be written as its SPIFFE ID', () => {
    expect(spiffe({ ...good, trustDomain: 'spiffe://acme.com' })).toEqual(spiffe(good))
  })

  it('the location of a bundle stays as it is written', () => {
    expect(spiffe({ ...good, bundle: `${bundle}/` }).jwksUri).toBe(`${bundle}/`)
  })

  it('two trust domains are told apart by the sub of their tokens', async () => {
    const other = spiffe({ trustDomain: 'other.com', bundle: 'https://bundles.acme.com/other' })
    const stage = createStage(svid)
    const verifier = createVerifier({ ...stage.options, issuer: [other, behindSpiffe.issuer] })
    expect((await verifier.verify(stage.mint())).issuer).toBe('spiffe://acme.com')
    const foreign = stage.mint({ claims: { sub: 'spiffe://other.com/web' } })
    await expect(verifier.verify(foreign)).rejects.toMatchObject({ reason: 'keys' })
  })
})

describeWrongOptions('spiffe', spiffe, good, [
  ['no trust domain', { trustDomain: undefined }, /must be a non-empty string, not undefined/],
  ['capital letters', { trustDomain: 'Acme.com' }, /must be the name of a trust domain/],
  ['the SPIFFE ID of a workload', { trustDomain: workload }, /must be the name of a trust domain/],
  ['a URL as trust domain', { trustDomain: 'https://acme.com' }, /the name of a trust domain/],
  ['no name behind the scheme', { trustDomain: 'spiffe://' }, /must be the name of a trust domain/],
  ['no bundle', { bundle: undefined }, /the location of a bundle or the bundle itself.*undefined/],
  ['a bundle that is a list', { bundle: [] }, /the bundle itself.*not an empty array/],
  ['a bundle without keys', { bundle: {} }, /must have the keys of the trust domain in 'keys'/],
  ['keys that are no list', { bundle: { keys: {} } }, /the keys of the trust domain in 'keys'/],
  ['a path as bundle', { bundle: '/etc/bundle.json' }, /must be a URL/],
  ['a bundle in JSON', { bundle: '{"keys":[]}' }, /must be a URL/],
  ['an issuer that is undefined', { issuer: undefined }, /must be a non-empty string/],
])
