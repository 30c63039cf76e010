import { once } from 'node:events'
import type {
  ClientRequest,
  IncomingMessage,
  RequestListener,
  Server,
  ServerResponse,
} from 'node:http'
import { Agent, request as httpRequest } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { All, Controller, UseGuards } from '@nestjs/common'
import express from 'express'
import express4 from 'express4'
import type { FastifyInstance } from 'fastify'
import { fastify } from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import Koa2 from 'koa2'
import type { VerifierOptions } from 'tollgate'
import { createAuth as createExpressAuth } from 'tollgate/express'
import { createAuth as createFastifyAuth } from 'tollgate/fastify'
import { createAuth as createFetchAuth } from 'tollgate/fetch'
import { createAuth as createHonoAuth } from 'tollgate/hono'
import { createAuth as createKoaAuth } from 'tollgate/koa'
import { createAuth as createNestAuth } from 'tollgate/nest'
import { createAuth as createNodeAuth } from 'tollgate/node'
import { describe, expect, it } from 'vitest'
import type { NestSetup, Platform } from './nest-stage.ts'
import { startNest } from './nest-stage.ts'
import {
  createDeferred,
  createHeldIssuer,
  expectNoStrayErrors,
  issuer,
  pause,
  serving,
} from './stage.ts'

expectNoStrayErrors()

/** One guarded route for all methods. Its handler does not read the body, and tells that it ran. */
interface Setup {
  readonly auth: VerifierOptions
  readonly scope?: string
  readonly ran: () => void
  /** The work that onRefuse waits for before it answers 418. */
  readonly slow?: () => Promise<void>
}
type Listen = (setup: Setup) => RequestListener | Promise<RequestListener>

const asked = ({ scope }: Setup) => (scope === undefined ? {} : { scope })

const onExpress =
  (framework: typeof express): Listen =>
  (setup) => {
    const { auth, ran, slow } = setup
    const { requireAuth } = createExpressAuth({
      ...auth,
      onRefuse: slow && ((_error, _req, res) => slow().then(() => res.status(418).send('no'))),
    })
    const app = framework()
    app.set('env', 'test')
    return app.use(requireAuth(asked(setup)), (_req, res) => {
      ran()
      res.send('ran')
    })
  }

const onKoa =
  (Framework: typeof Koa): Listen =>
  (setup) => {
    const { auth, ran, slow } = setup
    const { requireAuth } = createKoaAuth({
      ...auth,
      onRefuse:
        slow &&
        (async (_error, ctx) => {
          await slow()
          ctx.status = 418
        }),
    })
    const app = new Framework()
    app.use(requireAuth(asked(setup)))
    app.use((ctx) => {
      ran()
      ctx.body = 'ran'
    })
    return app.callback()
  }

const onFastify =
  (where: 'onRequest' | 'preHandler' | 'plugin', answers = true): Listen =>
  async (setup) => {
    const { auth, ran, slow } = setup
    const { requireAuth, plugin } = createFastifyAuth({
      ...auth,
      onRefuse:
        slow &&
        (async (_error, _request, reply) => {
          await slow()
          if (answers) reply.code(418).send('no')
          // A Fastify reply is a thenable. It settles when the reply is sent or the caller is gone.
          return reply
        }),
    })
    const app = fastify()
    app.addContentTypeParser('*', (_request, _body, done) => done(null))
    if (where === 'plugin') app.register(plugin, asked(setup))
    const options = where === 'plugin' ? {} : { [where]: requireAuth(asked(setup)) }
    app.all('/', options, async () => {
      ran()
      return 'ran'
    })
    await app.ready()
    return app.routing as RequestListener
  }

const onHono: Listen = (setup) => {
  const { auth, ran, slow } = setup
  const { requireAuth } = createHonoAuth({
    ...auth,
    onRefuse: slow && ((_error, c) => slow().then(() => c.text('no', 418))),
  })
  const app = new Hono()
  app.all('/', requireAuth(asked(setup)), (c) => {
    ran()
    return c.text('ran')
  })
  return getRequestListener(app.fetch)
}

const onFetch: Listen = (setup) => {
  const { auth, ran, slow } = setup
  const { guard } = createFetchAuth({
    ...auth,
    onRefuse: slow && (() => slow().then(() => new Response('no', { status: 418 }))),
  })
  const handler = (): Response => {
    ran()
    return new Response('ran')
  }
  return getRequestListener(guard(handler, asked(setup)))
}

const onNode: Listen = (setup) => {
  const { auth, ran, slow } = setup
  const { requireAuth } = createNodeAuth({
    ...auth,
    onRefuse:
      slow &&
      (async (_error, _req, res) => {
        await slow()
        res.statusCode = 418
        res.end('no')
      }),
  })
  const guard = requireAuth(asked(setup))
  return async (req, res) => {
    if ((await guard(req, res)) === false) return
    ran()
    res.end('ran')
  }
}

const onNest =
  (platform: Platform): Listen =>
  async (setup) => {
    const { auth, ran, slow } = setup
    const { requireAuth } = createNestAuth({
      ...auth,
      onRefuse:
        slow &&
        (async (_error, context) => {
          await slow()
          context.switchToHttp().getResponse().status(418).send('no')
        }),
    })
    @Controller()
    class Route {
      @All()
      @UseGuards(requireAuth(asked(setup)))
      run(): string {
        ran()
        return 'ran'
      }
    }
    const before: NestSetup['before'] = (app) => {
      if (platform === 'Express') return
      const server: FastifyInstance = app.getHttpAdapter().getInstance()
      server.addContentTypeParser('*', (_request, _body, done) => done(null))
    }
    // On Express, Nest reads bodies of JSON and of forms alone.
    return (await startNest(platform, { controllers: [Route], before })).listener
  }

