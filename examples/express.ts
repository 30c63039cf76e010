import type { Express } from 'express'
import express from 'express'
import type { AuthOptions } from 'tollgate/express'
import { createAuth } from 'tollgate/express'
import { listOrders, owns } from './orders.ts'

/**
 * An orders API. It takes the options of `createAuth`, so that a test can pass those that trust a
 * test issuer.
 */
export function createApp(options: AuthOptions): Express {
  const { requireAuth, getAuth } = createAuth(options)
  const app = express()

  // Everyone may call this route.
  app.get('/health', (_req, res) => {
    res.json({ ok: true })
  })

  // Only callers with a valid token may call this route.
  app.get('/me', requireAuth(), (req, res) => {
    const { subject, clientId, scopes } = getAuth(req)
    res.json({ subject, clientId, scopes })
  })

  // The token must grant the scope `orders:read`.
  app.get('/orders', requireAuth({ scope: 'orders:read' }), (_req, res) => {
    res.json(listOrders())
  })

  // Only the owner of the order may change it, with a token that grants the scope `orders:write`.
  app.patch(
    '/orders/:id',
    requireAuth({ scope: 'orders:write', check: (auth, req) => owns(auth.subject, req.params.id) }),
    (req, res) => {
      res.json({ changed: req.params.id })
    },
  )

  // A token is optional on this route. A wrong token is still refused.
  app.get('/feed', requireAuth({ optional: true }), (req, res) => {
    res.json({ hello: getAuth(req, { optional: true })?.subject ?? 'stranger' })
  })

  return app
}
