import type { Express } from 'express'
import express from 'express'
import type { AuthOptions } from 'tollgate/express'
import { createAuth } from 'tollgate/express'
import { cognito } from 'tollgate/issuers'

export function createApp(
  options: AuthOptions = {
    issuer: cognito({
      region: 'eu-west-1',
      userPool: 'eu-west-1_Abc123',
      clients: '57cbishk4j24pabc1234567890',
    }),
  },
): Express {
  const { requireAuth, getAuth } = createAuth(options)
  const app = express()

  app.use(requireAuth())
  app.get('/me', (req, res) => {
    const { subject, claims } = getAuth(req)
    res.json({ id: subject, username: claims['username'] })
  })
  app.get('/orders', requireAuth({ scope: 'orders/read' }), (_req, res) => {
    res.json({ orders: [] })
  })
  app.delete('/orders/:id', requireAuth({ role: 'clerks' }), (req, res) => {
    res.json({ removed: req.params['id'] })
  })

  return app
}
