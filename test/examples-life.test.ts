import supertest from 'supertest'
import type { FetchLike } from 'tollgate'
import { createVerifier } from 'tollgate'
import type { TestIssuer } from 'tollgate/testing'
import { createTestIssuer, faults } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { afterTheMove, duringTheMove, reachedElsewhere } from '../examples/life/custom-domain.ts'
import { createApp as createRotationApp } from '../examples/life/rotation.ts'
import { createApp as createTenantsApp } from '../examples/life/tenants.ts'
import { behindBoth, createApp as createTwoIssuersApp } from '../examples/life/two-issuers.ts'

const audience = 'https://api.acme.com'
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** Serves several issuers, each at its own origin. */
function fetchOf(...issuers: readonly TestIssuer[]): FetchLike {
  return (url, init) => {
    const issuer = issuers.find((one) => new URL(one.url).origin === new URL(url).origin)
    if (issuer === undefined) throw new Error(`nobody serves ${url}`)
    return issuer.fetch(url, init as RequestInit)
  }
}

describe('examples/life/rotation.ts', () => {
  it('follows the rotation of a key and tells of it', async () => {
    const issuer = createTestIssuer({ expiresIn: 3600 })
    const oldKid = issuer.keys.current.kid
    const lines: string[] = []
    const app = createRotationApp(issuer.trust(), (line) => lines.push(line))
    const orders = (token: string) => supertest(app).get('/orders').set(bearer(token))
    await supertest(app).get('/ready').expect(200, { ready: true })
    const old = issuer.mint()
    await orders(old).expect(200)
    // The issuer publishes the new key first, signs with it later, and removes the old one last.
    issuer.keys.rotate()
    await orders(issuer.mint()).expect(200)
    await orders(old).expect(200)
    issuer.keys.retire(oldKid)
    issuer.clock.advance(600)
    await orders(issuer.mint()).expect(200)
    await orders(old).expect(401)
    const types = lines.map((line) => JSON.parse(line).type)
    expect(types).toContain('keys.refreshed')
    expect(types).toContain('kid.unknown')
  })

  it('is not ready while the issuer cannot be reached, and says so to operators only', async () => {
    const issuer = createTestIssuer()
    const app = createRotationApp(issuer.trust(), () => {})
    const { status } = await issuer.during('*', faults.refuse(), () => supertest(app).get('/ready'))
    expect(status).toBe(503)
    await supertest(app).get('/health').expect(401)
    issuer.clock.advance(60)
    await supertest(app)
      .get('/health')
      .use(issuer.as({ scope: 'health:read' }))
      .expect(200)
      .expect(({ body }) => expect(body.issuers).toMatchObject([{ usable: true }]))
  })
})

describe('examples/life/custom-domain.ts', () => {
  const before = createTestIssuer({ url: 'https://acme.eu.issuer.example', audience })
  const after = createTestIssuer({ url: 'https://login.acme.com', audience })
  const fetch = fetchOf(before, after)

  it('accepts tokens of both domains during the move, and only of the new one after it', async () => {
    const both = createVerifier({ ...duringTheMove, fetch })
    expect((await both.verify(before.mint())).issuer).toBe(before.url)
    expect((await both.verify(after.mint())).issuer).toBe(after.url)
    const one = createVerifier({ ...afterTheMove, fetch })
    expect((await one.verify(after.mint())).issuer).toBe(after.url)
    await expect(one.verify(before.mint())).rejects.toMatchObject({ reason: 'issuer' })
  })

  it('fetches at another host what the domain in the tokens stands for', async () => {
    const there = createTestIssuer({
      url: 'https://acme.eu.issuer.example',
      metadata: { issuer: 'https://login.acme.com' },
      audience,
    })
    const verifier = createVerifier({ ...reachedElsewhere, fetch: fetchOf(there) })
    const token = there.mint({ iss: 'https://login.acme.com' })
    expect((await verifier.verify(token)).issuer).toBe('https://login.acme.com')
    await expect(verifier.verify(there.mint())).rejects.toMatchObject({ reason: 'issuer' })
  })
})

describe('examples/life/two-issuers.ts', () => {
  it('gives one user to the same person at two issuers, and none to another of the same subject', async () => {
    const keycloak = createTestIssuer({ url: 'https://id.acme.com/realms/shop', audience })
    const auth0 = createTestIssuer({ url: 'https://acme.eu.auth0.com/', audience })
    const users = new Map([
      [JSON.stringify([keycloak.url, '17']), 'ada'],
      [JSON.stringify([auth0.url, 'auth0|5f7c8ec7c33c6c004bbafe82']), 'ada'],
    ])
    const app = createTwoIssuersApp({ ...behindBoth, fetch: fetchOf(keycloak, auth0) }, users)
    const me = (token: string) => supertest(app).get('/me').set(bearer(token))
    const ofKeycloak = { typ: 'Bearer', azp: 'web', client_id: undefined }
    await me(keycloak.mint({ ...ofKeycloak, sub: '17' })).expect(200, { user: 'ada' })
    await me(auth0.mint({ sub: 'auth0|5f7c8ec7c33c6c004bbafe82' })).expect(200, { user: 'ada' })
    await me(auth0.mint({ sub: '17' })).expect(403)
  })
})

describe('examples/life/tenants.ts', () => {
  it('keeps tenants apart, and refuses one that was removed at once', async () => {
    const issuers = ['acme', 'umbrella'].map((id) =>
      createTestIssuer({ url: `https://${id}.issuer.example`, audience: `https://${id}.test` }),
    )
    const [acme, umbrella] = issuers as [TestIssuer, TestIssuer]
    const tenants = new Map(
      issuers.map(({ url, audience }) => {
        const id = new URL(url).hostname.split('.')[0] as string
        return [url, { id, issuer: url, audience: audience as string }]
      }),
    )
    const { app, onTenantChanged } = createTenantsApp(
      { findByIssuer: async (iss) => tenants.get(iss) },
      { fetch: fetchOf(acme, umbrella) },
    )
    const orders = (path: string, token: string) => supertest(app).get(path).set(bearer(token))
    await orders('/acme/orders', acme.mint()).expect(200, { ordersOf: 'acme' })
    await orders('/umbrella/orders', acme.mint()).expect(404)
    await orders('/acme/orders', umbrella.mint({ aud: acme.audience })).expect(401)
    const removed = tenants.get(acme.url)
    tenants.delete(acme.url)
    if (removed !== undefined) onTenantChanged(removed)
    await orders('/acme/orders', acme.mint()).expect(401)
    await orders('/umbrella/orders', umbrella.mint()).expect(200)
  })
})
