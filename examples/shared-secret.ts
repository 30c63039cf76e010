import express from 'express'
import type { AuthOptions, VerifierOptions } from 'tollgate/express'
import { createAuth, getAuth } from 'tollgate/express'

/** What the deployment sets. The issuer shows its secret as base64. */
export function settings(secret: string): VerifierOptions {
  return {
    issuer: {
      issuer: 'https://login.example.com',
      secret: Buffer.from(secret, 'base64'),
      algorithms: ['HS256'],
    },
    audience: 'https://api.example.com',
  }
}

export function createApp(options: AuthOptions): express.Express {
  const { requireAuth } = createAuth(options)
  const app = express()
  app.get('/me', requireAuth(), (req, res) => {
    res.json({ id: getAuth(req).subject })
  })
  return app
}
