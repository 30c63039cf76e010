import koaCors from '@koa/cors'
import Router from '@koa/router'
import Koa from 'koa'
import Koa2 from 'koa2'
import supertest from 'supertest'
import { createAuth, getAuth } from 'tollgate/koa'
import { describe, expect, it } from 'vitest'
import {
  challenge,
  countedTrust,
  dead,
  expectNoStrayErrors,
  issuer,
  origin,
  other,
  preflight,
} from './stage.ts'

expectNoStrayErrors()

/** The types of @koa/router demand another context than those of Koa. */
const routes = (router: Router): Koa.Middleware => router.routes() as never

describe.each([
  ['Koa 2', Koa2 as unknown as typeof Koa],
  ['Koa 3', Koa],
])('guards in %s', (name, Framework) => {
  const { requireAuth } = createAuth(issuer.trust())
  const sayWho: Koa.Middleware = (ctx) => {
    ctx.body = JSON.stringify(getAuth(ctx).subject)
  }
  const serve = (...middleware: Koa.Middleware[]) => {
    const app = new Framework()
    app.silent = true
    for (const each of middleware) app.use(each)
    return supertest(app.callback())
  }

  describe('a router with a prefix', () => {
    const guarded = () => {
      const seen: unknown[] = []
      const check = (_auth: unknown, { url, path }: { url: string; path: string }) =>
        seen.push({ url, path }) > 0
      const api = new Router({ prefix: '/api' }).use(requireAuth({ check })).get('/me', sayWho)
      const open = new Router().get('/open', (ctx) => {
        ctx.body = 'open'
      })
      return { app: serve(routes(open), routes(api)), seen }
    }

    it(`in ${name}, a guard on a router guards its routes and no others`, async () => {
      const { app } = guarded()
      await app.get('/open').expect(200)
      await app.get('/api/me').expect(401).expect('www-authenticate', challenge)
      await app
        .get('/api/me')
        .use(issuer.as({ sub: 'alice' }))
        .expect(200, '"alice"')
    })

    it(`in ${name}, only a guard before the router answers 401 for unknown routes to callers without a token`, async () => {
      const { app } = guarded()
      await app.get('/api/none').expect(404)
      const behind = serve(requireAuth(), routes(new Router().get('/me', sayWho)))
      await behind.get('/none').expect(401)
      await behind.get('/none').use(issuer.as()).expect(404)
    })

    it(`in ${name}, check on a router with a prefix is given the whole url and path`, async () => {
      const { app, seen } = guarded()
      await app.get('/api/me?a=1').use(issuer.as()).expect(200)
      expect(seen).toEqual([{ url: '/api/me?a=1', path: '/api/me' }])
    })
  })

  it(`in ${name}, getAuth works in a router inside of a guarded router`, async () => {
    const inner = new Router().get('/me', sayWho)
    const outer = new Router().use('/inner', requireAuth(), inner.routes() as never)
    const app = serve(routes(outer))
    await app.get('/inner/me').expect(401)
    await app
      .get('/inner/me')
      .use(issuer.as({ sub: 'alice' }))
      .expect(200, '"alice"')
  })

  it(`in ${name}, guards on a router and on its route both decide and verify the token once`, async () => {
    const { options, count } = countedTrust()
    const counted = createAuth(options)
    const api = new Router()
      .use(counted.requireAuth({ scope: 'api' }))
      .get('/orders', counted.requireAuth({ scope: 'orders' }), sayWho)
    const app = serve(counted.requireAuth(), routes(api))
    const call = (scope: string) => app.get('/orders').use(issuer.as({ scope }))
    await call('api orders').expect(200)
    expect(count.accepted).toBe(1)
    const onRoute = await call('api').expect(403)
    expect(onRoute.headers['www-authenticate']).toContain('scope="orders"')
    const onRouter = await call('orders').expect(403)
    expect(onRouter.headers['www-authenticate']).toContain('scope="api"')
    expect(count.accepted).toBe(3)
  })

  describe('two issuers', () => {
    const theirs = createAuth(other.trust())

    it(`in ${name}, two routers that trust different issuers never accept the tokens of each other`, async () => {
      const app = serve(
        routes(new Router().use(requireAuth()).get('/ours', sayWho)),
        routes(new Router().use(theirs.requireAuth()).get('/theirs', sayWho)),
      )
      for (const [path, right, wrong] of [
        ['/ours', issuer, other],
        ['/theirs', other, issuer],
      ] as const) {
        await app.get(path).use(right.as()).expect(200)
        await app.get(path).use(wrong.as()).expect(401)
      }
    })

    it(`in ${name}, two guards of different issuers on one app accept tokens of neither issuer, in either order`, async () => {
      for (const guards of [
        [requireAuth(), theirs.requireAuth()],
        [theirs.requireAuth(), requireAuth()],
        [requireAuth(), theirs.requireAuth({ optional: true })],
      ]) {
        const app = serve(...guards, sayWho)
        await app.get('/').use(issuer.as()).expect(401)
        await app.get('/').use(other.as()).expect(401)
      }
    })

    it(`in ${name}, getAuth gives the Auth of the last guard`, async () => {
      const both = createAuth({ ...issuer.trust(), issuer: [issuer.url, other.url] })
      const found: unknown[] = []
      const check = (auth: object): boolean => found.push(auth) > 0
      const app = serve(both.requireAuth({ check }), requireAuth({ check }), (ctx) => {
        const got = getAuth(ctx)
        ctx.body = [got === found[1], ctx.state['auth'] === got, found[0] === got]
      })
      await app.get('/').use(issuer.as()).expect(200, [true, true, false])
    })
  })

  describe('CORS', () => {
    const frame: Koa.Middleware = (ctx, next) => {
      ctx.set({ 'X-Frame-Options': 'DENY', 'Cache-Control': 'public, max-age=60' })
      return next()
    }

    it(`in ${name}, CORS before the guard answers preflights and adds its headers to every refusal`, async () => {
      const scoped = requireAuth({ scope: 'a' })
      const app = serve(koaCors({ origin }), frame, scoped, sayWho)
      const asked = await app.options('/').set(preflight).expect(204)
      expect(asked.headers['access-control-allow-headers']).toBe('authorization')
      const unavailable = createAuth(dead.trust()).requireAuth()
      for (const refused of [
        await app.get('/').expect(401),
        await app.get('/').use(issuer.as()).expect(403),
        await serve(koaCors({ origin }), frame, unavailable).get('/').use(dead.as()).expect(503),
      ]) {
        expect(refused.headers).toMatchObject({
          'access-control-allow-origin': origin,
          'x-frame-options': 'DENY',
          'cache-control': 'no-store',
        })
      }
    })

    it(`in ${name}, CORS behind the guard answers no preflight, because the guard refuses it`, async () => {
      const app = serve(requireAuth(), koaCors({ origin }), sayWho)
      const asked = await app.options('/').set(preflight).expect(401)
      expect(asked.headers).not.toHaveProperty('access-control-allow-origin')
    })
  })

  describe('a body that is read from the stream', () => {
    const parse: Koa.Middleware = async (ctx, next) => {
      let text = ''
      for await (const chunk of ctx.req.setEncoding('utf8')) text += chunk
      try {
        ctx.state['body'] = JSON.parse(text)
      } catch {
        ctx.throw(400, 'not JSON')
      }
      return next()
    }
    const echo: Koa.Middleware = (ctx) => {
      ctx.body = ctx.state['body']
    }

    it.each([
      ['before', [parse, requireAuth(), echo], 400],
      ['behind', [requireAuth(), parse, echo], 401],
    ] as const)(
      `in ${name}, a body that is parsed %s the guard reaches the handler`,
      async (_where, middleware, malformed) => {
        const app = serve(...middleware)
        await app.post('/').use(issuer.as()).send({ a: 1 }).expect(200, { a: 1 })
        await app.post('/').send({ a: 1 }).expect(401)
        await app.post('/').type('json').send('{').expect(malformed)
        await app.post('/').use(issuer.as()).type('json').send('{').expect(400, 'not JSON')
      },
    )
  })

  describe('HEAD and OPTIONS', () => {
    const router = new Router().get('/', requireAuth({ scope: 'a' }), sayWho)
    const alone = serve(routes(router), router.allowedMethods() as never)
    const behind = serve(
      requireAuth({ scope: 'a' }),
      routes(router),
      router.allowedMethods() as never,
    )

    it.each([
      ['a guard on the route', alone],
      ['a guard on the app', behind],
    ])(`in ${name}, %s answers HEAD with the headers of GET and no body`, async (_where, app) => {
      const { date: _d, connection: _c, ...get } = (await app.get('/').expect(401)).headers
      const head = await app.head('/').expect(401)
      expect(head.headers).toMatchObject(get)
      expect(head.text).toBeUndefined()
      await app
        .head('/')
        .use(issuer.as({ scope: 'a' }))
        .expect(200)
    })

    it(`in ${name}, a guard on the app guards OPTIONS, and a guard on a GET route does not`, async () => {
      expect((await alone.options('/').expect(200)).headers['allow']).toBe('HEAD, GET')
      await behind.options('/').expect(401)
      await behind
        .options('/')
        .use(issuer.as({ scope: 'a' }))
        .expect(200)
    })
  })
})
