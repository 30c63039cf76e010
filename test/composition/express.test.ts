import cors from 'cors'
import express from 'express'
import express4 from 'express4'
import supertest from 'supertest'
import { createAuth, getAuth } from 'tollgate/express'
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

describe.each([
  ['Express 4', express4 as unknown as typeof express],
  ['Express 5', express],
])('guards in %s', (name, framework) => {
  const { requireAuth } = createAuth(issuer.trust())
  const sayWho: express.RequestHandler = (req, res) => void res.json(getAuth(req).subject)
  const { Router } = framework

  describe('a mounted router', () => {
    const guarded = () => {
      const seen: unknown[] = []
      const check = (_auth: unknown, { originalUrl, url }: { originalUrl: string; url: string }) =>
        seen.push({ originalUrl, url }) > 0
      const api = Router().use(requireAuth({ check })).get('/me', sayWho)
      const app = framework()
        .use('/api', api)
        .get('/open', (_req, res) => void res.json('open'))
      return { app, seen }
    }

    it(`in ${name}, a guard on a mounted router guards its routes and no others`, async () => {
      const { app } = guarded()
      await supertest(app).get('/open').expect(200)
      await supertest(app).get('/api/me').expect(401).expect('www-authenticate', challenge)
      await supertest(app)
        .get('/api/me')
        .use(issuer.as({ sub: 'alice' }))
        .expect(200, '"alice"')
    })

    it(`in ${name}, a guarded router answers 401 for unknown routes to callers without a token`, async () => {
      const { app } = guarded()
      await supertest(app).get('/api/none').expect(401)
      await supertest(app).get('/api/none').use(issuer.as()).expect(404)
      await supertest(app).get('/none').expect(404)
    })

    it(`in ${name}, check on a mounted router is given the request with originalUrl and url`, async () => {
      const { app, seen } = guarded()
      await supertest(app).get('/api/me?a=1').use(issuer.as()).expect(200)
      expect(seen).toEqual([{ originalUrl: '/api/me?a=1', url: '/me?a=1' }])
    })
  })

  it(`in ${name}, getAuth works in an app that is mounted in a guarded app`, async () => {
    const inner = framework().get('/me', sayWho)
    const app = framework().use('/inner', requireAuth(), inner)
    await supertest(app).get('/inner/me').expect(401)
    await supertest(app)
      .get('/inner/me')
      .use(issuer.as({ sub: 'alice' }))
      .expect(200, '"alice"')
  })

  it(`in ${name}, guards on a router and on its route both decide and verify the token once`, async () => {
    const { options, count } = countedTrust()
    const counted = createAuth(options)
    const api = Router()
      .use(counted.requireAuth({ scope: 'api' }))
      .get('/orders', counted.requireAuth({ scope: 'orders' }), sayWho)
    const app = framework().use('/api', counted.requireAuth(), api)
    const call = (scope: string) => supertest(app).get('/api/orders').use(issuer.as({ scope }))
    await call('api orders').expect(200)
    expect(count.accepted).toBe(1)
    const onRoute = await call('api').expect(403)
    expect(onRoute.body.scope).toBe('orders')
    const onRouter = await call('orders').expect(403)
    expect(onRouter.body.scope).toBe('api')
    expect(count.accepted).toBe(3)
  })

  describe('two issuers', () => {
    const theirs = createAuth(other.trust())

    it(`in ${name}, two routers that trust different issuers never accept the tokens of each other`, async () => {
      const app = framework()
        .use('/ours', Router().use(requireAuth()).get('/', sayWho))
        .use('/theirs', Router().use(theirs.requireAuth()).get('/', sayWho))
      for (const [path, right, wrong] of [
        ['/ours', issuer, other],
        ['/theirs', other, issuer],
      ] as const) {
        await supertest(app).get(path).use(right.as()).expect(200)
        await supertest(app).get(path).use(wrong.as()).expect(401)
      }
    })

    it(`in ${name}, two guards of different issuers on one route accept tokens of neither issuer, in either order`, async () => {
      const app = framework()
        .get('/ours-first', requireAuth(), theirs.requireAuth(), sayWho)
        .get('/theirs-first', theirs.requireAuth(), requireAuth(), sayWho)
        .get('/theirs-optional', requireAuth(), theirs.requireAuth({ optional: true }), sayWho)
      for (const path of ['/ours-first', '/theirs-first', '/theirs-optional']) {
        await supertest(app).get(path).use(issuer.as()).expect(401)
        await supertest(app).get(path).use(other.as()).expect(401)
      }
    })

    it(`in ${name}, getAuth gives the Auth of the last guard on a route`, async () => {
      const both = createAuth({ ...issuer.trust(), issuer: [issuer.url, other.url] })
      const found: unknown[] = []
      const check = (auth: object): boolean => found.push(auth) > 0
      const app = framework().get(
        '/',
        both.requireAuth({ check }),
        requireAuth({ check }),
        (req, res) => {
          res.json([found.length, getAuth(req) === found[1], found[0] === found[1]])
        },
      )
      await supertest(app).get('/').use(issuer.as()).expect(200, [2, true, false])
    })
  })

  describe('CORS', () => {
    const answers = async (...order: express.RequestHandler[]) => {
      const app = framework()
      for (const handler of order) app.use(handler)
      app.get('/', sayWho)
      app.get('/scoped', requireAuth({ scope: 'a' }), sayWho)
      return supertest(app)
    }
    const frame: express.RequestHandler = (_req, res, next) => {
      res.set({ 'X-Frame-Options': 'DENY', 'Cache-Control': 'public, max-age=60' })
      next()
    }

    it(`in ${name}, CORS before the guard answers preflights and adds its headers to every refusal`, async () => {
      const app = await answers(cors({ origin }), frame, requireAuth())
      const asked = await app.options('/').set(preflight).expect(204)
      expect(asked.headers['access-control-allow-headers']).toBe('authorization')
      const unavailable = framework()
        .use(cors({ origin }), frame)
        .use(createAuth(dead.trust()).requireAuth())
      for (const refused of [
        await app.get('/').expect(401),
        await app.get('/scoped').use(issuer.as()).expect(403),
        await supertest(unavailable).get('/').use(dead.as()).expect(503),
      ]) {
        expect(refused.headers).toMatchObject({
          'access-control-allow-origin': origin,
          'x-frame-options': 'DENY',
          'cache-control': 'no-store',
        })
      }
    })

    it(`in ${name}, CORS behind the guard answers no preflight, because the guard refuses it`, async () => {
      const app = await answers(requireAuth(), cors({ origin }))
      const asked = await app.options('/').set(preflight).expect(401)
      expect(asked.headers).not.toHaveProperty('access-control-allow-origin')
    })
  })

  describe('a JSON body', () => {
    const parse = express.json()
    const echo: express.RequestHandler = (req, res) => void res.json(req.body)
    const app = framework()
      .post('/parsed', parse, requireAuth(), echo)
      .post('/parsing', requireAuth(), parse, echo)
    app.use(((error, _req, res, _next) => {
      res.status(error.status).json('parser')
    }) satisfies express.ErrorRequestHandler)
    const post = (path: string) => supertest(app).post(path).type('json')

    it.each([
      ['before', '/parsed'],
      ['behind', '/parsing'],
    ])(
      `in ${name}, a JSON body that is parsed %s the guard reaches the handler`,
      async (_where, path) => {
        await post(path).use(issuer.as()).send({ a: 1 }).expect(200, { a: 1 })
        await post(path).send({ a: 1 }).expect(401)
      },
    )

    it(`in ${name}, a malformed JSON body of a caller without a token is read only by a parser before the guard`, async () => {
      await post('/parsed').send('{').expect(400, '"parser"')
      await post('/parsing').send('{').expect(401)
      await post('/parsing').use(issuer.as()).send('{').expect(400, '"parser"')
    })
  })

  describe('HEAD and OPTIONS', () => {
    const app = framework().get('/one', requireAuth({ scope: 'a' }), sayWho)
    app.use('/all', requireAuth({ scope: 'a' }))
    app.get('/all', sayWho)

    it.each([
      ['the route', '/one'],
      ['all methods', '/all'],
    ])(
      `in ${name}, a guard on %s answers HEAD with the headers of GET and no body`,
      async (_on, path) => {
        const { date: _d, connection: _c, ...get } = (await supertest(app).get(path)).headers
        const head = await supertest(app).head(path).expect(401)
        expect(head.headers).toMatchObject(get)
        expect(head.text).toBeUndefined()
        const passed = await supertest(app)
          .head(path)
          .use(issuer.as({ scope: 'a' }))
        expect(passed.status).toBe(200)
      },
    )

    it(`in ${name}, a guard for all methods guards OPTIONS, and a guard on a GET route does not`, async () => {
      expect((await supertest(app).options('/one')).headers['allow']).toContain('GET')
      await supertest(app).options('/all').expect(401)
      await supertest(app)
        .options('/all')
        .use(issuer.as({ scope: 'a' }))
        .expect(200)
    })
  })
})
