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
const { createApp, showMe } = require('./app')

const issuer = createTestIssuer()
const app = createApp(issuer.trust())
const orders = { issuer, path: '/orders', scope: 'orders:read' }

test('orders are for whoever may read them', async () => {
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

test('users are removed by admins alone', async () => {
  const remove = (roles) => request(app).delete('/users/7').use(issuer.as({ roles }))
  await remove(['editor']).expect(forbidden())
  await remove(['admin']).expect(200, { removed: '7' })
})

test('a token expires', async () => {
  const get = () => request(app).get('/me').set(headers)
  const headers = issuer.headers()
  await get().expect(authorized())
  issuer.clock.advance(3600)
  await get().expect(unauthorized({ error: 'invalid_token' }))
  issuer.clock.reset()
})

test('the handler alone shows who the caller is', () => {
  const json = jest.fn()
  showMe(withAuth({}, { sub: 'alice', roles: ['admin'] }), { json })
  expect(json).toHaveBeenCalledWith({ id: 'alice', isAdmin: true })
})

test('an app that takes no options trusts the test issuer in the place of its own', async () => {
  const own = { issuer: 'https://login.example.com', audience: 'https://api.example.com' }
  const stand = createTestIssuer({ url: own.issuer, audience: own.audience })
  const interception = stand.interceptGlobalFetch()
  await request(createApp(own)).get('/me').use(stand.as()).expect(authorized())
  interception[Symbol.dispose]()
})

test('no hostile token passes', () => assertRejectsHostileTokens(app, orders))

describeHostileTokens({ describe, test }, () => app, orders)
