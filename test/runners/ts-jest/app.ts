import express, { type Express, type Request, type Response } from 'express'
import { createAuth, getAuth, type VerifierOptions } from 'tollgate/express'

export function createApp(options: VerifierOptions): Express {
  const { requireAuth } = createAuth(options)
  const app = express()
  app.get('/me', requireAuth(), showMe)
  app.get('/orders', requireAuth({ scope: 'orders:read' }), (req, res) => {
    res.json({ ordersOf: getAuth(req).subject })
  })
  app.delete('/users/:id', requireAuth({ role: 'admin' }), (req, res) => {
    res.json({ removed: req.params.id })
  })
  return app
}

export function showMe(req: Request, res: Response): void {
  const { subject, roles } = getAuth(req)
  res.json({ id: subject, isAdmin: roles.includes('admin') })
}
