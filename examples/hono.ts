import { Hono } from 'hono'
import type { AuthOptions } from 'tollgate/hono'
import { createAuth } from 'tollgate/hono'
import { listOrders, owns } from './orders.ts'

/**
 * An orders API. It takes the options of `createAuth`, so that a test can pass those that trust a
 * test issuer.
 */
export function createApp(options: AuthOptions): Hono {
  const { requireAuth } = createAuth(options)
  const app = new Hono()

  // Everyone may call this route.
  app.get('/health', (c) => c.json({ ok: true }))

  // Only callers with a valid token may call this route.
  app.get('/me', requireAuth(), (c) => {
    const { subject, clientId, scopes } = c.get('auth')
    return c.json({ subject, clientId, scopes })
  })

  // The token must grant the scope `orders:read`.
  app.get('/orders', requireAuth({ scope: 'orders:read' }), (c) => c.json(listOrders()))

  // Only the owner of the order may change it, with a token that grants the scope `orders:write`.
  app.patch(
    '/orders/:id',
    requireAuth({
      scope: 'orders:write',
      check: (auth, c) => owns(auth.subject, c.req.param('id') ?? ''),
    }),
    (c) => c.json({ changed: c.req.param('id') }),
  )

  // A token is optional on this route. A wrong token is still refused.
  app.get('/feed', requireAuth({ optional: true }), (c) =>
    c.json({ hello: c.get('auth')?.subject ?? 'stranger' }),
  )

  return app
}
