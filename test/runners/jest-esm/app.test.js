import { jest } from '@jest/globals'
import request from 'supertest'
import {
  assertRejectsHostileTokens,
  authorized,
  createTestIssuer,
  describeHostileTokens,
  forbidden,
  matchers,
  unauthorized,
  withAuth,
} from 'tollgate/testing'
import { createApp, showMe } from './app.js'

expect.extend(matchers)

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
  expect(await get()).toBeAuthorized()
  issuer.clock.advance(3600)
  expect(await get()).toBeUnauthorized({ error: 'invalid_token' })
  issuer.clock.reset()
})

test('the handler alone shows who the caller is', () => {
  const json = jest.fn()
  showMe(withAuth({}, { sub: 'alice', roles: ['admin'] }), { json })
  expect(json).toHaveBeenCalledWith({ id: 'alice', isAdmin: true })
})

test('no hostile token passes', () => assertRejectsHostileTokens(app, orders))

describeHostileTokens({ describe, test }, () => app, orders)
