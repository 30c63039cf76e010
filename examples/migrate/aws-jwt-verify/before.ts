import { CognitoJwtVerifier } from 'aws-jwt-verify'
import type { Express, RequestHandler } from 'express'
import express from 'express'

export const settings = {
  userPoolId: 'eu-west-1_Abc123',
  clientId: '57cbishk4j24pabc1234567890',
  tokenUse: 'access',
} as const

export function createApp(verifier = CognitoJwtVerifier.create(settings)): Express {
  const guard: RequestHandler = async (req, res, next) => {
    const [scheme, token] = req.headers.authorization?.split(' ') ?? []
    if (scheme !== 'Bearer' || token === undefined) return void res.sendStatus(401)
    try {
      res.locals['claims'] = await verifier.verify(token)
    } catch {
      return void res.sendStatus(401)
    }
    next()
  }

  const app = express()
  app.use(guard)
  app.get('/me', (_req, res) => {
    const { sub, username } = res.locals['claims']
    res.json({ id: sub, username })
  })
  app.get('/orders', (_req, res) => {
    const scopes = res.locals['claims'].scope?.split(' ') ?? []
    if (!scopes.includes('orders/read')) return void res.sendStatus(403)
    res.json({ orders: [] })
  })
  app.delete('/orders/:id', (req, res) => {
    const groups = res.locals['claims']['cognito:groups'] ?? []
    if (!groups.includes('clerks')) return void res.sendStatus(403)
    res.json({ removed: req.params.id })
  })

  return app
}
