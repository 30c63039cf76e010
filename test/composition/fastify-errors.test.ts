import { once } from 'node:events'
import { connect } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { PassThrough } from 'node:stream'
import type { FastifyReply, RouteHandlerMethod } from 'fastify'
import { fastify } from 'fastify'
import type { AuthError } from 'tollgate'
import type { OnRefuse } from 'tollgate/fastify'
import { createAuth } from 'tollgate/fastify'
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

describe.each(['onRequest', 'preHandler', 'plugin'] as const)(
  'errors and refusals of a Fastify guard as %s',
  (where) => {
    const guard = `a Fastify guard as ${where}`

    /**
     * A guarded server. `seen` holds the errors that reached Fastify. With `custom` the server has
     * an error handler of its own; without, Fastify answers.
     */
    const guarded = (
      handler: RouteHandlerMethod,
      { onRefuse, custom = true }: { onRefuse?: OnRefuse; custom?: boolean } = {},
    ) => {
      const seen: unknown[] = []
      const refused: AuthError[] = []
      const ran = { handler: 0 }
      const { requireAuth, plugin } = createAuth({
        ...issuer.trust(),
        ...(onRefuse && {
          onRefuse: (error, ...rest) => {
            refused.push(error)
            return onRefuse(error, ...rest)
          },
        }),
      })
      const app = fastify()
      app.addHook('onRequest', async (_request, reply) => {
        reply.header('X-Before', 'kept')
      })
      app.addHook('onError', async (_request, _reply, error) => void seen.push(error))
      if (custom) {
        app.setErrorHandler<Partial<AuthError>>((error, _request, reply) => {
          reply
            .code(error.status ?? 500)
            .headers(error.headers ?? {})
            .send('custom')
        })
      }
      if (where === 'plugin') app.register(plugin)
      const options = where === 'plugin' ? {} : { [where]: requireAuth() }
      app.get('/', options, function run(...all) {
        ran.handler++
        return handler.apply(this, all)
      })
      return { app, seen, refused, ran }
    }
    const reached: RouteHandlerMethod = async () => 'reached'

    describe('an error behind the guard', () => {
      const failure = Object.assign(new Error('later'), { status: 409 })
      const failing: Record<string, RouteHandlerMethod> = {
        'a throw': () => {
          throw failure
        },
        'a rejection': () => Promise.reject(failure),
        'reply.send(error)': (_request, reply) => void setTimeout(() => reply.send(failure), 5),
      }

      it.each(Object.keys(failing))(
        `%s behind ${guard} reaches Fastify once and is no refusal`,
        async (kind) => {
          const onRefuse: OnRefuse = (_error, _request, reply) => reply.code(418).send('refused')
          for (const custom of [true, false]) {
            const behind = guarded(failing[kind] as RouteHandlerMethod, { onRefuse, custom })
            const answer = await behind.app.inject({ url: '/', headers: issuer.headers() })
            expect(answer.statusCode).toBe(409)
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
      ])(`an onRefuse of ${guard} that %s causes exactly one error`, async (_how, hook) => {
        for (const value of thrownByHooks) {
          for (const custom of [true, false]) {
            const { app, seen, ran } = guarded(reached, { onRefuse: hook(value), custom })
            expect((await app.inject('/')).statusCode).toBe(500)
            expect(seen).toHaveLength(1)
            expect(ran.handler).toBe(0)
          }
        }
      })

      it(`an onRefuse of ${guard} that passes on the refusal is answered with its status and challenge`, async () => {
        const passing: OnRefuse[] = [
          (error) => {
            throw error
          },
          (error) => Promise.reject(error),
          (error, _request, reply) => void reply.send(error),
          async (error, _request, reply) => {
            await pause(5)
            return reply.send(error)
          },
        ]
        for (const onRefuse of passing) {
          for (const custom of [true, false]) {
            const { app, seen, refused, ran } = guarded(reached, { onRefuse, custom })
            const answer = await app.inject('/')
            expect(answer.statusCode).toBe(401)
            expect(answer.headers).toMatchObject({
              'www-authenticate': challenge,
              'cache-control': 'no-store',
              'x-before': 'kept',
            })
            expect(seen).toEqual(refused)
            expect(ran.handler).toBe(0)
          }
        }
      })

      it(`an onRefuse of ${guard} may answer at once or later, and its result is ignored`, async () => {
        const teapot = (reply: FastifyReply) => reply.code(418).send({ no: true })
        const answering: OnRefuse[] = [
          (_error, _request, reply) => void teapot(reply),
          (_error, _request, reply) => teapot(reply),
          async (_error, _request, reply) => teapot(reply),
          async (_error, _request, reply) => {
            setTimeout(teapot, 5, reply)
            return reply
          },
          async (_error, _request, reply) => {
            await pause(5)
            teapot(reply)
            return 'ignored'
          },
        ]
        for (const onRefuse of answering) {
          const { app, seen, ran } = guarded(reached, { onRefuse })
          const answer = await app.inject('/')
          expect([answer.statusCode, answer.json()]).toEqual([418, { no: true }])
          expect(answer.headers['x-before']).toBe('kept')
          expect(seen).toEqual([])
          expect(ran.handler).toBe(0)
        }
      })

      it(`an onRefuse of ${guard} that answers and then throws causes no second answer`, async () => {
        const onRefuse: OnRefuse = async (_error, _request, reply) => {
          reply.code(418).send('no')
          throw new Error('afterwards')
        }
        const { app, seen, ran } = guarded(reached, { onRefuse })
        expect((await app.inject('/')).statusCode).toBe(418)
        expect(seen).toEqual([])
        expect(ran.handler).toBe(0)
      })
    })

    describe('an onRefuse that has ended', () => {
      const usual = { type: 'about:blank', title: 'Unauthorized', status: 401 }
      /** The server has hooks that run between `reply.send()` and the answer, as for compression. */
      const slowly = (onRefuse: OnRefuse) => {
        const behind = guarded(reached, { onRefuse })
        behind.app.addHook('onSend', async (_request, _reply, payload) => {
          await pause(5)
          return payload
        })
        behind.app.setNotFoundHandler(async (_request, reply) => {
          await pause(5)
          return reply.code(404).send('none')
        })
        return behind
      }

      it(`an onRefuse of ${guard} that does nothing gets the usual answer, also through slow onSend hooks`, async () => {
        const idle: OnRefuse[] = [() => {}, async () => pause(1), () => 'ignored']
        for (const onRefuse of idle) {
          const { app, seen, ran } = slowly(onRefuse)
          const answer = await app.inject('/')
          expect([answer.statusCode, answer.json()]).toEqual([401, usual])
          expect(answer.headers).toMatchObject({
            'www-authenticate': challenge,
            'content-type': 'application/problem+json',
            'x-before': 'kept',
          })
          expect([seen, ran.handler]).toEqual([[], 0])
        }
      })

      it.each<[string, OnRefuse, number, string]>([
        ['sends', (_error, _request, reply) => void reply.code(418).send('no'), 418, 'no'],
        [
          'sends a stream',
          (_error, _request, reply) => {
            const body = new PassThrough()
            reply.code(418).send(body)
            setTimeout(() => body.end('streamed'), 5)
          },
          418,
          'streamed',
        ],
        ['redirects', (_error, _request, reply) => void reply.redirect('/login'), 302, ''],
        [
          'calls the 404 handler',
          (_error, _request, reply) => void reply.callNotFound(),
          404,
          'none',
        ],
        [
          'hijacks the reply and answers later',
          (_error, _request, reply) => {
            reply.hijack()
            setTimeout(() => reply.raw.writeHead(418).end('raw'), 5)
          },
          418,
          'raw',
        ],
        [
          'writes the raw answer',
          (_error, _request, reply) => {
            reply.raw.writeHead(418).write('a')
            setTimeout(() => reply.raw.end('b'), 5)
          },
          418,
          'ab',
        ],
        [
          'sends and then throws',
          (_error, _request, reply) => {
            reply.code(418).send('no')
            throw new Error('afterwards')
          },
          418,
          'no',
        ],
      ])(
        `an onRefuse of ${guard} that %s gives the only answer, also through slow onSend hooks`,
        async (_how, onRefuse, status, body) => {
          const { app, seen, ran } = slowly(onRefuse)
          const answer = await app.inject('/')
          expect([answer.statusCode, answer.body]).toEqual([status, body])
          await pause(15)
          expect([seen, ran.handler]).toEqual([[], 0])
        },
      )
    })

    describe('a stream', () => {
      it(`a handler behind ${guard} can stream its answer chunk by chunk`, async () => {
        const { app } = guarded((_request, reply) => {
          const events = new PassThrough()
          reply.type('text/event-stream').send(events)
          events.write('data: a\n\n')
          setTimeout(() => events.end('data: b\n\n'), 5)
        })
        const answer = await app.inject({ url: '/', headers: issuer.headers() })
        expect(answer.body).toBe('data: a\n\ndata: b\n\n')
        expect(answer.headers['transfer-encoding']).toBe('chunked')
      })

      it(`a stream behind ${guard} that fails half-way is broken off and not answered again`, async () => {
        const { app, refused } = guarded((_request, reply) => {
          const body = new PassThrough()
          reply.send(body)
          body.write('half')
          setTimeout(() => body.destroy(new Error('half-way')), 5)
        })
        await app.ready()
        await serving(app.routing, async (url) => {
          const answer = await fetch(url, { headers: issuer.headers() })
          expect(answer.status).toBe(200)
          await expect(answer.text()).rejects.toThrow('terminated')
        })
        expect(refused).toEqual([])
      })
    })

    describe('an answer that other code gives while keys are fetched', () => {
      const answering: Record<string, (reply: FastifyReply) => void> = {
        'reply.send': (reply) => void reply.code(504).send('late'),
        'raw.end': ({ raw }) => void raw.writeHead(504).end('late'),
        'reply.hijack': (reply) => void reply.hijack().raw.writeHead(504).end('late'),
        'reply.hijack and a later raw.end': (reply) => {
          const { raw } = reply.hijack()
          raw.statusCode = 504
          setTimeout(() => raw.end('late'), 200)
        },
        'a stream that goes on': ({ raw }) => {
          raw.writeHead(504).write('la')
          setTimeout(() => raw.end('te'), 200)
        },
      }

      it.each(Object.keys(answering))(
        `an answer by %s while keys are fetched for ${guard} is the only answer`,
        async (how) => {
          for (const requirements of [{ scope: 'missing' }, {}]) {
            const held = createHeldIssuer()
            const { requireAuth, plugin } = createAuth(held.options)
            const errors: unknown[] = []
            let handled = 0
            const app = fastify()
            app.addHook('onError', async (_request, _reply, error) => void errors.push(error))
            app.addHook('onRequest', (_request, reply, done) => {
              void held.asked.then(() => answering[how]?.(reply))
              done()
            })
            if (where === 'plugin') app.register(plugin, requirements)
            const options = where === 'plugin' ? {} : { [where]: requireAuth(requirements) }
            app.get('/', options, (_request, reply) => {
              handled++
              if (!reply.raw.headersSent) reply.send('handled')
            })
            const called = app.inject({ url: '/', headers: held.issuer.headers() })
            await held.asked
            await pause(5)
            held.answer()
            const answer = await called
            expect([answer.statusCode, answer.body]).toEqual([504, 'late'])
            await pause(5)
            expect(errors).toEqual([])
            // Fastify itself calls the handler of a route whose answer has begun but has not ended.
            expect(handled).toBe(
              how === 'a stream that goes on' && !('scope' in requirements) ? 1 : 0,
            )
          }
        },
      )

      it(`the time limit of Fastify answers while keys are fetched for ${guard}`, async () => {
        const held = createHeldIssuer()
        const { requireAuth, plugin } = createAuth(held.options)
        const app = fastify({ handlerTimeout: 20 })
        if (where === 'plugin') app.register(plugin, { scope: 'missing' })
        const options = where === 'plugin' ? {} : { [where]: requireAuth({ scope: 'missing' }) }
        app.get('/', options, reached)
        const answer = await app.inject({ url: '/', headers: held.issuer.headers() })
        expect(answer.statusCode).toBe(503)
        expect(answer.json().code).toBe('FST_ERR_HANDLER_TIMEOUT')
        held.answer()
        await pause(10)
      })
    })
  },
)

it('an HTTP/2 stream that is reset while keys are fetched does not affect other requests to Fastify', async () => {
  const held = createHeldIssuer()
  const { plugin } = createAuth(held.options)
  let handled = 0
  const app = fastify({ http2: true })
  app.register(plugin, { scope: 'a' })
  app.get('/', async () => ++handled)
  await app.listen({ host: '127.0.0.1', port: 0 })
  const session = connect(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`)
  const call = (headers = {}) => session.request({ ':path': '/', ...headers })
  const statusOf = async (stream: ReturnType<typeof call>) => {
    const [answer] = await once(stream, 'response')
    return (answer as unknown as Record<string, unknown>)[':status']
  }
  try {
    const reset = call(held.issuer.headers())
    reset.on('error', () => {})
    const passing = statusOf(call(held.issuer.headers({ scope: 'a' })))
    await held.asked
    reset.close(8)
    await once(reset, 'close')
    await pause(10)
    held.answer()
    expect(await passing).toBe(200)
    expect(await statusOf(call(held.issuer.headers()))).toBe(403)
    expect(await statusOf(call())).toBe(401)
    expect(handled).toBe(1)
  } finally {
    session.destroy()
    await app.close()
  }
})
