import Router from '@koa/router'
import Koa from 'koa'
import type { AuthOptions } from 'tollgate/koa'
import { createAuth } from 'tollgate/koa'
import { listOrders, owns } from './orders.ts'

/** An orders API. It takes its auth options, so that a test can hand it a test issuer. */
export function createApp(options: AuthOptions): Koa {
  const { requireAuth, getAuth } = createAuth(options)
  const router = new Router()

  // For everyone.
  router.get('/health', (ctx) => {
    ctx.body = { ok: true }
  })

  // For whoever is signed in.
  router.get('/me', requireAuth(), (ctx) => {
    const { subject, clientId, scopes } = getAuth(ctx)
    ctx.body = { subject, clientId, scopes }
  })

  // For tokens that grant a scope.
  router.get('/orders', requireAuth({ scope: 'orders:read' }), (ctx) => {
    ctx.body = listOrders()
  })

  // For the owner of the order, with a token that grants the scope.
  router.patch(
    '/orders/:id',
    requireAuth({ scope: 'orders:write', check: (auth, ctx) => owns(auth.subject, ctx.params.id) }),
    (ctx) => {
      ctx.body = { changed: ctx.params['id'] }
    },
  )

  // For everyone, and a little more for whoever is signed in.
  router.get('/feed', requireAuth({ optional: true }), (ctx) => {
    ctx.body = { hello: getAuth(ctx, { optional: true })?.subject ?? 'stranger' }
  })

  const app = new Koa()
  app.use(router.routes())
  app.use(router.allowedMethods())
  return app
}
