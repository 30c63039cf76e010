import fastifyCors from '@fastify/cors'
import type { FastifyInstance, FastifyRequest, InjectOptions } from 'fastify'
import { fastify } from 'fastify'
import { createAuth, getAuth } from 'tollgate/fastify'
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

const { requireAuth, plugin } = createAuth(issuer.trust())
const sayWho = async (request: FastifyRequest) => ({ who: getAuth(request).subject })

/** Sends a request, expects a status, and gives the answer. */
async function expectStatus(app: FastifyInstance, status: number, call: InjectOptions) {
  const answer = await app.inject(call)
  expect(answer.statusCode).toBe(status)
  return answer
}
const as = (claims?: Record<string, unknown>, who = issuer) => who.headers(claims)

describe('a scope that the plugin guards', () => {
  const guarded = () => {
    const app = fastify()
    app.get('/open', async () => 'open')
    app.register(
      async (api) => {
        // This route is registered before the plugin, because hooks apply to all routes of a scope.
        api.get('/me', sayWho)
        api.register(plugin, {})
        api.register(async (inner) => void inner.get('/inner', sayWho))
      },
      { prefix: '/api' },
    )
    return app
  }

  it('the Fastify plugin guards the routes of the Fastify context that registers it and of nested contexts, and no others', async () => {
    const app = guarded()
    await expectStatus(app, 200, { url: '/open' })
    for (const url of ['/api/me', '/api/inner']) {
      const refused = await expectStatus(app, 401, { url })
      expect(refused.headers['www-authenticate']).toBe(challenge)
      const passed = await expectStatus(app, 200, { url, headers: as({ sub: 'alice' }) })
      expect(passed.json()).toEqual({ who: 'alice' })
    }
  })

  it('the Fastify plugin on the server answers 401 for unknown paths to callers without a token', async () => {
    const app = fastify()
    app.register(plugin)
    app.get('/me', sayWho)
    await expectStatus(app, 401, { url: '/me' })
    await expectStatus(app, 401, { url: '/none' })
    await expectStatus(app, 404, { url: '/none', headers: as() })
  })

  it('the Fastify plugin guards unknown paths under a prefix only if the scope has its own 404 handler', async () => {
    await expectStatus(guarded(), 404, { url: '/api/none' })
    const app = fastify()
    app.register(
      async (api) => {
        api.register(plugin)
        api.setNotFoundHandler((_request, reply) => void reply.code(404).send('ours'))
      },
      { prefix: '/api' },
    )
    await expectStatus(app, 401, { url: '/api/none' })
    expect((await expectStatus(app, 404, { url: '/api/none', headers: as() })).body).toBe('ours')
    await expectStatus(app, 404, { url: '/none' })
  })

  it('the Fastify plugin enforces its requirements, and the server does not start with wrong ones', async () => {
    const app = fastify()
    app.register(plugin, { scope: 'a' })
    app.get('/', sayWho)
    await expectStatus(app, 403, { url: '/', headers: as() })
    await expectStatus(app, 200, { url: '/', headers: as({ scope: 'a' }) })
    const wrong = fastify()
    wrong.register(plugin as never, { scopes: 'a' } as never)
    await expect(wrong.ready()).rejects.toThrow(/unknown option 'scopes'/)
  })
})

it('check is given the Fastify request with its parameters in onRequest and in preHandler', async () => {
  const seen: unknown[] = []
  const check = (_auth: unknown, { url, originalUrl, params }: FastifyRequest): boolean =>
    seen.push({ url, originalUrl, params }) > 0
  const app = fastify()
  app.register(
    async (api) => {
      api.get('/early/:id', { onRequest: requireAuth({ check }) }, sayWho)
      api.get('/late/:id', { preHandler: requireAuth({ check }) }, sayWho)
    },
    { prefix: '/api' },
  )
  for (const url of ['/api/early/7?a=1', '/api/late/7?a=1']) {
    await expectStatus(app, 200, { url, headers: as() })
    expect(seen.pop()).toEqual({ url, originalUrl: url, params: { id: '7' } })
  }
})

it('in Fastify, guards on the server, on a scope and on a route all decide and verify the token once', async () => {
  const { options, count } = countedTrust()
  const counted = createAuth(options)
  const app = fastify()
  app.register(counted.plugin)
  app.register(async (api) => {
    api.register(counted.plugin, { scope: 'api' })
    const onRoute = counted.requireAuth({ scope: 'orders' })
    api.get('/orders', { preHandler: [onRoute] }, sayWho)
  })
  const call = (status: number, scope: string) =>
    expectStatus(app, status, { url: '/orders', headers: as({ scope }) })
  await call(200, 'api orders')
  expect(count.accepted).toBe(1)
  expect((await call(403, 'api')).json().scope).toBe('orders')
  expect((await call(403, 'orders')).json().scope).toBe('api')
  expect(count.accepted).toBe(3)
})

