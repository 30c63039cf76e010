import type { Handler } from 'tollgate/fetch'
import { createAuth, getAuth, isRefusal } from 'tollgate/fetch'
import { describe, expect, it } from 'vitest'
import {
  challenge,
  countedTrust,
  createHeldIssuer,
  dead,
  expectNoStrayErrors,
  issuer,
  origin,
  other,
  pause,
  preflight,
  thrownByHooks,
} from './stage.ts'

expectNoStrayErrors()

type Route = (request: Request) => Promise<Response>

const { requireAuth, guard } = createAuth(issuer.trust())
const sayWho = async (request: Request) => Response.json({ who: getAuth(request).subject })
const as = (claims?: Record<string, unknown>, who = issuer) => ({ headers: who.headers(claims) })

/** Sends a request, expects a status, and gives the answer. */
async function expectStatus(route: Route, status: number, init: RequestInit = {}, path = '/') {
  const answer = await route(new Request(`https://api.test${path}`, init))
  expect(answer.status).toBe(status)
  return answer
}

/** A simple router, which chooses the route by the first part of the path. */
const router =
  (routes: Readonly<Record<string, Route>>): Route =>
  async (request) => {
    const [, first = ''] = new URL(request.url).pathname.split('/')
    return routes[first]?.(request) ?? new Response('none', { status: 404 })
  }

it('a fetch guard around a router guards all paths below it and no others', async () => {
  const app = router({
    api: guard(router({ api: sayWho })),
    shut: guard(router({})),
    open: async () => new Response('open'),
  })
  await expectStatus(app, 200, {}, '/open')
  await expectStatus(app, 404, {}, '/none')
  const refused = await expectStatus(app, 401, {}, '/api')
  expect(refused.headers.get('www-authenticate')).toBe(challenge)
  expect(await (await expectStatus(app, 200, as({ sub: 'alice' }), '/api')).json()).toEqual({
    who: 'alice',
  })
  await expectStatus(app, 401, {}, '/shut')
  await expectStatus(app, 404, as(), '/shut')
})

it('a fetch guard gives the handler the same request and all further arguments of the runtime', async () => {
  const request = new Request('https://api.test/', as())
  const route = guard(async (got, env: { a: number }, context: string) =>
    Response.json([got === request, env.a, context]),
  )
  expect(await (await route(request, { a: 1 }, 'context')).json()).toEqual([true, 1, 'context'])
})

it('fetch guards around a router and around its route both decide and verify the token once', async () => {
  const { options, count } = countedTrust()
  const counted = createAuth(options)
  const app = counted.guard(counted.guard(sayWho, { scope: 'orders' }), { scope: 'api' })
  await expectStatus(app, 200, as({ scope: 'api orders' }))
  expect(count.accepted).toBe(1)
  const inner = await expectStatus(app, 403, as({ scope: 'api' }))
  expect(await inner.json()).toMatchObject({ scope: 'orders' })
  const outer = await expectStatus(app, 403, as({ scope: 'orders' }))
  expect(await outer.json()).toMatchObject({ scope: 'api' })
  expect(count.accepted).toBe(3)
})

describe('two issuers', () => {
  const theirs = createAuth(other.trust())

  it('two fetch routes that trust different issuers never accept the tokens of each other', async () => {
    const app = router({ ours: guard(sayWho), theirs: theirs.guard(sayWho) })
    for (const [path, right, wrong] of [
      ['/ours', issuer, other],
      ['/theirs', other, issuer],
    ] as const) {
      await expectStatus(app, 200, as({}, right), path)
      await expectStatus(app, 401, as({}, wrong), path)
    }
  })

  it('two fetch guards of different issuers around one handler accept tokens of neither issuer, in either order', async () => {
    for (const app of [
      guard(theirs.guard(sayWho)),
      theirs.guard(guard(sayWho)),
      guard(theirs.guard(sayWho, { optional: true })),
    ]) {
      await expectStatus(app, 401, as({}, issuer))
      await expectStatus(app, 401, as({}, other))
    }
  })

  it('getAuth gives the Auth of the innermost fetch guard', async () => {
    const both = createAuth({ ...issuer.trust(), issuer: [issuer.url, other.url] })
    const found: unknown[] = []
    const check = (auth: object): boolean => found.push(auth) > 0
    const last = guard(
      async (request) =>
        Response.json([getAuth(request) === found[1], getAuth(request) === found[0]]),
      { check },
    )
    const answer = await expectStatus(both.guard(last, { check }), 200, as())
    expect(await answer.json()).toEqual([true, false])
  })
})

