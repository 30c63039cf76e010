import { createServer } from 'node:http'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import request from 'supertest'
import type { Auth } from 'tollgate'
import { assertAuth } from 'tollgate'
import * as forExpress from 'tollgate/express'
import * as forFastify from 'tollgate/fastify'
import * as forFetch from 'tollgate/fetch'
import * as forHono from 'tollgate/hono'
import * as forKoa from 'tollgate/koa'
import * as forNest from 'tollgate/nest'
import * as forNode from 'tollgate/node'
import type { Claims } from 'tollgate/testing'
import { createTestIssuer, withAuth } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'

const issuer = createTestIssuer()
const claims = { sub: 'alice', scope: 'orders:read' }

interface Seen {
  attached: unknown
  last: unknown
  own: unknown
}

/** What a handler of each framework sees, whose request was given an Auth and passed no guard. */
const frameworks: Readonly<Record<string, () => Promise<Seen>>> = {
  async Express() {
    const { getAuth } = forExpress.createAuth(issuer.trust())
    const app = express()
    app.get('/', (req, res) => {
      withAuth(req, claims)
      const { auth } = req as { auth?: unknown }
      res.json({ attached: auth, last: forExpress.getAuth(req), own: getAuth(req) })
    })
    return (await request(app).get('/')).body
  },
  async Koa() {
    const { getAuth } = forKoa.createAuth(issuer.trust())
    const app = new Koa()
    app.use((ctx) => {
      withAuth(ctx, claims)
      ctx.body = { attached: ctx.state['auth'], last: forKoa.getAuth(ctx), own: getAuth(ctx) }
    })
    return (await request(app.callback()).get('/')).body
  },
  async Fastify() {
    const { getAuth } = forFastify.createAuth(issuer.trust())
    const app = fastify()
    app.decorateRequest('auth')
    app.get('/', async (req) => {
      withAuth(req, claims)
      const { auth } = req as { auth?: unknown }
      return { attached: auth, last: forFastify.getAuth(req), own: getAuth(req) }
    })
    return (await app.inject('/')).json()
  },
  async Hono() {
    const { getAuth } = forHono.createAuth(issuer.trust())
    const app = new Hono<{ Variables: { auth: Auth } }>()
    app.get('/', (c) => {
      withAuth(c, claims)
      return c.json({ attached: c.get('auth'), last: forHono.getAuth(c), own: getAuth(c) })
    })
    return (await app.request('/')).json() as Promise<Seen>
  },
  async fetch() {
    const { getAuth } = forFetch.createAuth(issuer.trust())
    const req = withAuth(new Request('https://api.test/'), claims)
    expect(Object.hasOwn(req, 'auth')).toBe(false)
    return { attached: forFetch.getAuth(req), last: forFetch.getAuth(req), own: getAuth(req) }
  },
  async Node() {
    const { getAuth } = forNode.createAuth(issuer.trust())
    const server = createServer((req, res) => {
      withAuth(req, claims)
      const { auth } = req as { auth?: unknown }
      res.setHeader('content-type', 'application/json')
      res.end(JSON.stringify({ attached: auth, last: forNode.getAuth(req), own: getAuth(req) }))
    })
    return (await request(server).get('/')).body
  },
}

describe('withAuth, in each framework', () => {
  it.each(Object.entries(frameworks))(
    '%s: every getAuth gives the Auth, and it is where the guard puts it',
    async (_, run) => {
      const { attached, last, own } = await run()
      expect(attached).toMatchObject({ subject: 'alice', scopes: ['orders:read'] })
      expect(last).toEqual(attached)
      expect(own).toEqual(attached)
    },
  )

  it('Nest: a context of it, and its request', () => {
    const req: { auth?: unknown } = {}
    const context = {
      getType: () => 'http',
      switchToHttp: () => ({ getRequest: () => req, getResponse: () => ({}) }),
    }
    expect(withAuth(context, claims)).toBe(context)
    const { getAuth } = forNest.createAuth(issuer.trust())
    for (const from of [context, req]) {
      expect([forNest.getAuth(from).subject, getAuth(from).subject]).toEqual(['alice', 'alice'])
    }
    expect(req.auth).toBe(forNest.getAuth(context))
  })

  it('objects that a test has in the place of a request and of a context of Koa', () => {
    const req = withAuth({ params: { id: '1' } }, claims)
    expect(req).toMatchObject({ params: { id: '1' }, auth: { subject: 'alice' } })
    expect(forExpress.getAuth(req).subject).toBe('alice')
    const ctx = withAuth({ req: { headers: {} }, state: { a: 1 } }, claims)
    expect(ctx.state).toMatchObject({ a: 1, auth: { subject: 'alice' } })
    expect(forKoa.getAuth(ctx).subject).toBe('alice')
  })

  it('returns the request itself', () => {
    const req = {}
    expect(withAuth(req)).toBe(req)
  })
})

