import cors from 'cors'
import express from 'express'
import supertest from 'supertest'
import { createAuth } from 'tollgate/express'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { createApp, createKoaApp } from '../../examples/recipes/cors.ts'

const issuer = createTestIssuer()
const origin = 'https://app.example.com'
const preflight = {
  origin,
  'access-control-request-method': 'GET',
  'access-control-request-headers': 'authorization',
}

describe.each([
  ['Express', createApp(issuer.trust())],
  ['Koa', createKoaApp(issuer.trust()).callback()],
])('examples/recipes/cors.ts in %s', (_, app) => {
  it('answers the preflight of a browser, which has no token', async () => {
    const { headers } = await supertest(app).options('/orders').set(preflight).expect(204)
    expect(headers['access-control-allow-origin']).toBe(origin)
    expect(headers['access-control-allow-headers']).toBe('authorization')
  })

  it.each([
    ['no token', undefined, 401],
    ['an expired token', issuer.bad.expired(), 401],
    ['a missing scope', issuer.mint(), 403],
    ['a good token', issuer.mint({ scope: 'orders:read' }), 200],
  ])('lets a script of the web app read the answer to %s', async (_, token, status) => {
    const call = supertest(app).get('/orders').set({ origin })
    if (token !== undefined) call.auth(token, { type: 'bearer' })
    const { headers } = await call.expect(status)
    expect(headers['access-control-allow-origin']).toBe(origin)
    expect(headers['access-control-expose-headers']).toBe('WWW-Authenticate,Retry-After')
    if (status !== 200) expect(headers['www-authenticate']).toMatch(/^Bearer realm="api"/)
    expect(headers).not.toHaveProperty('access-control-allow-credentials')
  })

  it('names its own web app to a page of any other origin', async () => {
    const { headers } = await supertest(app).get('/orders').set({ origin: 'https://evil.example' })
    expect(headers['access-control-allow-origin']).not.toMatch(/evil|\*/)
  })
})

it('a guard before the CORS middleware refuses the preflight, as the page says', async () => {
  const { requireAuth } = createAuth(issuer.trust())
  const app = express().use(requireAuth()).use(cors({ origin }))
  const { headers } = await supertest(app).options('/orders').set(preflight).expect(401)
  expect(headers).not.toHaveProperty('access-control-allow-origin')
})
