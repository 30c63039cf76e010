import supertest from 'supertest'
import { createVerifier } from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { createApp, keyOf } from '../../examples/recipes/rate-limit.ts'

const issuer = createTestIssuer()

describe('examples/recipes/rate-limit.ts', () => {
  it('counts the calls of each user, whatever token they bring', async () => {
    const app = createApp(issuer.trust(), { calls: 2 })
    const call = (sub: string) =>
      supertest(app)
        .get('/orders')
        .use(issuer.as({ sub, scope: 'orders:read' }))
    await call('alice').expect(200)
    await call('alice').expect(200)
    const { headers } = await call('alice').expect(429)
    expect(Number(headers['retry-after'])).toBeGreaterThan(0)
    await call('bob').expect(200)
  })

  it('takes nothing from a user for a forged token in the name of that user', async () => {
    const app = createApp(issuer.trust(), { calls: 1 })
    const forged = issuer.bad.wrongKey({ sub: 'alice', scope: 'orders:read' })
    await supertest(app).get('/orders').auth(forged, { type: 'bearer' }).expect(401)
    await supertest(app)
      .get('/orders')
      .use(issuer.as({ sub: 'alice', scope: 'orders:read' }))
      .expect(200)
  })

  it('counts the refusals of an address, and not its good calls', async () => {
    const app = createApp(issuer.trust(), { refusals: 2 })
    const good = issuer.mint({ scope: 'orders:read' })
    const call = (token: string) => supertest(app).get('/orders').auth(token, { type: 'bearer' })
    for (let i = 0; i < 4; i++) await call(good).expect(200)
    await call(issuer.bad.expired()).expect(401)
    await call(issuer.mint()).expect(403)
    await call(issuer.bad.expired()).expect(429)
  })

  it('keeps users of one subject at two issuers apart', async () => {
    const other = createTestIssuer({ url: 'https://other.test' })
    const [here, there] = await Promise.all(
      [issuer, other].map((one) => createVerifier(one.trust()).verify(one.mint({ sub: '7' }))),
    )
    expect(keyOf(here as never)).not.toBe(keyOf(there as never))
  })
})
