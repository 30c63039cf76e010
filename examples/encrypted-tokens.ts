import express from 'express'
import type { JWK } from 'jose'
import type { AuthOptions, VerifierOptions } from 'tollgate/express'
import { createAuth, getAuth } from 'tollgate/express'

/** What the deployment sets: the private keys of this API, each with a `kid`. */
export function settings(keys: readonly JWK[]): VerifierOptions {
  return {
    issuer: {
      issuer: 'https://login.example.com',
      decryption: {
        keys,
        algorithms: ['RSA-OAEP-256', 'ECDH-ES'],
        encryption: ['A256GCM', 'A128CBC-HS256'],
        required: true,
      },
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
