import express, { type Express } from 'express'
import type { VerifierOptions } from 'tollgate'
import { createAuth } from 'tollgate/express'

/** Asks another service. */
export type Send = (url: string, init: { headers: Record<string, string> }) => Promise<Response>

/** An API that calls the invoices service for its caller. */
export function createApp(options: VerifierOptions, send: Send = fetch): Express {
  const { requireAuth, getAuth, verifier } = createAuth(options)
  const app = express()
  app.get('/invoices', requireAuth({ scope: 'orders:read' }), async (req, res) => {
    const next = await verifier.exchange(getAuth(req), {
      audience: 'https://invoices.example.com',
      scope: 'invoices:read',
    })
    const headers = { authorization: `Bearer ${next.token}` }
    const answer = await send('https://invoices.example.com/invoices', { headers })
    res.status(answer.status).json(await answer.json())
  })
  return app
}