describe('CORS', () => {
  const allowing =
    (route: Route): Route =>
    async (request) => {
      const answer =
        request.method === 'OPTIONS' ? new Response(null, { status: 204 }) : await route(request)
      answer.headers.set('Access-Control-Allow-Origin', origin)
      answer.headers.append('Vary', 'Origin')
      return answer
    }

  it('CORS around a fetch guard answers preflights and adds its headers to every refusal', async () => {
    const app = allowing(
      router({
        one: guard(sayWho, { scope: 'a' }),
        dead: createAuth(dead.trust()).guard(sayWho),
      }),
    )
    await expectStatus(app, 204, { method: 'OPTIONS', headers: preflight }, '/one')
    for (const { headers } of [
      await expectStatus(app, 401, {}, '/one'),
      await expectStatus(app, 403, as(), '/one'),
      await expectStatus(app, 503, as({}, dead), '/dead'),
      await expectStatus(app, 401, {}, '/one'),
    ]) {
      expect(headers.get('access-control-allow-origin')).toBe(origin)
      // Each refusal is a new Response, so that headers of earlier answers do not add up.
      expect(headers.get('vary')).toBe('Origin')
      expect(headers.get('cache-control')).toBe('no-store')
    }
  })

  it('CORS behind a fetch guard answers no preflight, because the guard refuses it', async () => {
    const app = guard(allowing(sayWho))
    const asked = await expectStatus(app, 401, { method: 'OPTIONS', headers: preflight })
    expect(asked.headers.get('access-control-allow-origin')).toBeNull()
  })
})

describe('a body', () => {
  it('a fetch guard reads no body: the handler can read it, and that of a refused request stays unread', async () => {
    const app = guard(async (request) => Response.json(await request.json()))
    const post = (headers = {}) => ({ method: 'POST', body: '{"a":1}', headers })
    expect(await (await expectStatus(app, 200, post(as().headers))).json()).toEqual({ a: 1 })
    const refused = new Request('https://api.test/', post())
    expect((await app(refused)).status).toBe(401)
    expect(refused.bodyUsed).toBe(false)
    expect(await refused.json()).toEqual({ a: 1 })
  })

  it('a fetch guard refuses a request at once though its body never ends', async () => {
    const body = new ReadableStream({ pull: () => new Promise(() => {}) })
    await expectStatus(guard(sayWho), 401, { method: 'POST', body, duplex: 'half' } as RequestInit)
  })
})

it('a fetch guard answers HEAD with the headers of GET and no body, and guards OPTIONS like any method', async () => {
  const app = guard(sayWho)
  const get = await expectStatus(app, 401)
  const head = await expectStatus(app, 401, { method: 'HEAD' })
  expect([...head.headers]).toEqual([...get.headers])
  expect(head.body).toBeNull()
  await expectStatus(app, 401, { method: 'OPTIONS' })
  await expectStatus(app, 200, { method: 'OPTIONS', ...as() })
})

describe('errors and streams behind the guard', () => {
  it('a fetch guard gives the Response of the handler unchanged, even if its stream fails half-way', async () => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('half'))
        setTimeout(() => controller.error(new Error('half-way')), 5)
      },
    })
    const response = new Response(body)
    const given = await expectStatus(
      guard(() => response),
      200,
      as(),
    )
    expect(given).toBe(response)
    await expect(given.text()).rejects.toThrow('half-way')
  })

  it.each<[string, Handler<Request, []>]>([
    [
      'a throw',
      () => {
        throw new Error('later')
      },
    ],
    ['a rejection', () => Promise.reject(new Error('later'))],
  ])(
    '%s of a handler behind a fetch guard reaches the caller and is no refusal',
    async (_, handler) => {
      let refused = 0
      const hooked = createAuth({ ...issuer.trust(), onRefuse: () => void refused++ })
      const call = hooked.guard(handler)(new Request('https://api.test/', as()))
      await expect(call).rejects.toThrow('later')
      expect(refused).toBe(0)
    },
  )
})

