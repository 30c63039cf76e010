import supertest from 'supertest'
import type { FetchLike } from 'tollgate'
import { createTestIssuer, faults } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { createApp } from '../../examples/recipes/readiness.ts'

const acme = createTestIssuer({ url: 'https://acme.test' })
const umbrella = createTestIssuer({ url: 'https://umbrella.test' })
const issuers = [acme, umbrella]

const fetch: FetchLike = (url, init) => {
  const issuer = issuers.find((one) => url.startsWith(one.url))
  if (issuer === undefined) throw new Error(`nobody serves ${url}`)
  return issuer.fetch(url, init as RequestInit)
}
const open = () =>
  supertest(createApp({ issuer: issuers.map(({ url }) => url), audience: acme.audience, fetch }))

describe('examples/recipes/readiness.ts', () => {
  it('is ready while one tenant of several can be served, and serves that one', async () => {
    using _down = umbrella.fail('*', faults.refuse())
    const app = open()
    await app.get('/ready').expect(200, { ready: true })
    await app.get('/orders').use(acme.as()).expect(200)
    await app.get('/orders').use(umbrella.as()).expect(503)
    await app.get('/orders').auth(acme.bad.expired(), { type: 'bearer' }).expect(401)
  })

  it('tells operators, and nobody else, which tenant is missing', async () => {
    using _down = umbrella.fail('*', faults.refuse())
    const app = open()
    await app.get('/health').expect(401)
    await app.get('/health').use(acme.as()).expect(403)
    const { body } = await app
      .get('/health')
      .use(acme.as({ scope: 'health:read' }))
      .expect(200)
    expect(body.missing).toEqual([umbrella.url])
    expect(body.issuers).toMatchObject([
      { issuer: acme.url, usable: true },
      { issuer: umbrella.url, usable: false },
    ])
    const { text } = await app.get('/ready')
    expect(text).not.toMatch(/acme|umbrella/)
  })

  it('is not ready while no tenant can be served, and is when one can', async () => {
    const outages = issuers.map((one) => one.fail('*', faults.refuse()))
    await open().get('/ready').expect(503, { ready: false })
    for (const outage of outages) outage[Symbol.dispose]()
    await open().get('/ready').expect(200, { ready: true })
  })
})
