import type { RequestListener } from 'node:http'
import type Koa from 'koa'
import type { OnRefuse, OnRefused } from 'tollgate/koa'
import { createAuth, getAuth } from 'tollgate/koa'
import type { AdapterSetup } from './adapter.ts'
import { collector, found, pause } from './adapter.ts'

export const koaListener =
  (Framework: typeof Koa) =>
  (setup: AdapterSetup): RequestListener => {
    const { auth, other = auth, routes, onRefuse, onRefused, prepare } = setup
    const hook: OnRefuse = async (error, ctx, next) => {
      onRefuse?.told(error, look(ctx), ctx)
      switch (onRefuse?.then) {
        case 'pass':
          throw error
        case 'continue':
          return next()
        case 'throw':
          throw new Error('hook')
        case 'forget':
          return undefined
        case 'later':
          await pause(5)
      }
      ctx.status = 418
      ctx.body = 'teapot'
      return undefined
    }
    const watch: OnRefused = (error, ctx, auth) => onRefused?.(error, look(ctx), ctx, auth)
    const hooks = {
      ...(onRefuse && { onRefuse: hook }),
      ...(onRefused && { onRefused: watch }),
    }
    const first = createAuth({ ...auth, ...hooks })
    const second = createAuth({ ...other, ...hooks })
    const collect = collector({ auth: first.getAuth, other: second.getAuth, last: getAuth })
    const look = (ctx: { state: object }) => collect(ctx, Reflect.get(ctx.state, 'auth'))

    const app = new Framework()
    app.silent = true
    app.use((ctx, next) => {
      prepare?.(ctx.req, ctx.state)
      return next()
    })
    for (const [path, guards] of Object.entries(routes)) {
      const at =
        (middleware: Koa.Middleware): Koa.Middleware =>
        (ctx, next) =>
          ctx.path === path ? middleware(ctx, next) : next()
      for (const { by, ...route } of guards) {
        app.use(at((by === 'other' ? second : first).requireAuth(route)))
      }
      app.use(
        at((ctx) => {
          ctx.body = found(setup, ctx, look(ctx))
        }),
      )
    }
    return app.callback()
  }
