import type { Express, NextFunction, Response } from 'express'
import express from 'express'
import type { GetVerificationKey, Request } from 'express-jwt'
import { expressjwt } from 'express-jwt'
import jwksRsa from 'jwks-rsa'

export function createApp({
  issuer = 'https://login.example.com',
  audience = 'https://api.example.com',
  jwksUri = 'https://login.example.com/jwks.json',
} = {}): Express {
  const options = {
    secret: jwksRsa.expressJwtSecret({ jwksUri, cache: true }) as GetVerificationKey,
    algorithms: ['RS256' as const],
    issuer,
    audience,
  }
  const app = express()

  const optional = expressjwt({ ...options, credentialsRequired: false })
  app.get('/feed', optional, (req: Request, res) => {
    res.json({ hello: req.auth?.sub ?? 'stranger' })
  })

  app.use(expressjwt(options))
  app.get('/me', (req: Request, res) => {
    res.json({ id: req.auth?.sub, email: req.auth?.['email'] })
  })

  const mayReadOrders = (req: Request, res: Response, next: NextFunction) => {
    const scopes: string[] = req.auth?.['scope']?.split(' ') ?? []
    if (scopes.includes('orders:read')) next()
    else res.sendStatus(403)
  }
  app.get('/orders', mayReadOrders, (_req, res) => {
    res.json({ orders: [] })
  })

  return app
}
