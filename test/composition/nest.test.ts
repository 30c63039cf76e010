import type {
  ArgumentsHost,
  CallHandler,
  ExceptionFilter,
  ExecutionContext,
  NestInterceptor,
  PipeTransform,
} from '@nestjs/common'
import {
  Controller,
  createParamDecorator,
  Get,
  Param,
  Post,
  Req,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common'
import { APP_GUARD } from '@nestjs/core'
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js'
import type { FastifyInstance } from 'fastify'
import supertest from 'supertest'
import type { AuthOptions } from 'tollgate/nest'
import { createAuth, getAuth } from 'tollgate/nest'
import { describe, expect, it } from 'vitest'
import type { NestSetup } from './nest-stage.ts'
import { platforms, startNest } from './nest-stage.ts'
import {
  challenge,
  countedTrust,
  createHeldIssuer,
  dead,
  expectNoStrayErrors,
  issuer,
  origin,
  pause,
  preflight,
  serving,
} from './stage.ts'

expectNoStrayErrors()

const subjectOf = createParamDecorator(
  (_data: unknown, context: ExecutionContext) => getAuth(context).subject,
)

describe.each(platforms)('a guard of Nest on %s', (platform) => {
  const where = `Nest on ${platform}`
  const start = async (setup: NestSetup) => (await startNest(platform, setup)).listener

  /** A controller with a guarded route, and counts of what ran. */
  const guarded = (options: AuthOptions = issuer.trust()) => {
    const { requireAuth } = createAuth(options)
    const ran = { interceptor: 0, pipe: 0, handler: 0, filter: 0 }
    class Interceptor implements NestInterceptor {
      intercept(_context: ExecutionContext, next: CallHandler) {
        ran.interceptor++
        return next.handle()
      }
    }
    class Pipe implements PipeTransform {
      transform(value: unknown): unknown {
        ran.pipe++
        return value
      }
    }
    @Controller()
    class Orders {
      @Get('orders/:id')
      @UseGuards(requireAuth({ scope: 'read' }))
      @UseInterceptors(Interceptor)
      order(@Param('id', Pipe) id: string, @subjectOf() subject: string): object {
        ran.handler++
        return { id, subject }
      }
    }
    const filter: ExceptionFilter = {
      catch(_error: unknown, host: ArgumentsHost) {
        ran.filter++
        host.switchToHttp().getResponse().status(500).send('caught')
      },
    }
    return { Orders, ran, filter, requireAuth }
  }

  it(`a guard of a controller of ${where} guards every route, and a guard of a method checks its own requirements only`, async () => {
    const { options, count } = countedTrust()
    const { requireAuth } = createAuth(options)
    @Controller()
    @UseGuards(requireAuth())
    class Orders {
      @Get('one')
      one(): string {
        return 'one'
      }
      @Post('two')
      @UseGuards(requireAuth({ scope: 'write' }))
      two(): string {
        return 'two'
      }
    }
    const app = supertest(await start({ controllers: [Orders] }))
    await app.get('/one').expect(401).expect('www-authenticate', challenge)
    await app.post('/two').expect(401)
    await app.get('/one').use(issuer.as({})).expect(200, 'one')
    count.accepted = 0
    await app
      .post('/two')
      .use(issuer.as({ scope: 'write' }))
      .expect(201, 'two')
    expect(count.accepted).toBe(1)
    await app
      .post('/two')
      .use(issuer.as({ scope: 'read' }))
      .expect(403)
  })

  it.each(['useGlobalGuards', 'APP_GUARD'] as const)(
    `a guard that ${where} is given by %s guards every route of the app`,
    async (how) => {
      const { Orders, requireAuth, ran } = guarded()
      const guard = requireAuth()
      @Controller()
      class Open {
        @Get('open')
        open(@Req() request: object): object {
          return { subject: getAuth(request).subject }
        }
      }
      const listener = await start({
        controllers: [Orders, Open],
        ...(how === 'APP_GUARD' && { providers: [{ provide: APP_GUARD, useValue: guard }] }),
        before: (app) => void (how === 'useGlobalGuards' && app.useGlobalGuards(guard)),
      })
      const app = supertest(listener)
      await app.get('/open').expect(401)
      await app
        .get('/open')
        .use(issuer.as({ sub: 'alice' }))
        .expect(200, { subject: 'alice' })
      await app.get('/orders/1').use(issuer.as({})).expect(403)
      await app.get('/nowhere').expect(404)
      expect(ran.handler).toBe(0)
    },
  )

  it(`a refused request of ${where} reaches no interceptor, no pipe, no handler and no filter`, async () => {
    const { Orders, ran, filter } = guarded({
      ...issuer.trust({ issuer: [issuer.url, dead.url] }),
      fetch: (url, init) => (url.startsWith(dead.url) ? dead : issuer).fetch(url, init as never),
    })
    const before: NestSetup['before'] = (app) => app.useGlobalFilters(filter)
    const app = supertest(await start({ controllers: [Orders], before }))
    const call = () => app.get('/orders/1')
    const statuses = [
      await call(),
      await call().set('authorization', 'Bearer a b'),
      await call().use(issuer.as({})),
      await call().auth(issuer.bad.tampered(), { type: 'bearer' }),
      await call().auth(dead.mint(), { type: 'bearer' }),
      await app.head('/orders/1'),
    ].map(({ status }) => status)
    expect(statuses).toEqual([401, 400, 403, 401, 503, 401])
    await pause(20)
    expect(ran).toEqual({ interceptor: 0, pipe: 0, handler: 0, filter: 0 })
    await call()
      .use(issuer.as({ sub: 'alice', scope: 'read' }))
      .expect(200, { id: '1', subject: 'alice' })
    expect(ran).toEqual({ interceptor: 1, pipe: 1, handler: 1, filter: 0 })
  })

  it(`an app of ${where} that allows CORS answers preflights, and refusals carry its headers`, async () => {
    const { Orders } = guarded()
    const before: NestSetup['before'] = (app) =>
      app.enableCors({ origin, exposedHeaders: 'WWW-Authenticate' })
    const app = supertest(await start({ controllers: [Orders], before }))
    await app.options('/orders/1').set(preflight).expect(204)
    await app
      .get('/orders/1')
      .set({ origin })
      .expect(401)
      .expect('access-control-allow-origin', origin)
      .expect('access-control-expose-headers', 'WWW-Authenticate')
      .expect('www-authenticate', /^Bearer realm="api"/)
  })

  it(`getAuth gives the caller from the context and from the request in ${where}, and an instruction where there is none`, async () => {
    const { Orders, requireAuth } = guarded()
    const seen: unknown[] = []
    const look = (from: object) => {
      const auth = getAuth(from, { optional: true })
      seen.push(auth?.subject ?? 'nobody')
    }
    const interceptor: NestInterceptor = {
      intercept(context, next) {
        look(context)
        look(context.switchToHttp().getRequest())
        return next.handle()
      },
    }
    const filter: ExceptionFilter = {
      catch(error: Error, host: ArgumentsHost) {
        look(host)
        host.switchToHttp().getResponse().status(500).send(error.message)
      },
    }
    @Controller()
    class Failing {
      @Get('fails')
      @UseGuards(requireAuth())
      fails(): never {
        throw new Error('out of order')
      }
      @Get('open')
      open(@Req() request: object): object {
        return getAuth(request)
      }
    }
    const before: NestSetup['before'] = (app) => {
      app.useGlobalInterceptors(interceptor)
      app.useGlobalFilters(filter)
    }
    const app = supertest(await start({ controllers: [Orders, Failing], before }))
    await app
      .get('/orders/1')
      .use(issuer.as({ sub: 'alice', scope: 'read' }))
      .expect(200)
    expect(seen.splice(0)).toEqual(['alice', 'alice'])
    await app
      .get('/fails')
      .use(issuer.as({ sub: 'bob' }))
      .expect(500, 'out of order')
    expect(seen.splice(0)).toEqual(['bob', 'bob', 'bob'])
    await app.get('/open').expect(500, /this route has no guard: put requireAuth\(\)/)
  })

  it(`headers that other code has set before stay in the answer to a refused request of ${where}`, async () => {
    const { Orders } = guarded()
    const before: NestSetup['before'] = (app) => {
      if (platform === 'Express') {
        app.use(
          (_req: unknown, res: { set(name: string, value: unknown): void }, next: () => void) => {
            res.set('X-Before', 'kept')
            res.set('Set-Cookie', ['a=1', 'b=2'])
            next()
          },
        )
      } else {
        const fastify: FastifyInstance = app.getHttpAdapter().getInstance()
        fastify.addHook('onRequest', async (_request, reply) => {
          reply.header('X-Before', 'kept').header('Set-Cookie', ['a=1', 'b=2'])
        })
      }
    }
    const { headers, status } = await supertest(await start({ controllers: [Orders], before })).get(
      '/orders/1',
    )
    expect([status, headers['x-before'], headers['set-cookie']]).toEqual([
      401,
      'kept',
      ['a=1', 'b=2'],
    ])
  })

  it(`an answer that other code gives while keys are fetched for a guard of ${where} is the only answer`, async () => {
    const held = createHeldIssuer()
    const { Orders, ran, filter } = guarded(held.options)
    const before: NestSetup['before'] = (app) => {
      app.useGlobalFilters(filter)
      app.useGlobalGuards({
        canActivate(context: ExecutionContext) {
          const response = context.switchToHttp().getResponse()
          void held.asked.then(() => response.status(504).send('late'))
          return true
        },
      })
    }
    const listener = await start({ controllers: [Orders], before })
    await serving(listener, async (url) => {
      const answer = await fetch(`${url}/orders/1`, { headers: held.issuer.headers() })
      expect([answer.status, await answer.text()]).toEqual([504, 'late'])
      held.answer()
      await pause(20)
      expect(ran).toEqual({ interceptor: 0, pipe: 0, handler: 0, filter: 0 })
    })
  })

  it(`an app of ${where} that has refused requests shuts down`, async () => {
    const { Orders } = guarded()
    const { app } = await startNest(platform, { controllers: [Orders] })
    await app.listen(0, '127.0.0.1')
    expect((await fetch(`${await app.getUrl()}/orders/1`)).status).toBe(401)
    await app.close()
  })

  it(`${where} does not start where requireAuth is not called, and says how to fix it`, async () => {
    const { requireAuth } = guarded()
    @Controller()
    @UseGuards(requireAuth)
    class Wrong {
      @Get()
      get(): string {
        return 'open'
      }
    }
    await expect(start({ controllers: [Wrong] })).rejects.toThrow(
      new TypeError('tollgate: requireAuth was given to Nest as a class: call it, requireAuth()'),
    )
  })
})

describe('a guard of Nest on Fastify', () => {
  it('hooks of Fastify see a refused request end once, and a time limit does not answer it again', async () => {
    const ended: unknown[] = []
    const { requireAuth } = createAuth(issuer.trust())
    @Controller()
    class Orders {
      @Get()
      @UseGuards(requireAuth())
      get(): string {
        return 'orders'
      }
    }
    const lines: string[] = []
    const stream = { write: (line: string) => void lines.push(line) }
    const { listener } = await startNest('Fastify', {
      controllers: [Orders],
      fastify: { handlerTimeout: 30, logger: { level: 'warn', stream } },
      before: (app) => {
        const fastify: FastifyInstance = app.getHttpAdapter().getInstance()
        fastify.addHook('onSend', async () => void ended.push('onSend'))
        fastify.addHook('onResponse', async (_request, { statusCode }) => {
          ended.push(statusCode)
        })
      },
    })
    await supertest(listener).get('/').expect(401)
    await pause(60)
    expect([ended, lines]).toEqual([[401], []])
  })

  it('the reply is taken from Fastify before the answer is written, and only where nobody has answered', async () => {
    for (const sent of [false, true]) {
      const done: string[] = []
      const raw = {
        headersSent: false,
        statusCode: 200,
        setHeader: (name: string) => void done.push(name),
        end: () => void done.push('end'),
      }
      const reply = {
        sent,
        raw,
        hijack: () => void done.push('hijack'),
        getHeaders: () => ({ vary: 'Origin', etag: undefined }),
        headers: () => void done.push('headers'),
      }
      const request = { raw: { method: 'GET', url: '/', headers: {} } }
      const { requireAuth } = createAuth(issuer.trust())
      void requireAuth().canActivate(new ExecutionContextHost([request, reply]))
      await pause(5)
      const [first, second] = [done.indexOf('hijack'), done.indexOf('end')]
      if (sent) expect(done).toEqual([])
      else expect([done[0], first, second]).toEqual(['vary', 1, done.length - 1])
    }
  })
})

describe('what is no request of HTTP', () => {
  const { requireAuth, getAuth: getOwn } = createAuth(issuer.trust())

  it.each(['rpc', 'ws', 'graphql'])(
    'a guard of Nest and getAuth refuse a context of type %s with a TypeError that names the recipe',
    async (type) => {
      const context = {
        getType: () => type,
        switchToHttp: () => ({ getRequest: () => ({}), getResponse: () => ({}) }),
      } as ExecutionContext
      const recipe = `for a context of type '${type}': see "Beyond HTTP" in docs/recipes/nest.md`
      const refusal = await requireAuth({ optional: true })
        .canActivate(context)
        .catch((error: unknown) => error)
      expect(refusal).toBeInstanceOf(TypeError)
      expect((refusal as Error).message).toContain(recipe)
      for (const read of [getAuth, getOwn]) {
        expect(() => read(context, { optional: true })).toThrow(recipe)
      }
    },
  )
})
