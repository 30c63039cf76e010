import type { Express, RequestHandler } from 'express'
import express from 'express'
import { createRemoteJWKSet, jwtVerify } from 'jose'

export function createApp({
  issuer = 'https://login.example.com',
  audience = 'https://api.example.com',
  jwksUri = 'https://login.example.com/jwks.json',
} = {}): Express {
  const keys = createRemoteJWKSet(new URL(jwksUri))

  const guard: RequestHandler = async (req, res, next) => {
    const [scheme, token] = req.headers.authorization?.split(' ') ?? []
    if (scheme !== 'Bearer' || token === undefined) return void res.sendStatus(401)
    try {
      const { payload } = await jwtVerify(token, keys, { issuer, audience })
      res.locals['claims'] = payload
    } catch {
      return void res.sendStatus(401)
    }
    next()
  }

  const app = express()
  app.use(guard)
  app.get('/me', (_req, res) => {
    const { sub, email } = res.locals['claims']
    res.json({ id: sub, email })
  })
  app.get('/orders', (_req, res) => {
    const scopes = res.locals['claims'].scope?.split(' ') ?? []
    if (!scopes.includes('orders:read')) return void res.sendStatus(403)
    res.json({ orders: [] })
  })

  return app
}
