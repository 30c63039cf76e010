import { getRequestListener } from '@hono/node-server'
import type { Context, MiddlewareHandler } from 'hono'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { createAuth, getAuth } from 'tollgate/hono'
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
  serving,
} from './stage.ts'

expectNoStrayErrors()

const { requireAuth } = createAuth(issuer.trust())
const sayWho = (c: Context) => c.json({ who: getAuth(c).subject })
const as = (claims?: Record<string, unknown>, who = issuer) => ({ headers: who.headers(claims) })

type Call = (path: string, init?: RequestInit) => Promise<Response>

describe.each([
  [
    'Hono in process',
    (app: Hono, use: (call: Call) => Promise<void>) =>
      use(async (path, init) => app.request(path, init)),
  ],
  [
    'Hono over @hono/node-server',
    (app: Hono, use: (call: Call) => Promise<void>) =>
      serving(getRequestListener(app.fetch), (url) =>
        use((path, init) => fetch(`${url}${path}`, init)),
      ),
  ],
] as const)('guards in %s', (name, calling) => {
  /** Gives a function that sends a request, expects a status, and gives the answer. */
  const expecting = (app: Hono, use: (expects: Expects) => Promise<void>) =>
    calling(app, (call) =>
      use(async (status, path, init) => {
        const answer = await call(path, init)
        expect(answer.status).toBe(status)
        return answer
      }),
    )
  type Expects = (status: number, path: string, init?: RequestInit) => Promise<Response>

  it.each([
    [
      'a guard in a sub-app of app.route',
      () => new Hono().route('/api', new Hono().use(requireAuth()).get('/me', sayWho)),
    ],
    [
      'a guard on the path of app.route',
      () => new Hono().use('/api/*', requireAuth()).route('/api', new Hono().get('/me', sayWho)),
    ],
    [
      'a guard in an app with basePath',
      () => new Hono().basePath('/api').use(requireAuth()).get('/me', sayWho),
    ],
    [
      'a guard in an app of app.mount',
      () => new Hono().mount('/api', new Hono().use(requireAuth()).get('/me', sayWho).fetch),
    ],
  ])(`in ${name}, %s guards all paths below it and no others`, async (_how, create) => {
    const app = new Hono().route('/', create() as Hono).get('/open', (c) => c.text('open'))
    await expecting(app, async (expects) => {
      await expects(200, '/open')
      await expects(404, '/none')
      const refused = await expects(401, '/api/me')
      expect(refused.headers.get('www-authenticate')).toBe(challenge)
      const passed = await expects(200, '/api/me', as({ sub: 'alice' }))
      expect(await passed.json()).toEqual({ who: 'alice' })
      // Callers without a token cannot find out which routes exist.
      await expects(401, '/api/none')
      await expects(404, '/api/none', as())
    })
  })

  it(`in ${name}, check in a sub-app is given the whole path and the parameters`, async () => {
    const seen: unknown[] = []
    const check = (_auth: unknown, c: Context): boolean =>
      seen.push([c.req.path, c.req.param('id')]) > 0
    const api = new Hono().get('/me/:id', requireAuth({ check }), sayWho)
    await expecting(new Hono().route('/api', api), async (expects) => {
      await expects(200, '/api/me/7?a=1', as())
    })
    expect(seen).toEqual([['/api/me/7', '7']])
  })

  it(`in ${name}, guards on the app, a sub-app and a route all decide and verify the token once`, async () => {
    const { options, count } = countedTrust()
    const counted = createAuth(options)
    const api = new Hono()
      .use(counted.requireAuth({ scope: 'api' }))
      .get('/orders', counted.requireAuth({ scope: 'orders' }), sayWho)
    const app = new Hono().use(counted.requireAuth()).route('/api', api)
    await expecting(app as unknown as Hono, async (expects) => {
      await expects(200, '/api/orders', as({ scope: 'api orders' }))
      expect(count.accepted).toBe(1)
      const onRoute = await expects(403, '/api/orders', as({ scope: 'api' }))
      expect(await onRoute.json()).toMatchObject({ scope: 'orders' })
      const onRouter = await expects(403, '/api/orders', as({ scope: 'orders' }))
      expect(await onRouter.json()).toMatchObject({ scope: 'api' })
      expect(count.accepted).toBe(3)
    })
  })

  describe('two issuers', () => {
    const theirs = createAuth(other.trust())

    it(`in ${name}, two sub-apps that trust different issuers never accept the tokens of each other`, async () => {
      const app = new Hono()
        .route('/ours', new Hono().use(requireAuth()).get('/', sayWho))
        .route('/theirs', new Hono().use(theirs.requireAuth()).get('/', sayWho))
      await expecting(app, async (expects) => {
        for (const [path, right, wrong] of [
          ['/ours', issuer, other],
          ['/theirs', other, issuer],
        ] as const) {
          await expects(200, path, as({}, right))
          await expects(401, path, as({}, wrong))
        }
      })
    })

    it(`in ${name}, two guards of different issuers on one route accept tokens of neither issuer, in either order`, async () => {
      const optional = theirs.requireAuth({ optional: true })
      const app = new Hono()
        .get('/1', requireAuth(), theirs.requireAuth(), sayWho)
        .get('/2', theirs.requireAuth(), requireAuth(), sayWho)
        .get('/3', requireAuth(), optional, sayWho)
      await expecting(app, async (expects) => {
        for (const path of ['/1', '/2', '/3']) {
          await expects(401, path, as({}, issuer))
          await expects(401, path, as({}, other))
        }
      })
    })

    it(`in ${name}, getAuth and c.get give the Auth of the last guard on a route`, async () => {
      const both = createAuth({ ...issuer.trust(), issuer: [issuer.url, other.url] })
      const found: unknown[] = []
      const check = (auth: object): boolean => found.push(auth) > 0
      const app = new Hono().get('/', both.requireAuth({ check }), requireAuth({ check }), (c) =>
        c.json([getAuth(c) === found[1], c.get('auth') === found[1], getAuth(c) === found[0]]),
      )
      await expecting(app as unknown as Hono, async (expects) => {
        expect(await (await expects(200, '/', as())).json()).toEqual([true, true, false])
      })
    })
  })

  describe('CORS', () => {
    const frame: MiddlewareHandler = (c, next) => {
      c.header('X-Frame-Options', 'DENY')
      c.header('Cache-Control', 'public, max-age=60')
      return next()
    }
    const allow = cors({ origin, allowHeaders: ['authorization'] })

    // Hono keeps headers in two places. Which one depends on whether c.res was read before.
    it.each([
      ['with other headers after it', [allow, frame]],
      ['with other headers before it', [frame, allow]],
    ])(
      `in ${name}, CORS before the guard, %s, answers preflights and adds its headers to every refusal`,
      async (_where, before) => {
        const app = new Hono()
          .use(...before)
          .use('/scoped', requireAuth({ scope: 'a' }))
          .use('/dead', createAuth(dead.trust()).requireAuth())
          .use(requireAuth())
        await expecting(app as unknown as Hono, async (expects) => {
          const asked = await expects(204, '/', { method: 'OPTIONS', headers: preflight })
          expect(asked.headers.get('access-control-allow-headers')).toBe('authorization')
          for (const { headers } of [
            await expects(401, '/', { headers: { origin } }),
            await expects(403, '/scoped', { headers: { origin, ...as().headers } }),
            await expects(503, '/dead', { headers: { origin, ...as({}, dead).headers } }),
          ]) {
            expect(headers.get('access-control-allow-origin')).toBe(origin)
            expect(headers.get('x-frame-options')).toBe('DENY')
            expect(headers.get('cache-control')).toBe('no-store')
            expect(headers.get('content-type')).toBe('application/problem+json')
          }
        })
      },
    )

    it(`in ${name}, a refusal keeps headers that middleware has set before the guard`, async () => {
      const app = new Hono().use(frame).use(requireAuth())
      await expecting(app as unknown as Hono, async (expects) => {
        const { headers } = await expects(401, '/')
        expect(headers.get('x-frame-options')).toBe('DENY')
        expect(headers.get('cache-control')).toBe('no-store')
      })
    })

    it(`in ${name}, CORS behind the guard answers no preflight, because the guard refuses it`, async () => {
      const app = new Hono().use(requireAuth()).use(allow).get('/', sayWho)
      await expecting(app as unknown as Hono, async (expects) => {
        const asked = await expects(401, '/', { method: 'OPTIONS', headers: preflight })
        expect(asked.headers.get('access-control-allow-origin')).toBeNull()
      })
    })
  })

  it(`in ${name}, a JSON body that is parsed before or behind the guard reaches the handler`, async () => {
    const parse: MiddlewareHandler = async (c, next) => {
      c.set('body', await c.req.json().catch(() => undefined))
      if (c.get('body') === undefined) return c.text('not JSON', 400)
      return next()
    }
    const echo = (c: Context) => c.json(c.get('body'))
    const app = new Hono()
      .post('/parsed', parse, requireAuth(), echo)
      .post('/parsing', requireAuth(), parse, echo)
    await expecting(app as unknown as Hono, async (expects) => {
      for (const [path, malformed] of [
        ['/parsed', 400],
        ['/parsing', 401],
      ] as const) {
        const post = (status: number, body: string, headers = {}) =>
          expects(status, path, { method: 'POST', body, headers })
        const passed = await post(200, '{"a":1}', as().headers)
        expect(await passed.json()).toEqual({ a: 1 })
        await post(401, '{"a":1}')
        await post(malformed, '{')
        await post(400, '{', as().headers)
      }
    })
  })

  it(`in ${name}, a guard answers HEAD with the headers of GET and no body, and guards OPTIONS if it covers all methods`, async () => {
    const app = new Hono()
      .get('/one', requireAuth({ scope: 'a' }), sayWho)
      .use('/all', requireAuth({ scope: 'a' }))
      .get('/all', sayWho)
    await expecting(app as unknown as Hono, async (expects) => {
      for (const path of ['/one', '/all']) {
        const get = await expects(401, path)
        const head = await expects(401, path, { method: 'HEAD' })
        for (const name of [
          'content-type',
          'content-length',
          'cache-control',
          'www-authenticate',
        ]) {
          expect(head.headers.get(name)).toBe(get.headers.get(name))
          expect(head.headers.get(name)).not.toBeNull()
        }
        expect(await head.text()).toBe('')
        await get.text()
        await expects(200, path, { method: 'HEAD', ...as({ scope: 'a' }) })
      }
      await expects(404, '/one', { method: 'OPTIONS' })
      await expects(401, '/all', { method: 'OPTIONS' })
      await expects(404, '/all', { method: 'OPTIONS', ...as({ scope: 'a' }) })
    })
  })
})