const listeners: Readonly<Record<string, Listen>> = {
  'Express 4': onExpress(express4 as unknown as typeof express),
  'Express 5': onExpress(express),
  'Koa 2': onKoa(Koa2 as unknown as typeof Koa),
  'Koa 3': onKoa(Koa),
  'Fastify 5 with onRequest': onFastify('onRequest'),
  'Fastify 5 with preHandler': onFastify('preHandler'),
  'Fastify 5 with the plugin': onFastify('plugin'),
  'Fastify 5 with an onRefuse that only gives back the reply': onFastify('onRequest', false),
  'Nest on Express': onNest('Express'),
  'Nest on Fastify': onNest('Fastify'),
  Hono: onHono,
  fetch: onFetch,
  'node:http': onNode,
}

const agent = (): Agent => new Agent({ keepAlive: true, maxSockets: 1 })

/**
 * Waits for the answer to a request. Gives its status, and whether its connection was used before.
 */
async function exchange(
  sent: ClientRequest,
): Promise<[status: number | undefined, reused: boolean]> {
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  answer.resume()
  await once(answer, 'end')
  return [answer.statusCode, sent.reusedSocket]
}

/** Sends a request. `hangUp` closes its connection, and waits until the server has noticed. */
function hangingUp(server: Server, url: string, headers: Record<string, string> = {}) {
  const gone = once(server, 'request').then(([, response]) =>
    once(response as ServerResponse, 'close'),
  )
  const sent = httpRequest(url, { headers, agent: false }).end()
  sent.on('error', () => {})
  return {
    async hangUp(): Promise<void> {
      sent.destroy()
      await gone
    },
  }
}

describe.each(Object.entries(listeners))('connections to %s', (name, listen) => {
  const counting = () => {
    const count = { ran: 0 }
    return { count, ran: () => void count.ran++ }
  }

  it(`${name} keeps the connection of a refused POST for the next request`, async () => {
    const { count, ran } = counting()
    await serving(await listen({ auth: issuer.trust(), ran }), async (url) => {
      const one = agent()
      const post = () => {
        const headers = { 'content-type': 'application/octet-stream' }
        const sent = httpRequest(url, { method: 'POST', agent: one, headers })
        return exchange(sent.end(Buffer.alloc(60_000)))
      }
      expect(await post()).toEqual([401, false])
      expect(await post()).toEqual([401, true])
      const passing = httpRequest(url, { agent: one, headers: issuer.headers() }).end()
      expect(await exchange(passing)).toEqual([200, true])
      one.destroy()
    })
    expect(count.ran).toBe(1)
  })

  // Only the guard comes before the body here: the body parser of the route with preHandler does
  // not read it either.
  it(`${name} refuses an upload that never ends while it goes on, and can then shut down`, async () => {
    const { count, ran } = counting()
    await serving(await listen({ auth: issuer.trust(), ran }), async (url, server) => {
      const headers = { 'content-type': 'application/octet-stream' }
      const sent = httpRequest(url, { method: 'POST', agent: false, headers })
      // The server closes the connection with its answer, which breaks a later write. A client may
      // lose an answer that it has not read by then (Deno does), so it writes only now and then, and
      // `once`, which rejects for such an error, does not do here.
      sent.on('error', () => {})
      const answered = new Promise<IncomingMessage>((resolve) => sent.once('response', resolve))
      const upload = setInterval(() => sent.write(Buffer.alloc(16_384)), 25)
      const answer = await answered
      expect(answer.statusCode).toBe(401)
      expect(sent.writableEnded).toBe(false)
      const read = new Promise((resolve) => answer.once('close', resolve))
      answer.on('error', () => {}).resume()
      await read
      clearInterval(upload)
      sent.destroy()
      server.close()
      await once(server, 'close')
    })
    expect(count.ran).toBe(0)
  })

  it(`${name} serves other callers and runs no handler when a refused caller hangs up during a fetch of keys`, async () => {
    const held = createHeldIssuer()
    const { count, ran } = counting()
    const listener = await listen({ auth: held.options, scope: 'a', ran })
    await serving(listener, async (url, server) => {
      const { hangUp } = hangingUp(server, url, held.issuer.headers())
      await held.asked
      const waiting = exchange(
        httpRequest(url, { agent: false, headers: held.issuer.headers({ scope: 'a' }) }).end(),
      )
      await hangUp()
      held.answer()
      expect(await waiting).toEqual([200, false])
      await pause(10)
      expect(count.ran).toBe(1)
      const again = httpRequest(url, { agent: false, headers: held.issuer.headers() }).end()
      expect((await exchange(again))[0]).toBe(403)
    })
  })

  it(`${name} runs no handler when a caller hangs up during a slow onRefuse`, async () => {
    const { count, ran } = counting()
    const begun = createDeferred()
    const answer = createDeferred()
    const slow = (): Promise<void> => {
      begun.resolve()
      return answer.promise
    }
    const listener = await listen({ auth: issuer.trust(), ran, slow })
    await serving(listener, async (url, server) => {
      const { hangUp } = hangingUp(server, url)
      await begun.promise
      await hangUp()
      answer.resolve()
      await pause(20)
      const passing = httpRequest(url, { agent: false, headers: issuer.headers() }).end()
      expect(await exchange(passing)).toEqual([200, false])
    })
    expect(count.ran).toBe(1)
  })
})
