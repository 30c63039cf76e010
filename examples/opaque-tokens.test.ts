import request from 'supertest'
import { createTestIssuer, faults } from 'tollgate/testing'
import { expect, it } from 'vitest'
import { createApp, issuerWithOpaqueTokens } from './opaque-tokens.ts'

const issuer = createTestIssuer()
const app = createApp(
  issuer.trust({ issuer: issuerWithOpaqueTokens(issuer.url, 'the-secret-of-the-orders-api') }),
)
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

it('accepts opaque tokens beside JWTs, and notices within a minute that one was taken back', async () => {
  const token = issuer.opaque({ sub: 'alice', scope: 'orders:read' })
  await request(app).get('/orders').set(bearer(token)).expect(200, { ordersOf: 'alice' })
  await request(app).get('/orders').set(bearer(issuer.opaque())).expect(403)
  await request(app)
    .get('/orders')
    .use(issuer.as({ scope: 'orders:read' }))
    .expect(200)
  issuer.revoke(token)
  issuer.clock.advance(60)
  await request(app).get('/orders').set(bearer(token)).expect(401)
})

it('asks about JWTs where a route demands it', async () => {
  const token = issuer.mint()
  await request(app).delete('/account').set(bearer(token)).expect(204)
  issuer.revoke(token)
  issuer.clock.advance(60)
  await request(app).delete('/account').set(bearer(token)).expect(401)
  expect(issuer.requests.count('introspection')).toBeGreaterThan(1)
})

it('answers 503 while the issuer cannot be asked', async () => {
  issuer.fail('introspection', faults.status(503))
  await request(app).get('/orders').set(bearer(issuer.opaque())).expect(503)
})