describe('the Auth of withAuth', () => {
  const authOf = (given?: Claims): Auth => forNode.getAuth(withAuth({}, given))

  it('is what a verifier makes of a token with the same claims', async () => {
    const { verifier } = forNode.createAuth(issuer.trust())
    for (const given of [
      {},
      { sub: 'alice', scope: 'a b', roles: ['x'], entitlements: ['y'], tenant: { id: 1 } },
      { scope: ['a', 'b'], act: { sub: 'agent', act: { sub: 'before', client_id: 'c' } } },
      { scope: undefined, roles: 'none', jti: '1' },
    ]) {
      const fixed = { iat: 1, jti: '1', ...given, exp: 4_000_000_000 }
      expect({ ...authOf(fixed) }).toEqual({ ...(await verifier.verify(issuer.mint(fixed))) })
    }
  })

  it('finds client, scopes and permissions where the profile jwt finds them', async () => {
    const { verifier } = forNode.createAuth({ ...issuer.trust(), profile: 'jwt' })
    const given = { client_id: undefined, azp: 'app', scp: ['a'], permissions: ['p'] }
    const fixed = { iat: 1, jti: '1', ...given, exp: 4_000_000_000 }
    const token = issuer.mint(fixed, { header: { typ: 'JWT' } })
    expect({ ...authOf(fixed) }).toEqual({ ...(await verifier.verify(token)) })
  })

  it('meets requirements by assertAuth as the Auth of a token does', () => {
    const auth = authOf({ scope: 'a', roles: ['admin'], tenant: 'acme' })
    assertAuth(auth, { scope: 'a', role: 'admin', claims: { tenant: 'acme' }, actor: false })
    expect(() => assertAuth(auth, { scope: 'b' })).toThrow('does not permit')
    expect(() => assertAuth(auth, { claims: { tenant: 'other' } })).toThrow('permit')
  })

  it('is frozen deeply, and leaves the claims of the test as they are', () => {
    const given = { tenant: { ids: [1] } }
    const auth = authOf(given)
    for (const value of [auth, auth.claims, auth.scopes, auth.claims['tenant']]) {
      expect(Object.isFrozen(value)).toBe(true)
    }
    expect(Object.isFrozen(given.tenant)).toBe(false)
    given.tenant.ids.push(2)
    expect(auth.claims['tenant']).toEqual({ ids: [1] })
  })

  it('has a token that no verifier accepts, and that no JSON shows', async () => {
    const auth = authOf()
    const { verifier } = forNode.createAuth(issuer.trust())
    await expect(verifier.verify(auth.token)).rejects.toMatchObject({ reason: 'malformed' })
    expect(JSON.stringify(auth)).not.toContain(auth.token)
    expect(Object.keys(auth)).not.toContain('token')
  })
})

describe('withAuth opens no guard', () => {
  const { requireAuth, getAuth } = forNode.createAuth(issuer.trust())
  const response = () => ({ statusCode: 200, setHeader() {}, end() {} })

  it('a guard refuses a request without a token, and then nobody is known', async () => {
    const req = withAuth({ headers: {} }, claims)
    const res = response()
    expect(await requireAuth()(req, res)).toBe(false)
    expect(res.statusCode).toBe(401)
    expect(getAuth(req, { optional: true })).toBeUndefined()
    expect(forNode.getAuth(req, { optional: true })).toBeUndefined()
    expect((req as { auth?: unknown }).auth).toBeUndefined()
  })

  it('an optional guard takes the caller for anonymous', async () => {
    const req = withAuth({ headers: {} }, claims)
    expect(await requireAuth({ optional: true })(req, response())).toBeUndefined()
    expect(getAuth(req, { optional: true })).toBeUndefined()
    expect(forNode.getAuth(req, { optional: true })).toBeUndefined()
  })

  it('a guard that admits the token of the request replaces the Auth', async () => {
    const req = withAuth({ headers: issuer.headers({ sub: 'bob' }) }, claims)
    expect(await requireAuth()(req, response())).toMatchObject({ subject: 'bob' })
    expect([getAuth(req).subject, forNode.getAuth(req).subject]).toEqual(['bob', 'bob'])
    const other = forNode.createAuth(issuer.trust())
    expect(() => other.getAuth(req)).toThrow('another createAuth')
  })

  it('a second call replaces the Auth of the first', () => {
    const req = withAuth(withAuth({}, { sub: 'alice' }), { sub: 'bob' })
    expect(getAuth(req).subject).toBe('bob')
  })
})

describe('wrong arguments of withAuth', () => {
  it.each<[string, unknown, unknown, string]>([
    [
      'no request',
      undefined,
      {},
      "argument 'request' of withAuth must be a request, not undefined",
    ],
    [
      'claims that are no object',
      {},
      'alice',
      "argument 'claims' of withAuth must be a plain object",
    ],
    [
      'no subject',
      {},
      { sub: undefined },
      "claim 'sub' of withAuth must be a string, not undefined",
    ],
    [
      'an issuer that is no text',
      {},
      { iss: 1 },
      "claim 'iss' of withAuth must be a string, not 1",
    ],
    ['an exp that is no number', {}, { exp: NaN }, "claim 'exp' of withAuth must be a number"],
    ['an actor without a sub', {}, { act: {} }, "claim 'act' of withAuth must have a sub"],
    ['a context without its request', { state: {} }, {}, 'write { req: {}, state: {} }'],
  ])('%s', (_, req, given, message) => {
    expect(() => withAuth(req as object, given as Claims)).toThrow(TypeError)
    expect(() => withAuth(req as object, given as Claims)).toThrow(message)
  })
})
