import type { Express } from 'express'
import express from 'express'
import type { AuthOptions } from 'express-oauth2-jwt-bearer'
import { auth, claimEquals, requiredScopes } from 'express-oauth2-jwt-bearer'

export function createApp(
  options: AuthOptions = {
    issuerBaseURL: 'https://login.example.com',
    audience: 'https://api.example.com',
  },
): Express {
  const app = express()

  app.get('/feed', auth({ ...options, authRequired: false }), (req, res) => {
    res.json({ hello: req.auth?.payload.sub ?? 'stranger' })
  })

  app.use(auth(options))
  app.get('/me', (req, res) => {
    res.json({ id: req.auth?.payload.sub, email: req.auth?.payload['email'] })
  })
  app.get('/orders', requiredScopes('orders:read'), (_req, res) => {
    res.json({ orders: [] })
  })
  app.get('/reports', claimEquals('tenant', 'acme'), (_req, res) => {
    res.json({ reports: [] })
  })

  return app
}
