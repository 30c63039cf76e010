import type { Express } from 'express'
import express from 'express'
import type { AuthOptions } from 'tollgate/express'
import { createAuth } from 'tollgate/express'

export function createApp(
  options: AuthOptions = {
    issuer: 'https://login.example.com',
    audience: 'https://api.example.com',
  },
): Express {
  const { requireAuth, getAuth } = createAuth(options)
  const app = express()

  app.use(requireAuth())
  app.get('/me', (req, res) => {
    const { subject, claims } = getAuth(req)
    res.json({ id: subject, email: claims['email'] })
  })
  app.get('/orders', requireAuth({ scope: 'orders:read' }), (_req, res) => {
    res.json({ orders: [] })
  })

  return app
}
