import { once } from 'node:events'
import type { Response } from 'express'
import express from 'express'
import express4 from 'express4'
import supertest from 'supertest'
import type { AuthError } from 'tollgate'
import type { OnRefuse } from 'tollgate/express'
import { createAuth } from 'tollgate/express'
import { describe, expect, it } from 'vitest'
import {
  challenge,
  createHeldIssuer,
  expectNoStrayErrors,
  issuer,
  pause,
  serving,
  thrownByHooks,
} from './stage.ts'

expectNoStrayErrors()

describe.each([
  ['Express 4', express4 as unknown as typeof express],
  ['Express 5', express],
])('errors and refusals in %s', (name, framework) => {
  /**
   * A guarded app. `seen` holds the errors that reached its error handler. With `custom` that
   * handler answers them itself; without, it leaves them to Express.
   */
  const guarded = (
    handler: express.RequestHandler,
    { onRefuse, custom = true }: { onRefuse?: OnRefuse; custom?: boolean } = {},
  ) => {
    const seen: unknown[] = []
    const refused: AuthError[] = []
    const late: unknown[] = []
    const { requireAuth } = createAuth({
      ...issuer.trust(),
      ...(onRefuse && {
        onRefuse: (error, ...rest) => {
          refused.push(error)
          return onRefuse(error, ...rest)
        },
      }),
    })
    const app = framework()
    // In every other environment the error handler of Express prints each error.
    app.set('env', 'test')
    app.use((_req, res, next) => {
      res.set('X-Before', 'kept')
      next()
    })
    app.get('/', requireAuth(), handler)
    app.use(((error, _req, res, next) => {
      seen.push(error)
      if (!custom || res.headersSent) return next(error)
      return res
        .status(error.status ?? 500)
        .set(error.headers)
        .json('custom')
    }) satisfies express.ErrorRequestHandler)
    // A second call of next comes here, after the answer has been sent.
    app.use(((error, _req, _res, next) => {
      if (custom) late.push(error)
      next(error)
    }) satisfies express.ErrorRequestHandler)
    return { app, seen, refused, late }
  }
  const reached: express.RequestHandler = (_req, res) => void res.json('reached')

  describe('an error behind the guard', () => {
    const failure = Object.assign(new Error('later'), { status: 409 })
    const failing: Record<string, express.RequestHandler> = {
      'a throw': () => {
        throw failure
      },
      'next(error)': (_req, _res, next) => next(failure),
      'a later next(error)': (_req, _res, next) => void setTimeout(next, 5, failure),
      ...(name === 'Express 5' && { 'a rejection': () => Promise.reject(failure) }),
    }

    it.each(Object.keys(failing))(
      `in ${name}, %s behind the guard reaches the error handler once and is no refusal`,
      async (kind) => {
        const { app, seen, refused } = guarded(failing[kind] as express.RequestHandler, {
          onRefuse: (_error, _req, res) => res.status(418).json('refused'),
        })
        await supertest(app).get('/').use(issuer.as()).expect(409, '"custom"')
        expect(seen).toEqual([failure])
        expect(refused).toEqual([])
      },
    )
  })

  describe('the hook onRefuse', () => {
    const hooks = {
      throws: (value: unknown) => () => {
        throw value
      },
      rejects: (value: unknown) => async () => {
        await pause(1)
        throw value
      },
    } satisfies Record<string, (value: unknown) => OnRefuse>

    it.each(['throws', 'rejects'] as const)(
      `in ${name}, an onRefuse that %s causes exactly one error`,
      async (how) => {
        for (const value of thrownByHooks) {
          const { app, seen } = guarded(reached, { onRefuse: hooks[how](value) })
          await supertest(app).get('/').expect(500, '"custom"')
          expect(seen).toHaveLength(1)
          const bare = guarded(reached, { onRefuse: hooks[how](value), custom: false })
          const answer = await supertest(bare.app).get('/').expect(500)
          expect(answer.text).not.toContain('reached')
        }
      },
    )

    it(`in ${name}, an onRefuse that passes on the refusal is answered with its status and challenge`, async () => {
      const passing: OnRefuse[] = [
        (error, _req, _res, next) => next(error),
        (_error, _req, _res, next) => next(),
        (error) => Promise.reject(error),
        (error, _req, _res, next) => {
          next(error)
          next()
          next(new Error('twice'))
        },
      ]
      for (const onRefuse of passing) {
        for (const custom of [true, false]) {
          const { app, seen, refused, late } = guarded(reached, { onRefuse, custom })
          const answer = await supertest(app).get('/').expect(401)
          expect(answer.headers).toMatchObject({
            'www-authenticate': challenge,
            'cache-control': 'no-store',
          })
          expect(seen).toEqual(refused)
          expect(seen).toHaveLength(1)
          expect(late).toEqual([])
          expect(answer.headers['x-before']).toBe('kept')
        }
      }
    })

    it(`in ${name}, onRefuse may answer with the Express response, at once or later`, async () => {
      const teapot: OnRefuse = (_error, _req, res: Response) =>
        res.status(418).type('text').send('no')
      for (const onRefuse of [
        teapot,
        async (...all: Parameters<OnRefuse>) => {
          await pause(10)
          return teapot(...all)
        },
      ]) {
        const { app, seen } = guarded(reached, { onRefuse })
        const answer = await supertest(app).get('/').expect(418, 'no')
        expect(answer.headers['x-before']).toBe('kept')
        expect(seen).toEqual([])
      }
    })
  })

  describe('an onRefuse that has ended', () => {
    it(`in ${name}, a next that onRefuse calls after it has ended does nothing`, async () => {
      const late: OnRefuse[] = [
        (error, _req, _res, next) => void setTimeout(next, 5, error),
        (_error, _req, _res, next) => void setTimeout(next, 5),
        async (_error, _req, _res, next) => void setTimeout(next, 5, new Error('late')),
      ]
      for (const onRefuse of late) {
        const behind = guarded(reached, { onRefuse })
        const answer = await supertest(behind.app).get('/').expect(401)
        await pause(15)
        expect(answer.headers).toMatchObject({ 'www-authenticate': challenge, 'x-before': 'kept' })
        expect(answer.body).toMatchObject({ title: 'Unauthorized', status: 401 })
        expect([behind.seen, behind.late]).toEqual([[], []])
      }
    })

    it(`in ${name}, a next that onRefuse calls after it has failed does nothing`, async () => {
      const failure = new Error('hook')
      const { app, seen, late } = guarded(reached, {
        onRefuse: (error, _req, _res, next) => {
          setTimeout(next, 5, error)
          throw failure
        },
      })
      await supertest(app).get('/').expect(500, '"custom"')
      await pause(15)
      expect([seen, late]).toEqual([[failure], []])
    })

    it(`in ${name}, an onRefuse whose promise settles after next is waited for`, async () => {
      const { app, seen, refused } = guarded(reached, {
        onRefuse: async (error, _req, _res, next) => {
          await pause(5)
          next(error)
        },
      })
      await supertest(app).get('/').expect(401, '"custom"')
      expect(seen).toEqual(refused)
    })

    it(`in ${name}, an answer that onRefuse gives later without a promise throws after the usual answer`, async () => {
      const thrown: unknown[] = []
      const { app, seen } = guarded(reached, {
        onRefuse: (_error, _req, res) =>
          void setTimeout(() => {
            try {
              res.status(418).json('no')
            } catch (error) {
              thrown.push((error as { code?: unknown }).code)
            }
          }, 5),
      })
      await supertest(app).get('/').expect(401)
      await pause(15)
      expect([thrown, seen]).toEqual([['ERR_HTTP_HEADERS_SENT'], []])
    })

    it(`in ${name}, an answer that onRefuse has begun is left to onRefuse`, async () => {
      const { app } = guarded(reached, {
        onRefuse: (_error, _req, res: Response) => {
          res.status(418).type('text').write('a')
          setTimeout(() => res.end('b'), 5)
        },
      })
      await supertest(app).get('/').expect(418, 'ab')
    })
  })

  it(`in ${name}, a next that throws when onRefuse calls it is called once`, async () => {
    const passing: OnRefuse[] = [
      (error, _req, _res, next) => next(error),
      (_error, _req, _res, next) => next(),
      async (error, _req, _res, next) => next(error),
      (error, _req, _res, next) => {
        try {
          next(error)
        } catch {
          next(error)
        }
      },
    ]
    for (const onRefuse of passing) {
      const given: unknown[] = []
      const ends: unknown[] = []
      const next = (error: unknown): void => {
        given.push(error)
        throw new Error('the next of this framework throws')
      }
      const res = { statusCode: 200, setHeader() {}, end: (body: unknown) => ends.push(body) }
      createAuth({ ...issuer.trust(), onRefuse }).requireAuth()({ headers: {} }, res, next)
      await pause(5)
      expect(given).toEqual([expect.objectContaining({ reason: 'no-credentials' })])
      expect(ends).toEqual([])
    }
  })

  describe('a stream', () => {
    it(`in ${name}, a guarded handler can stream its answer chunk by chunk`, async () => {
      const { app } = guarded(async (_req, res) => {
        res.type('text/event-stream').flushHeaders()
        for (const part of ['a', 'b']) {
          res.write(`data: ${part}\n\n`)
          await pause(5)
        }
        res.end()
      })
      const answer = await supertest(app).get('/').use(issuer.as()).buffer().expect(200)
      expect(answer.text).toBe('data: a\n\ndata: b\n\n')
      expect(answer.headers['transfer-encoding']).toBe('chunked')
    })

    it(`in ${name}, a guarded stream that fails half-way is broken off and not answered again`, async () => {
      const failure = new Error('half-way')
      const { app, seen } = guarded((_req, res, next) => {
        res.write('half')
        setTimeout(next, 5, failure)
      })
      await serving(app, async (url) => {
        const answer = await fetch(url, { headers: issuer.headers() })
        expect(answer.status).toBe(200)
        await expect(answer.text()).rejects.toThrow('terminated')
      })
      expect(seen).toEqual([failure])
    })
  })

  it(`in ${name}, a time limit that answers while keys are fetched gives the only answer`, async () => {
    const held = createHeldIssuer()
    const { requireAuth } = createAuth(held.options)
    const errors: unknown[] = []
    const app = framework()
    app.use((_req, res, next) => {
      void held.asked.then(() => res.status(504).end('late'))
      next()
    })
    app.use(requireAuth({ scope: 'a' }), reached)
    app.use(((error, _req, _res, next) => {
      errors.push(error)
      next(error)
    }) satisfies express.ErrorRequestHandler)
    await serving(app, async (url, server) => {
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
