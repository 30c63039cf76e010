const assert = require('node:assert/strict')
const request = require('supertest')
const {
  assertRejectsHostileTokens,
  authorized,
  createTestIssuer,
  describeHostileTokens,
  forbidden,
  unauthorized,
  withAuth,
} = require('tollgate/testing')
const { createApp, showMe } = require('../app')

const issuer = createTestIssuer()
const app = createApp(issuer.trust())
const orders = { issuer, path: '/orders', scope: 'orders:read' }

it('orders are for whoever may read them', async () => {
  const get = () => request(app).get('/orders')
  await get().expect(unauthorized({ error: null, scope: 'orders:read' }))
  await get()
    .use(issuer.as())
    .expect(forbidden({ scope: 'orders:read' }))
  await get()
    .use(issuer.as({ sub: 'alice', scope: 'orders:read' }))
    .expect(authorized())
    .expect({ ordersOf: 'alice' })
})

it('users are removed by admins alone', async () => {
  const remove = (roles) => request(app).delete('/users/7').use(issuer.as({ roles }))
  await remove(['editor']).expect(forbidden())
  await remove(['admin']).expect(200, { removed: '7' })
})

it('a token expires', async () => {
  const get = () => request(app).get('/me').set(headers)
  const headers = issuer.headers()
  await get().expect(authorized())
  issuer.clock.advance(3600)
  await get().expect(unauthorized({ error: 'invalid_token' }))
  issuer.clock.reset()
})

it('the handler alone shows who the caller is', () => {
  const shown = []
  const res = { json: (body) => shown.push(body) }
  showMe(withAuth({}, { sub: 'alice', roles: ['admin'] }), res)
  assert.deepEqual(shown, [{ id: 'alice', isAdmin: true }])
})

it('no hostile token passes', () => assertRejectsHostileTokens(app, orders))

describeHostileTokens({ describe, test: it }, () => app, orders)
