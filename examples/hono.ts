import { Hono } from 'hono'
import type { AuthOptions } from 'tollgate/hono'
import { createAuth } from 'tollgate/hono'
import { listOrders, owns } from './orders.ts'

/** An orders API. It takes its auth options, so that a test can hand it a test issuer. */
export function createApp(options: AuthOptions): Hono {
  const { requireAuth } = createAuth(options)
  const app = new Hono()

  // For everyone.
  app.get('/health', (c) => c.json({ ok: true }))

  // For whoever is signed in.
  app.get('/me', requireAuth(), (c) => {
    const { subject, clientId, scopes } = c.get('auth')
    return c.json({ subject, clientId, scopes })
  })

  // For tokens that grant a scope.
  app.get('/orders', requireAuth({ scope: 'orders:read' }), (c) => c.json(listOrders()))

  // For the owner of the order, with a token that grants the scope.
  app.patch(
    '/orders/:id',
    requireAuth({
      scope: 'orders:write',
      check: (auth, c) => owns(auth.subject, c.req.param('id') ?? ''),
    }),
    (c) => c.json({ changed: c.req.param('id') }),
  )

  // For everyone, and a little more for whoever is signed in.
  app.get('/feed', requireAuth({ optional: true }), (c) =>
    c.json({ hello: c.get('auth')?.subject ?? 'stranger' }),
  )

  return app
}
