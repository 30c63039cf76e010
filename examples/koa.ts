import Router from '@koa/router'
import Koa from 'koa'
import type { AuthOptions } from 'tollgate/koa'
import { createAuth } from 'tollgate/koa'
import { listOrders, owns } from './orders.ts'

/**
 * An orders API. It takes the options of `createAuth`, so that a test can pass those that trust a
 * test issuer.
 */
export function createApp(options: AuthOptions): Koa {
  const { requireAuth, getAuth } = createAuth(options)
  const router = new Router()

  // Everyone may call this route.
  router.get('/health', (ctx) => {
    ctx.body = { ok: true }
  })

  // Only callers with a valid token may call this route.
  router.get('/me', requireAuth(), (ctx) => {
    const { subject, clientId, scopes } = getAuth(ctx)
    ctx.body = { subject, clientId, scopes }
  })

  // The token must grant the scope `orders:read`.
  router.get('/orders', requireAuth({ scope: 'orders:read' }), (ctx) => {
    ctx.body = listOrders()
  })

  // Only the owner of the order may change it, with a token that grants the scope `orders:write`.
  router.patch(
    '/orders/:id',
    requireAuth({ scope: 'orders:write', check: (auth, ctx) => owns(auth.subject, ctx.params.id) }),
    (ctx) => {
      ctx.body = { changed: ctx.params['id'] }
    },
  )

  // A token is optional on this route. A wrong token is still refused.
  router.get('/feed', requireAuth({ optional: true }), (ctx) => {
    ctx.body = { hello: getAuth(ctx, { optional: true })?.subject ?? 'stranger' }
  })

  const app = new Koa()
  app.use(router.routes())
  app.use(router.allowedMethods())
  return app
}
