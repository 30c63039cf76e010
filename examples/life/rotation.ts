import express, { type Express } from 'express'
import type { AuthEvent, VerifierOptions } from 'tollgate'
import { createAuth } from 'tollgate/express'

/** An API that tells its operators what happens to the keys of its issuer. */
export function createApp(options: VerifierOptions, log: (line: string) => void): Express {
  const { requireAuth, verifier } = createAuth({ ...options, onEvent: logKeys(log) })
  const app = express()
  // For the load balancer: no traffic before there are keys.
  app.get('/ready', async (_req, res) => {
    const ready = await verifier.ready().then(
      () => true,
      () => false,
    )
    res.status(ready ? 200 : 503).json({ ready })
  })
  // For operators, behind a guard: it names your issuers.
  app.get('/health', requireAuth({ scope: 'health:read' }), (_req, res) => {
    res.json({ issuers: verifier.health() })
  })
  app.get('/orders', requireAuth(), (_req, res) => {
    res.json({ orders: [] })
  })
  return app
}

const aboutKeys = ['keys.', 'kid.', 'metadata.']

/** One line of JSON for each event about keys. */
function logKeys(log: (line: string) => void) {
  return (event: AuthEvent): void => {
    if (aboutKeys.some((prefix) => event.type.startsWith(prefix))) log(JSON.stringify(event))
  }
}
