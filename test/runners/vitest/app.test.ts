import type { Request, Response } from 'express'
import request from 'supertest'
import {
  assertRejectsHostileTokens,
  createTestIssuer,
  describeHostileTokens,
  withAuth,
} from 'tollgate/testing'
import { expect, test } from 'tollgate/vitest'
import { describe, it, vi } from 'vitest'
import { createApp, showMe } from './app.ts'

test('orders are for whoever may read them', async ({ issuer }) => {
  const app = createApp(issuer.trust())
  const get = () => request(app).get('/orders')
  expect(await get()).toBeUnauthorized({ error: null, scope: 'orders:read' })
  expect(await get().use(issuer.as())).toBeForbidden({ scope: 'orders:read' })
  const answer = await get().use(issuer.as({ sub: 'alice', scope: 'orders:read' }))
  expect(answer).toBeAuthorized()
  expect(answer.body).toEqual({ ordersOf: 'alice' })
})

test('users are removed by admins alone', async ({ issuer }) => {
  const app = createApp(issuer.trust())
  const remove = (roles: readonly string[]) =>
    request(app).delete('/users/7').use(issuer.as({ roles }))
  expect(await remove(['editor'])).toBeForbidden()
  expect(await remove(['admin'])).toBeAuthorized()
})

test('a token expires', async ({ issuer }) => {
  const app = createApp(issuer.trust())
  const headers = issuer.headers()
  const get = () => request(app).get('/me').set(headers)
  expect(await get()).toBeAuthorized()
  issuer.clock.advance(3600)
  expect(await get()).toBeUnauthorized({ error: 'invalid_token' })
})

test('the handler alone shows who the caller is', () => {
  const json = vi.fn()
  const req = withAuth({} as Request, { sub: 'alice', roles: ['admin'] })
  showMe(req, { json } as unknown as Response)
  expect(json).toHaveBeenCalledWith({ id: 'alice', isAdmin: true })
})

test('no hostile token passes', async ({ issuer }) => {
  const app = createApp(issuer.trust())
  await assertRejectsHostileTokens(app, { issuer, path: '/orders', scope: 'orders:read' })
})

const issuer = createTestIssuer()
const app = createApp(issuer.trust())
describeHostileTokens({ describe, test: it }, () => app, {
  issuer,
  path: '/orders',
  scope: 'orders:read',
})
