import express from 'express'
import { createAuth, getAuth } from 'tollgate/express'

export function createApp(options) {
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

export function showMe(req, res) {
  const { subject, roles } = getAuth(req)
  res.json({ id: subject, isAdmin: roles.includes('admin') })
}