describe('the hook onRefuse', () => {
  const hooked = (onRefuse: (error: Error) => unknown) => {
    const ran = { handler: 0 }
    const { guard } = createAuth({ ...issuer.trust(), onRefuse })
    const app = guard(async () => {
      ran.handler++
      return new Response('reached')
    })
    return { app, ran }
  }

  it('an onRefuse of a fetch guard that throws or rejects gives the caller an Error', async () => {
    for (const value of thrownByHooks) {
      for (const hook of [
        () => {
          throw value
        },
        () => Promise.reject(value),
      ]) {
        const { app, ran } = hooked(hook)
        await expect(app(new Request('https://api.test/'))).rejects.toBeInstanceOf(Error)
        expect(ran.handler).toBe(0)
      }
    }
  })

  it('a refusal that onRefuse of a fetch guard throws has the status and headers for an answer', async () => {
    const { app } = hooked((error) => {
      throw error
    })
    await expect(app(new Request('https://api.test/'))).rejects.toMatchObject({
      status: 401,
      headers: { 'WWW-Authenticate': challenge, 'Cache-Control': 'no-store' },
    })
  })

  it('an onRefuse of a fetch guard may answer at once or later, and any other result leaves the answer to the guard', async () => {
    for (const [hook, status] of [
      [() => new Response('no', { status: 418 }), 418],
      [() => pause(5).then(() => new Response('no', { status: 418 })), 418],
      [() => undefined, 401],
      [() => true, 401],
      [async () => ({ subject: 'alice' }), 401],
    ] as const) {
      const { app, ran } = hooked(hook)
      await expectStatus(app, status)
      expect(ran.handler).toBe(0)
    }
  })
})

describe('isRefusal', () => {
  const request = (init: RequestInit = {}) => new Request('https://api.test/', init)

  it('isRefusal tells the answer that a fetch guard gives from an Auth and from an anonymous pass', async () => {
    const anyone = requireAuth({ optional: true })
    expect(isRefusal(await requireAuth()(request()))).toBe(true)
    expect(isRefusal(await requireAuth({ scope: 'a' })(request(as())))).toBe(true)
    expect(isRefusal(await anyone(request({ headers: { authorization: 'Bearer a b' } })))).toBe(
      true,
    )
    expect(isRefusal(await requireAuth()(request(as())))).toBe(false)
    expect(isRefusal(await anyone(request(as())))).toBe(false)
    expect(isRefusal(await anyone(request()))).toBe(false)
  })

  it('isRefusal is true for an answer whose class is not the Response of the caller', async () => {
    class AnotherResponse extends Response {}
    const original = globalThis.Response
    globalThis.Response = AnotherResponse
    const found = await requireAuth()(request()).finally(() => {
      globalThis.Response = original
    })
    const copied = { status: 401, headers: new Headers() }
    const proxied = new Proxy(found, {})
    for (const answer of [found, copied, proxied, Object.create(null)]) {
      expect(isRefusal(answer)).toBe(true)
    }
  })

  it.each<[string, unknown]>([
    ['null', null],
    ['false', false],
    ['true', true],
    ['a text', 'alice'],
    ['a number', 401],
    ['an empty object', {}],
    ['an Error', new Error('refused')],
    [
      'an object that inherits from an Auth',
      Object.create({ issuer: 'a', subject: 'b', scopes: [], expiresAt: 1 }),
    ],
  ])('isRefusal is true for %s', (_what, value) => {
    expect(isRefusal(value)).toBe(true)
  })
})

it('aborting a request to a fetch guard does not abort the shared fetch of keys', async () => {
  const held = createHeldIssuer()
  const { guard } = createAuth(held.options)
  let handled = 0
  const app = guard(
    async () => {
      handled++
      return new Response('handled')
    },
    { scope: 'a' },
  )
  const abort = new AbortController()
  const { signal } = abort
  const refused = app(new Request('https://api.test/', { headers: held.issuer.headers(), signal }))
  const passed = app(
    new Request('https://api.test/', { headers: held.issuer.headers({ scope: 'a' }) }),
  )
  await held.asked
  abort.abort()
  held.answer()
  expect((await refused).status).toBe(403)
  expect((await passed).status).toBe(200)
  expect(handled).toBe(1)
  await expect(requireAuth()(new Request('https://api.test/', as()))).resolves.toHaveProperty(
    'subject',
  )
})
