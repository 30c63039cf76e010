import type { Express } from 'express'
import express from 'express'
import type { IssuerOptions, VerifierOptions } from 'tollgate'
import { UnavailableError } from 'tollgate'
import { createAuth } from 'tollgate/express'

type Options = Omit<VerifierOptions, 'issuer'> & { issuer: readonly (string | IssuerOptions)[] }

/** An API for many tenants, each with an issuer of its own: one that is down stops no other. */
export function createApp(options: Options): Express {
  const { requireAuth, verifier } = createAuth(options)

  /** The issuers without usable keys. Keys that are stale are usable. */
  const missing = async (): Promise<readonly string[]> => {
    try {
      await verifier.ready()
      return []
    } catch (error) {
      if (error instanceof UnavailableError) return error.issuers
      throw error
    }
  }

  const app = express()
  // For the load balancer: this process can serve somebody. It names no tenant, for it is open.
  app.get('/ready', async (_req, res) => {
    const ready = (await missing()).length < options.issuer.length
    res.status(ready ? 200 : 503).json({ ready })
  })
  // For operators: which tenants cannot be served, and why.
  app.get('/health', requireAuth({ scope: 'health:read' }), async (_req, res) => {
    res.json({ missing: await missing(), issuers: verifier.health() })
  })
  app.get('/orders', requireAuth(), (_req, res) => {
    res.json({ orders: [] })
  })
  return app
}
