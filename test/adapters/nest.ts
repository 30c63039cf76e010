import 'reflect-metadata'
import type { RequestListener } from 'node:http'
import type {
  ArgumentsHost,
  ExceptionFilter,
  ExecutionContext,
  INestApplication,
} from '@nestjs/common'
import { All, Controller, HttpCode, Module, Req, UseGuards } from '@nestjs/common'
import type { AbstractHttpAdapter } from '@nestjs/core'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import type { FastifyInstance } from 'fastify'
import type { OnRefuse, OnRefused } from 'tollgate/nest'
import { createAuth, getAuth } from 'tollgate/nest'
import type { AdapterSetup, NodeRequest } from './adapter.ts'
import { collector, found, pause } from './adapter.ts'

/** Ways to run an app of Nest. */
export interface NestPlatform {
  createAdapter(): AbstractHttpAdapter
  /** Answers on its own, as an app may in a hook or in a filter. */
  answer(response: unknown, status: number, body: unknown): void
  prepare(app: INestApplication, prepare: NonNullable<AdapterSetup['prepare']>): void
  listener(app: INestApplication): RequestListener
}

interface Answering {
  status(code: number): { send(body: unknown): unknown }
}

function answer(response: unknown, status: number, body: unknown): void {
  ;(response as Answering).status(status).send(body)
}

export const nestOnExpress: NestPlatform = {
  createAdapter: () => new ExpressAdapter(),
  answer,
  prepare(app, prepare) {
    app.use((req: NodeRequest, _res: unknown, next: () => void) => {
      prepare(req, req)
      next()
    })
  },
  listener: (app) => app.getHttpAdapter().getInstance(),
}

export const nestOnFastify: NestPlatform = {
  createAdapter: () => new FastifyAdapter(),
  answer,
  prepare(app, prepare) {
    const fastify: FastifyInstance = app.getHttpAdapter().getInstance()
    fastify.addHook('onRequest', async (request) => prepare(request.raw, request))
  },
  listener(app) {
    const fastify: FastifyInstance = app.getHttpAdapter().getInstance()
    return (req, res) => fastify.routing(req, res)
  },
}

/** A filter that answers every error, whatever it is, as many apps have one. */
function catchAll(platform: NestPlatform): ExceptionFilter {
  return {
    catch(error: { status?: number }, host: ArgumentsHost) {
      const status = error.status ?? 500
      platform.answer(host.switchToHttp().getResponse(), status, { caught: status })
    },
  }
}

export const nestListener =
  (platform: NestPlatform, filter?: 'catching all') =>
  async (setup: AdapterSetup): Promise<RequestListener> => {
    const { auth, other = auth, routes, onRefuse, onRefused, prepare } = setup
    const hook: OnRefuse = async (error, context: ExecutionContext) => {
      onRefuse?.told(error, look(context), context.switchToHttp().getRequest())
      switch (onRefuse?.then) {
        // There is no next handler, only the filters of Nest.
        case 'pass':
        case 'continue':
          throw error
        case 'throw':
          throw new Error('hook')
        case 'forget':
          return
        case 'later':
          await pause(5)
      }
      platform.answer(context.switchToHttp().getResponse(), 418, 'teapot')
    }
    const watch: OnRefused = (error, request, auth) =>
      onRefused?.(error, look(request), request, auth)
    const hooks = {
      ...(onRefuse && { onRefuse: hook }),
      ...(onRefused && { onRefused: watch }),
    }
    const first = createAuth({ ...auth, ...hooks })
    const second = createAuth({ ...other, ...hooks })
    const collect = collector({ auth: first.getAuth, other: second.getAuth, last: getAuth })
    const look = (from: ExecutionContext | object) => {
      const request = 'switchToHttp' in from ? from.switchToHttp().getRequest() : from
      return collect(from, Reflect.get(request, 'auth'))
    }

    // Decorators are functions. Written so, each path gets a controller of its own.
    const controllers = Object.entries(routes).map(([path, guards]) => {
      class Route {
        handle(request: object): object {
          return found(setup, request, look(request))
        }
      }
      const decorators = [
        All(),
        HttpCode(200),
        UseGuards(
          ...guards.map(({ by, ...route }) => (by === 'other' ? second : first).requireAuth(route)),
        ),
      ]
      const handler = Object.getOwnPropertyDescriptor(Route.prototype, 'handle')
      for (const decorate of decorators) {
        decorate(Route.prototype, 'handle', handler as PropertyDescriptor)
      }
      Req()(Route.prototype, 'handle', 0)
      Controller(path)(Route)
      return Route
    })
    class App {}
    Module({ controllers })(App)

    const app = await NestFactory.create(App, platform.createAdapter(), {
      logger: false,
      abortOnError: false,
    })
    if (filter !== undefined) app.useGlobalFilters(catchAll(platform))
    if (prepare !== undefined) platform.prepare(app, prepare)
    await app.init()
    if (platform === nestOnFastify) await app.getHttpAdapter().getInstance().ready()
    return platform.listener(app)
  }
