import { readFileSync } from 'node:fs'
import { createVerifier } from 'tollgate'
import { describe, expect, it } from 'vitest'

interface Fixture {
  readonly compact: string
  readonly payload: { readonly iat: number; readonly sub: string }
}
const fixtures: {
  readonly jwks: { readonly keys: readonly object[] }
  readonly accessTokenUser: Fixture
  readonly accessTokenM2M: Fixture
  readonly idToken: Fixture
  readonly opaqueAccessToken: string
} = JSON.parse(readFileSync(new URL('fixtures/authgear-fixtures.json', import.meta.url), 'utf8'))

const endpoint = 'https://my-project.authgear.cloud'
const resource = 'https://myapi.com/api'
const { accessTokenUser, accessTokenM2M, idToken, opaqueAccessToken } = fixtures

const fetch: typeof globalThis.fetch = async (url) =>
  Response.json(
    String(url) === `${endpoint}/.well-known/openid-configuration`
      ? { issuer: endpoint, jwks_uri: `${endpoint}/oauth2/jwks` }
      : fixtures.jwks,
  )
const now = (): number => (accessTokenUser.payload.iat + 60) * 1000
const verifier = (audience: string | string[]) =>
  createVerifier({ issuer: endpoint, audience, fetch, now })

describe('tokens of Authgear', () => {
  it('a user token of Authgear is accepted with the Authgear endpoint as audience', async () => {
    const auth = await verifier(endpoint).verify(accessTokenUser.compact)
    expect(auth).toMatchObject({
      issuer: endpoint,
      subject: accessTokenUser.payload.sub,
      clientId: '497d841ea22f33d3',
      scopes: ['openid', 'offline_access', 'https://authgear.com/scopes/full-access'],
    })
    expect(auth.claims['https://authgear.com/claims/user/roles']).toEqual([
      'store_manager',
      'salesperson',
    ])
  })

  it('a machine token of Authgear is accepted with its resource as audience', async () => {
    const auth = await verifier(resource).verify(accessTokenM2M.compact)
    expect(auth).toMatchObject({
      subject: 'client_id_b892697a2075af58',
      clientId: 'b892697a2075af58',
      scopes: ['read:orders', 'write:orders'],
    })
  })

  it('user and machine tokens of Authgear are accepted by a verifier of both audiences, and by no other', async () => {
    const both = verifier([endpoint, resource])
    await both.verify(accessTokenUser.compact)
    await both.verify(accessTokenM2M.compact)
    await expect(verifier(resource).verify(accessTokenUser.compact)).rejects.toMatchObject({
      reason: 'audience',
    })
    await expect(verifier(endpoint).verify(accessTokenM2M.compact)).rejects.toMatchObject({
      reason: 'audience',
    })
  })

  it.each([
    ['an ID token', 'token-type', idToken.compact],
    ['an opaque access token', 'opaque', opaqueAccessToken],
  ])('%s of Authgear is refused (reason: %s)', async (_, reason, token) => {
    const strict = verifier([endpoint, resource, '497d841ea22f33d3'])
    await expect(strict.verify(token)).rejects.toMatchObject({ status: 401, reason })
  })
})
