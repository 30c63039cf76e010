import Router from '@koa/router'
import Koa from 'koa'
import type { AuthOptions } from 'tollgate/koa'
import { createAuth } from 'tollgate/koa'

export function createApp(
  options: AuthOptions = {
    issuer: 'https://login.example.com',
    audience: 'https://api.example.com',
  },
): Koa {
  const { requireAuth, getAuth } = createAuth(options)
  const router = new Router()

  router.get('/feed', requireAuth({ optional: true }), (ctx) => {
    ctx.body = { hello: getAuth(ctx, { optional: true })?.subject ?? 'stranger' }
  })

  router.use(requireAuth())
  router.get('/me', (ctx) => {
    const { subject, claims } = getAuth(ctx)
    ctx.body = { id: subject, email: claims['email'] }
  })
  router.get('/orders', requireAuth({ scope: 'orders:read' }), (ctx) => {
    ctx.body = { orders: [] }
  })

  const app = new Koa()
  app.use(router.routes())
  return app
}
