import request from 'supertest'
import {
  assertRejectsHostileTokens,
  assertSurvivesIssuerFaults,
  createTestIssuer,
} from 'tollgate/testing'
import { expect, it } from 'vitest'
import { createApp } from './express.ts'

const issuer = createTestIssuer()
// trust() gives { issuer, audience, fetch, now }. Everything else is as in production.
const app = createApp(issuer.trust())

it('lists orders for whoever may read them', async () => {
  await request(app)
    .get('/orders')
    .use(issuer.as({ scope: 'orders:read' }))
    .expect(200)
  await request(app).get('/orders').use(issuer.as()).expect(403)
  await request(app).get('/orders').expect(401)
})

it('refuses a token once it has expired', async () => {
  const headers = issuer.headers({ scope: 'orders:read' })
  await request(app).get('/orders').set(headers).expect(200)
  issuer.clock.advance(3600)
  await request(app).get('/orders').set(headers).expect(401)
  expect(issuer.requests.count('jwks')).toBe(1)
})

it('rejects every hostile token, and survives every fault of its issuer', async () => {
  const route = { issuer, path: '/orders', scope: 'orders:read' }
  await assertRejectsHostileTokens(app, route)
  await assertSurvivesIssuerFaults(createApp, route)
})