describe('two issuers', () => {
  const theirs = createAuth(other.trust())

  it('two Fastify scopes that trust different issuers never accept the tokens of each other', async () => {
    const app = fastify()
    app.register(async (scope) => {
      scope.register(plugin)
      scope.get('/ours', sayWho)
    })
    app.register(async (scope) => {
      scope.register(theirs.plugin)
      scope.get('/theirs', sayWho)
    })
    for (const [url, right, wrong] of [
      ['/ours', issuer, other],
      ['/theirs', other, issuer],
    ] as const) {
      await expectStatus(app, 200, { url, headers: as({}, right) })
      await expectStatus(app, 401, { url, headers: as({}, wrong) })
    }
  })

  it('two guards of different issuers on one Fastify route accept tokens of neither issuer, in either order', async () => {
    const app = fastify()
    const optional = theirs.requireAuth({ optional: true })
    app.get('/1', { preHandler: [requireAuth(), theirs.requireAuth()] }, sayWho)
    app.get('/2', { preHandler: [theirs.requireAuth(), requireAuth()] }, sayWho)
    app.get('/3', { onRequest: requireAuth(), preHandler: optional }, sayWho)
    for (const url of ['/1', '/2', '/3']) {
      await expectStatus(app, 401, { url, headers: as({}, issuer) })
      await expectStatus(app, 401, { url, headers: as({}, other) })
    }
  })

  it('in Fastify, getAuth gives the Auth of the last guard on a route', async () => {
    const both = createAuth({ ...issuer.trust(), issuer: [issuer.url, other.url] })
    const found: unknown[] = []
    const check = (auth: object): boolean => found.push(auth) > 0
    const app = fastify()
    app.register(both.plugin, { check })
    app.get('/', { preHandler: requireAuth({ check }) }, async (request) => {
      const got = getAuth(request)
      return [got === found[1], (request as { auth?: unknown }).auth === got, got === found[0]]
    })
    const answer = await expectStatus(app, 200, { url: '/', headers: as() })
    expect(answer.json()).toEqual([true, true, false])
  })
})

describe('CORS', () => {
  const behindCors = (auth = plugin) => {
    const app = fastify()
    app.register(fastifyCors, { origin })
    app.addHook('onRequest', async (_request, reply) => {
      reply.headers({ 'X-Frame-Options': 'DENY', 'Cache-Control': 'public, max-age=60' })
    })
    app.register(auth)
    app.get('/', { preHandler: requireAuth({ scope: 'a' }) }, sayWho)
    return app
  }

  it('in Fastify, CORS before the guard answers preflights and adds its headers to every refusal', async () => {
    const app = behindCors()
    const asked = await expectStatus(app, 204, { method: 'OPTIONS', url: '/', headers: preflight })
    expect(asked.headers['access-control-allow-headers']).toBe('authorization')
    for (const refused of [
      await expectStatus(app, 401, { url: '/' }),
      await expectStatus(app, 403, { url: '/', headers: as() }),
      await expectStatus(behindCors(createAuth(dead.trust()).plugin), 503, {
        url: '/',
        headers: as({}, dead),
      }),
    ]) {
      expect(refused.headers).toMatchObject({
        'access-control-allow-origin': origin,
        'x-frame-options': 'DENY',
        'cache-control': 'no-store',
      })
    }
  })

  it('in Fastify, CORS behind the guard answers no preflight, because the guard refuses it', async () => {
    const app = fastify()
    app.register(plugin)
    app.register(fastifyCors, { origin })
    app.get('/', sayWho)
    const asked = await expectStatus(app, 401, { method: 'OPTIONS', url: '/', headers: preflight })
    expect(asked.headers).not.toHaveProperty('access-control-allow-origin')
  })
})

describe('a JSON body', () => {
  const app = fastify({ bodyLimit: 100 })
  const echo = async (request: FastifyRequest) => request.body
  app.post('/early', { onRequest: requireAuth() }, echo)
  app.post('/late', { preHandler: requireAuth() }, echo)
  app.register(async (scope) => {
    scope.register(plugin)
    scope.post('/scope', echo)
  })
  const post = (status: number, url: string, payload: string, headers = {}) =>
    expectStatus(app, status, {
      method: 'POST',
      url,
      payload,
      headers: { 'content-type': 'application/json', ...headers },
    })

  it.each([
    ['an onRequest guard', '/early'],
    ['a preHandler guard', '/late'],
    ['the plugin', '/scope'],
  ])('in Fastify, a JSON body reaches the handler behind %s', async (_, url) => {
    expect((await post(200, url, '{"a":1}', as())).json()).toEqual({ a: 1 })
    await post(401, url, '{"a":1}')
  })

  it('Fastify parses the body of a caller without a token before a preHandler guard, but not before other guards', async () => {
    for (const url of ['/early', '/scope']) {
      await post(401, url, '{')
      await post(401, url, `"${'x'.repeat(100)}"`)
    }
    await post(400, '/late', '{')
    await post(413, '/late', `"${'x'.repeat(100)}"`)
    for (const url of ['/early', '/late', '/scope']) await post(400, url, '{', as())
  })
})

describe('HEAD and OPTIONS', () => {
  const app = fastify()
  app.get('/early', { onRequest: requireAuth({ scope: 'a' }) }, sayWho)
  app.get('/late', { preHandler: requireAuth({ scope: 'a' }) }, sayWho)
  app.register(async (scope) => {
    scope.register(plugin, { scope: 'a' })
    scope.get('/scope', sayWho)
  })

  it.each([
    ['an onRequest guard', '/early'],
    ['a preHandler guard', '/late'],
    ['the plugin', '/scope'],
  ])('in Fastify, %s answers HEAD with the headers of GET and no body', async (_where, url) => {
    const { date: _, ...get } = (await expectStatus(app, 401, { url })).headers
    const head = await expectStatus(app, 401, { method: 'HEAD', url })
    expect(head.headers).toMatchObject(get)
    expect(head.body).toBe('')
    await expectStatus(app, 200, { method: 'HEAD', url, headers: as({ scope: 'a' }) })
  })

  it('Fastify has a route for OPTIONS only if one is added, and a guard guards it', async () => {
    await expectStatus(app, 404, { method: 'OPTIONS', url: '/early' })
    const withOptions = fastify()
    withOptions.options('/', { onRequest: requireAuth() }, async () => 'ok')
    await expectStatus(withOptions, 401, { method: 'OPTIONS', url: '/' })
    await expectStatus(withOptions, 200, { method: 'OPTIONS', url: '/', headers: as() })
  })
})
