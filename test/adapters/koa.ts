import type { RequestListener } from 'node:http'
import type Koa from 'koa'
import { createAuth } from 'tollgate/koa'
import type { AdapterSetup } from './adapter.ts'

export const koaListener =
  (Framework: typeof Koa) =>
  ({ auth, routes, onRefuse }: AdapterSetup): RequestListener => {
    const { requireAuth, getAuth } = createAuth({
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
  }
