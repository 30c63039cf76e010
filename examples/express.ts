import type { Express } from 'express'
import express from 'express'
import type { AuthOptions } from 'tollgate/express'
import { createAuth } from 'tollgate/express'
import { listOrders, owns } from './orders.ts'

/** An orders API. It takes its auth options, so that a test can hand it a test issuer. */
export function createApp(options: AuthOptions): Express {
  const { requireAuth, getAuth } = createAuth(options)
  const app = express()

  // For everyone.
  app.get('/health', (_req, res) => {
    res.json({ ok: true })
  })

  // For whoever is signed in.
  app.get('/me', requireAuth(), (req, res) => {
    const { subject, clientId, scopes } = getAuth(req)
    res.json({ subject, clientId, scopes })
  })

  // For tokens that grant a scope.
  app.get('/orders', requireAuth({ scope: 'orders:read' }), (_req, res) => {
    res.json(listOrders())
  })

  // For the owner of the order, with a token that grants the scope.
  app.patch(
    '/orders/:id',
    requireAuth({ scope: 'orders:write', check: (auth, req) => owns(auth.subject, req.params.id) }),
    (req, res) => {
      res.json({ changed: req.params.id })
    },
  )

  // For everyone, and a little more for whoever is signed in.
  app.get('/feed', requireAuth({ optional: true }), (req, res) => {
    res.json({ hello: getAuth(req, { optional: true })?.subject ?? 'stranger' })
  })

  return app
}
