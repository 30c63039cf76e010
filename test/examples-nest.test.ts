import type { INestApplication } from '@nestjs/common'
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js'
import express from 'express'
import supertest from 'supertest'
import { createVerifier } from 'tollgate'
import { createAuth } from 'tollgate/express'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import {
  byType,
  requireAuthOfMessage,
  requireAuthOfResolver,
} from '../examples/recipes/nest-beyond-http.ts'
import { createApp as createCurrentAuthApp } from '../examples/recipes/nest-current-auth.ts'
import { createApp as createGlobalGuardApp } from '../examples/recipes/nest-global-guard.ts'
import { createApp as createRefusalsApp } from '../examples/recipes/nest-refusals.ts'

const issuer = createTestIssuer()
const started = async (app: INestApplication) => supertest((await app.init()).getHttpServer())
const orders = { scope: 'orders:read' }

describe('examples/recipes/nest-current-auth.ts', () => {
  it('gives the caller as a parameter, and fails where the route has no guard', async () => {
    const app = await started(await createCurrentAuthApp(issuer.trust()))
    await app.get('/me').expect(401)
    await app
      .get('/me')
      .use(issuer.as({ sub: 'alice', scope: 'a' }))
      .expect(200, { subject: 'alice', scopes: ['a'] })
    await app.get('/feed').expect(200, { hello: 'stranger' })
    await app
      .get('/feed')
      .use(issuer.as({ sub: 'alice' }))
      .expect(200, { hello: 'alice' })
    await app
      .get('/unguarded')
      .use(issuer.as({ sub: 'alice' }))
      .expect(500)
  })
})

describe('examples/recipes/nest-global-guard.ts', () => {
  it('guards every route that is not public, and lets a route ask for more', async () => {
    const app = await started(await createGlobalGuardApp(issuer.trust()))
    await app.get('/health').expect(200, { ok: true })
    await app.get('/orders').expect(401)
    await app.get('/orders').use(issuer.as({})).expect(200)
    await app.get('/orders/all').expect(401)
    await app.get('/orders/all').use(issuer.as({})).expect(403)
    await app
      .get('/orders/all')
      .use(issuer.as({ roles: ['admin'] }))
      .expect(200)
  })
})

describe('examples/recipes/nest-refusals.ts', () => {
  it('answers refusals by a filter, with the challenge, and logs each of them', async () => {
    const lines: string[] = []
    const logger = { warn: (line: string) => void lines.push(line) }
    const app = await started(await createRefusalsApp(issuer.trust(), logger as never))
    await app
      .get('/orders?access_token=secret')
      .expect(401, { problem: 'Unauthorized' })
      .expect('www-authenticate', 'Bearer realm="api", scope="orders:read"')
    await app.get('/orders').use(issuer.as({})).expect(403, { problem: 'Forbidden' })
    await app.get('/orders').use(issuer.as(orders)).expect(200)
    const line = { method: 'GET', path: '/orders' }
    expect(lines.map((one) => JSON.parse(one))).toEqual([
      { refused: 'no-credentials', status: 401, ...line },
      { refused: 'scope', status: 403, ...line },
    ])
  })

  it('answers an error of userinfo() by the same filter, with the challenge', async () => {
    const logger = { warn: () => {} }
    const app = await started(await createRefusalsApp(issuer.trust(), logger as never))
    await app
      .get('/profile')
      .use(issuer.as({ scope: 'openid' }))
      .expect(200)
    await app
      .get('/profile')
      .use(issuer.as({}))
      .expect(403, { problem: 'Forbidden' })
      .expect('www-authenticate', /^Bearer realm="api", scope="openid", error="insufficient_scope"/)
  })
})

describe('examples/recipes/nest-beyond-http.ts', () => {
  const verifier = createVerifier(issuer.trust())
  const ofType = (type: string, ...args: unknown[]) => {
    const context = new ExecutionContextHost(args)
    context.setType(type)
    return context
  }

  it('guards messages by the token in their data', async () => {
    const guard = requireAuthOfMessage(verifier, orders)
    const ask = async (data: object) => guard.canActivate(ofType('rpc', data))
    expect(await ask({ token: issuer.mint(orders) })).toBe(true)
    await expect(ask({ token: issuer.mint() })).rejects.toMatchObject({ reason: 'scope' })
    await expect(ask({ token: issuer.bad.expired() })).rejects.toMatchObject({ status: 401 })
    for (const data of [{}, { token: 5 }, { token: '' }]) {
      await expect(ask(data)).rejects.toMatchObject({ status: 401 })
    }
  })

  it('guards resolvers behind a middleware of Express that admits anonymous callers', async () => {
    const guard = requireAuthOfResolver(orders)
    const app = express().use(createAuth({ verifier }).requireAuth({ optional: true }))
    app.post('/graphql', async (req, res) => {
      const context = ofType('graphql', undefined, {}, { req }, {})
      const answer = async () => guard.canActivate(context)
      res.json(await answer().catch(({ reason }) => reason))
    })
    const ask = () => supertest(app).post('/graphql')
    await ask().expect(200, '"no-credentials"')
    await ask().use(issuer.as({})).expect(200, '"scope"')
    await ask().use(issuer.as(orders)).expect(200, 'true')
    await ask().auth(issuer.bad.expired(), { type: 'bearer' }).expect(401)
  })

  it('asks the guard for the kind of context, and lets in nobody where there is none', async () => {
    const guard = byType({ rpc: requireAuthOfMessage(verifier), http: { canActivate: () => true } })
    expect(guard.canActivate(ofType('http'))).toBe(true)
    expect(await guard.canActivate(ofType('rpc', { token: issuer.mint() }))).toBe(true)
    for (const type of ['ws', 'toString']) {
      expect(() => guard.canActivate(ofType(type))).toThrow(`no guard for contexts of type ${type}`)
    }
  })
})
