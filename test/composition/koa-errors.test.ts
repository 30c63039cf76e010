import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import koaCors from '@koa/cors'
import Koa from 'koa'
import Koa2 from 'koa2'
import supertest from 'supertest'
import type { AuthError } from 'tollgate'
import type { OnRefuse } from 'tollgate/koa'
import { createAuth } from 'tollgate/koa'
import { describe, expect, it } from 'vitest'
import {
  challenge,
  createHeldIssuer,
  expectNoStrayErrors,
  issuer,
  origin,
  pause,
  serving,
  thrownByHooks,
} from './stage.ts'

expectNoStrayErrors()

describe.each([
  ['Koa 2', Koa2 as unknown as typeof Koa],
  ['Koa 3', Koa],
])('errors and refusals in %s', (name, Framework) => {
  /**
   * A guarded app. `seen` holds the errors that reached Koa, or, with `custom`, the middleware that
   * catches and answers them.
   */
  const guarded = (
    handler: Koa.Middleware,
    { onRefuse, custom = false }: { onRefuse?: OnRefuse; custom?: boolean } = {},
  ) => {
    const seen: unknown[] = []
    const refused: AuthError[] = []
    const { requireAuth } = createAuth({
      ...issuer.trust(),
      ...(onRefuse && {
        onRefuse: (error, ...rest) => {
          refused.push(error)
          return onRefuse(error, ...rest)
        },
      }),
    })
    const app = new Framework()
    app.on('error', (error) => void seen.push(error))
    app.use(async (ctx, next) => {
      if (!custom) return next()
      try {
        return await next()
      } catch (error) {
        seen.push(error)
        const { status = 500, headers = {} } = error as Partial<AuthError>
        ctx.status = status
        ctx.set(headers)
        ctx.body = 'custom'
      }
    })
    app.use(koaCors({ origin, keepHeadersOnError: true }))
    app.use(requireAuth())
    app.use(handler)
    return { listener: app.callback(), seen, refused }
  }
  const reached: Koa.Middleware = (ctx) => {
    ctx.body = 'reached'
  }

  describe('an error behind the guard', () => {
    const failure = Object.assign(new Error('later'), { status: 409 })
    const failing: Record<string, Koa.Middleware> = {
      'a throw': () => {
        throw failure
      },
      'ctx.throw': (ctx) => ctx.throw(failure),
      'a rejection': () => Promise.reject(failure),
    }

    it.each(Object.keys(failing))(
      `in ${name}, %s behind the guard reaches Koa once and is no refusal`,
      async (kind) => {
        const onRefuse: OnRefuse = (_error, ctx) => {
          ctx.status = 418
        }
        for (const custom of [true, false]) {
          const behind = guarded(failing[kind] as Koa.Middleware, { onRefuse, custom })
          await supertest(behind.listener).get('/').use(issuer.as()).expect(409)
          expect(behind.seen).toEqual([failure])
          expect(behind.refused).toEqual([])
        }
      },
    )
  })

  describe('the hook onRefuse', () => {
    it.each([
      [
        'throws',
        (value: unknown) => () => {
          throw value
        },
      ],
      [
        'rejects',
        (value: unknown) => async () => {
          await pause(1)
          throw value
        },
      ],
    ])(`in ${name}, an onRefuse that %s causes exactly one error`, async (_how, hook) => {
      for (const value of thrownByHooks) {
        for (const custom of [true, false]) {
          const { listener, seen } = guarded(reached, { onRefuse: hook(value), custom })
          const answer = await supertest(listener).get('/').expect(500)
          expect(answer.text).not.toContain('reached')
          expect(seen).toHaveLength(1)
        }
      }
    })

    it(`in ${name}, an onRefuse that passes on the refusal is answered with its status, challenge and CORS headers`, async () => {
      const passing: OnRefuse[] = [
        (error) => {
          throw error
        },
        (error) => Promise.reject(error),
        (_error, _ctx, next) => next(),
        (_error, _ctx, next) => {
          void next()
          return next()
        },
      ]
      for (const onRefuse of passing) {
        for (const custom of [true, false]) {
          const { listener, seen, refused } = guarded(reached, { onRefuse, custom })
          const answer = await supertest(listener).get('/').expect(401)
          expect(answer.headers).toMatchObject({
            'www-authenticate': challenge,
            'cache-control': 'no-store',
            'access-control-allow-origin': origin,
          })
          expect(answer.text).toBe(custom ? 'custom' : 'the request carried no access token')
          expect(seen).toEqual(refused)
        }
      }
    })

    it(`in ${name}, onRefuse may answer with the Koa context, at once or later`, async () => {
      const teapot: OnRefuse = (_error, ctx) => {
        ctx.status = 418
        ctx.body = 'no'
      }
      for (const onRefuse of [
        teapot,
        async (...all: Parameters<OnRefuse>) => {
          await pause(10)
          teapot(...all)
        },
      ]) {
        const { listener, seen } = guarded(reached, { onRefuse })
        const answer = await supertest(listener).get('/').expect(418, 'no')
        expect(answer.headers['access-control-allow-origin']).toBe(origin)
        expect(seen).toEqual([])
      }
    })
  })

  describe('an onRefuse that has ended', () => {
    /** A guard behind middleware that has prepared an answer. */
    const prepared = (onRefuse: OnRefuse, prepare: Koa.Middleware = () => {}) => {
      const app = new Framework()
      const seen: unknown[] = []
      app.on('error', (error) => void seen.push(error))
      app.use(async (ctx, next) => {
        await prepare(ctx, next)
        return next()
      })
      app.use(createAuth({ ...issuer.trust(), onRefuse }).requireAuth())
      app.use(reached)
      return { listener: app.callback(), seen }
    }
    const usual = '{"type":"about:blank","title":"Unauthorized","status":401}'

    it.each<[string, OnRefuse, number, string]>([
      [
        'the status 404, which Koa has anyway',
        (_error, ctx) => void Object.assign(ctx, { status: 404 }),
        404,
        'Not Found',
      ],
      [
        'the status 401',
        (_error, ctx) => void Object.assign(ctx, { status: 401 }),
        401,
        'Unauthorized',
      ],
      ['the status 204', (_error, ctx) => void Object.assign(ctx, { status: 204 }), 204, ''],
      ['a body', (_error, ctx) => void Object.assign(ctx, { body: 'no' }), 200, 'no'],
      ['an empty body', (_error, ctx) => void Object.assign(ctx, { body: null }), 204, ''],
      [
        'a redirect',
        (_error, ctx) => (ctx as unknown as Koa.Context).redirect('/login'),
        302,
        'Redirecting to /login.',
      ],
    ])(
      `in ${name}, an onRefuse that only sets %s has answered`,
      async (_what, onRefuse, status, text) => {
        const { listener, seen } = prepared(onRefuse)
        const answer = await supertest(listener).get('/').expect(status)
        expect(answer.text).toContain(text)
        expect(answer.headers).not.toHaveProperty('www-authenticate')
        expect(seen).toEqual([])
      },
    )

    it(`in ${name}, an onRefuse that answers past Koa, at once or later, has answered`, async () => {
      const { listener, seen } = prepared((_error, ctx) => {
        Object.assign(ctx, { respond: false })
        setTimeout(() => ctx.res.end('later'), 5)
      })
      await supertest(listener)
        .get('/')
        .expect((answer) => expect(answer.text).toBe('later'))
      const atOnce = prepared((_error, ctx) => void ctx.res.end('at once'))
      await supertest(atOnce.listener)
        .get('/')
        .expect((answer) => expect(answer.text).toBe('at once'))
      expect([seen, atOnce.seen]).toEqual([[], []])
    })

    it.each<[string, Koa.Middleware]>([
      ['nothing', () => {}],
      ['a status', (ctx) => void Object.assign(ctx, { status: 202 })],
      ['a body', (ctx) => void Object.assign(ctx, { body: 'prepared' })],
      ['a body and a status', (ctx) => void Object.assign(ctx, { body: 'prepared', status: 404 })],
      ['to answer past Koa', (ctx) => void Object.assign(ctx, { respond: false })],
      ['a type', (ctx) => void Object.assign(ctx, { type: 'text' })],
    ])(
      `in ${name}, the usual answer is sent when earlier middleware has prepared %s and onRefuse does nothing`,
      async (_what, prepare) => {
        const { listener, seen } = prepared(() => {}, prepare)
        const answer = await supertest(listener).get('/').buffer().expect(401)
        expect(answer.headers).toMatchObject({
          'www-authenticate': challenge,
          'content-type': 'application/problem+json',
        })
        expect(JSON.stringify(answer.body)).toBe(usual)
        expect(seen).toEqual([])
      },
    )

    it(`in ${name}, an onRefuse that calls next and does not wait for it passes the refusal on`, async () => {
      const { listener, seen } = prepared((_error, _ctx, next) => void next())
      const answer = await supertest(listener).get('/').expect(401)
      expect(answer.text).toBe('the request carried no access token')
      expect(answer.headers['www-authenticate']).toBe(challenge)
      expect(seen).toHaveLength(1)
    })

    it(`in ${name}, a next that onRefuse calls after it has ended does nothing`, async () => {
      const results: unknown[] = []
      const { listener, seen } = prepared((_error, _ctx, next) => {
        setTimeout(async () => results.push(await next()), 5)
      })
      const answer = await supertest(listener).get('/').expect(401)
      expect(JSON.stringify(answer.body)).toBe(usual)
      await pause(15)
      expect([results, seen]).toEqual([[undefined], []])
    })
  })

  describe('a stream', () => {
    it(`in ${name}, a guarded handler can stream its answer chunk by chunk`, async () => {
      const { listener } = guarded((ctx) => {
        const events = new PassThrough()
        ctx.type = 'text/event-stream'
        ctx.body = events
        events.write('data: a\n\n')
        setTimeout(() => events.end('data: b\n\n'), 5)
      })
      const answer = await supertest(listener).get('/').use(issuer.as()).buffer().expect(200)
      expect(answer.text).toBe('data: a\n\ndata: b\n\n')
      expect(answer.headers['transfer-encoding']).toBe('chunked')
    })

    it(`in ${name}, the error of a guarded stream that fails half-way reaches Koa and is not answered again`, async () => {
      const failure = new Error('half-way')
      const { listener, seen } = guarded((ctx) => {
        const body = new PassThrough()
        ctx.body = body
        body.write('half')
        setTimeout(() => body.destroy(failure), 5)
      })
      await serving(listener, async (url, server) => {
        const answer = await fetch(url, { headers: issuer.headers() })
        expect(answer.status).toBe(200)
        await pause(20)
        server.closeAllConnections()
        await expect(answer.text()).rejects.toThrow('terminated')
      })
      expect(seen).toContain(failure)
    })
  })

  it(`in ${name}, a time limit that answers while keys are fetched gives the only answer`, async () => {
    const held = createHeldIssuer()
    const { requireAuth } = createAuth(held.options)
    const errors: unknown[] = []
    const app = new Framework()
    app.on('error', (error) => void errors.push(error))
    app.use((ctx, next) => {
      void held.asked.then(() => {
        ctx.res.statusCode = 504
        ctx.res.end('late')
      })
      return next()
    })
    app.use(requireAuth({ scope: 'a' }))
    app.use(reached)
    await serving(app.callback(), async (url, server) => {
      const finished = once(server, 'request').then(([, response]) => once(response, 'close'))
      const answer = await fetch(url, { headers: held.issuer.headers() })
      expect([answer.status, await answer.text()]).toEqual([504, 'late'])
      held.answer()
      await finished
      await pause(20)
    })
    expect(errors).toEqual([])
  })
})
