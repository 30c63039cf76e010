import express, { type Express } from 'express'
import type { IssuerOptions, VerifierOptions } from 'tollgate'
import { createAuth } from 'tollgate/express'

/** An issuer whose opaque tokens are accepted, beside its JWTs. */
export function issuerWithOpaqueTokens(issuer: string, secret: string): IssuerOptions {
  return {
    issuer,
    // This API as the issuer has registered it.
    client: { id: 'orders-api', secret },
    introspection: {},
  }
}

export function createApp(options: VerifierOptions): Express {
  const { requireAuth, getAuth } = createAuth(options)
  const app = express()
  // A route does not tell tokens apart by their form.
  app.get('/orders', requireAuth({ scope: 'orders:read' }), (req, res) => {
    res.json({ ordersOf: getAuth(req).subject })
  })
  // Here a JWT that was taken back is refused, too, long before it expires.
  app.delete('/account', requireAuth({ introspect: true }), (_req, res) => {
    res.sendStatus(204)
  })
  return app
}
