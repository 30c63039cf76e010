import { once } from 'node:events'
import type { RequestListener, Server } from 'node:http'
import { createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import express4 from 'express4'
import Koa from 'koa'
import Koa2 from 'koa2'
import type { AuthError, VerifierOptions } from 'tollgate'
import { createAuth as createExpressAuth } from 'tollgate/express'
import { createAuth as createKoaAuth } from 'tollgate/koa'

/** What a test may ask of any door. `check` sees the request's method, in whatever form the framework has it. */
export interface Route {
  scope?: string | readonly string[]
  anyScope?: readonly string[]
  check?: (auth: { subject: string }, request: { method: string }) => boolean | Promise<boolean>
  optional?: boolean
}

export interface DoorSetup {
  auth: VerifierOptions & { realm?: string }
  /** Guards by path, in order; each answers 200 with what it attached. */
  routes: Readonly<Record<string, readonly Route[]>>
  /** How a refusal is handled instead: told here, then passed on to the framework, thrown, or answered 418. */
  onRefuse?: { told: (error: AuthError) => void; then: 'pass' | 'continue' | 'throw' | 'answer' }
}

export interface Door {
  readonly name: string
  listener(setup: DoorSetup): RequestListener
}

function expressDoor(name: string, framework: typeof express): Door {
  return {
    name,
    listener({ auth, routes, onRefuse }) {
      const { requireAuth, getAuth } = createExpressAuth({
        ...auth,
        ...(onRefuse && {
          onRefuse: (error, _req, res, next) => {
            onRefuse.told(error)
            if (onRefuse.then === 'pass') next(error)
            else if (onRefuse.then === 'continue') next()
            else if (onRefuse.then === 'throw') throw new Error('hook')
            else res.status(418).send('teapot')
          },
        }),
      })
      const app = framework()
      // Express prints unhandled errors to stderr outside of this.
      app.set('env', 'test')
      for (const [path, guards] of Object.entries(routes)) {
        app.all(path, ...guards.map((route) => requireAuth(route)), (req, res) => {
          const attached = (req as { auth?: unknown }).auth
          res.json({ auth: getAuth(req, { optional: true }) ?? null, attached: attached ?? null })
        })
      }
      return app
    },
  }
}

function koaDoor(name: string, Framework: typeof Koa): Door {
  return {
    name,
    listener({ auth, routes, onRefuse }) {
      const { requireAuth, getAuth } = createKoaAuth({
        ...auth,
        ...(onRefuse && {
          onRefuse: (error, ctx, next) => {
            onRefuse.told(error)
            if (onRefuse.then === 'pass') throw error
            if (onRefuse.then === 'continue') return next()
            if (onRefuse.then === 'throw') throw new Error('hook')
            ctx.status = 418
            ctx.body = 'teapot'
            return undefined
          },
        }),
      })
      const app = new Framework()
      app.silent = true
      for (const [path, guards] of Object.entries(routes)) {
        const at =
          (middleware: Koa.Middleware): Koa.Middleware =>
          (ctx, next) =>
            ctx.path === path ? middleware(ctx, next) : next()
        for (const route of guards) app.use(at(requireAuth(route)))
        app.use(
          at((ctx) => {
            ctx.body = {
              auth: getAuth(ctx, { optional: true }) ?? null,
              attached: ctx.state['auth'] ?? null,
            }
          }),
        )
      }
      return app.callback()
    },
  }
}

export const doors: readonly Door[] = [
  expressDoor('Express 4', express4 as unknown as typeof express),
  expressDoor('Express 5', express),
  koaDoor('Koa 2', Koa2 as unknown as typeof Koa),
  koaDoor('Koa 3', Koa),
]

/** What DESIGN.md calls the same: status, body and these headers. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const compared = [
  'content-type',
  'content-length',
  'cache-control',
  'www-authenticate',
  'retry-after',
]

export interface Served {
  /** Headers are sent as they are listed: a name may come twice. */
  call(
    path: string,
    headers?: readonly (readonly [string, string])[],
    method?: string,
  ): Promise<Answer>
  close(): Promise<void>
}

export async function serve(listener: RequestListener): Promise<Served> {
  const server: Server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    async call(path, headers = [], method = 'GET') {
      const sent = httpRequest({
        host: '127.0.0.1',
        port,
        path,
        method,
        agent: false,
        headers: ['Host', `127.0.0.1:${port}`, ...headers.flat()],
      }).end()
      const [response] = await once(sent, 'response')
      let body = ''
      for await (const chunk of response.setEncoding('utf8')) body += chunk
      const kept = compared.flatMap((name) => {
        const value = response.headers[name]
        return value === undefined ? [] : [[name, value]]
      })
      return { status: response.statusCode, headers: Object.fromEntries(kept), body }
    },
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** Serves a setup through one door for as long as a function takes. */
export async function through<T>(
  door: Door,
  setup: DoorSetup,
  use: (served: Served) => Promise<T>,
): Promise<T> {
  const served = await serve(door.listener(setup))
  try {
    return await use(served)
  } finally {
    await served.close()
  }
}

export const bearer = (token: string): [string, string] => ['Authorization', `Bearer ${token}`]
