import express from 'express'
import { Hono } from 'hono'
import { handle } from 'hono/aws-lambda'
import serverless from 'serverless-http'
import type { VerifierOptions } from 'tollgate'
import { createAuth, getAuth } from 'tollgate/express'
import { createAuth as createHonoAuth } from 'tollgate/hono'

/** Express by serverless-http. Call it once, outside of the handler: `export const handler = …`. */
export function createExpressHandler(options: VerifierOptions): serverless.Handler {
  const { requireAuth } = createAuth(options)
  const app = express()
  app.get('/orders', requireAuth({ scope: 'orders:read' }), (req, res) => {
    res.json({ ordersOf: getAuth(req).subject })
  })
  return serverless(app, { request: joinTokens })
}

/**
 * Behind a REST API or a load balancer, serverless-http keeps the last of two headers of one name.
 * The guard must see both: a gateway in front may have judged the first.
 */
function joinTokens(
  req: { readonly headers: Record<string, string> },
  event: { readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>> | null },
): void {
  for (const [name, values] of Object.entries(event.multiValueHeaders ?? {})) {
    if (name.toLowerCase() === 'authorization') req.headers['authorization'] = values.join(', ')
  }
}

/** Hono by its own adapter. */
export function createHonoHandler(options: VerifierOptions): ReturnType<typeof handle> {
  const { requireAuth } = createHonoAuth(options)
  const app = new Hono()
  app.get('/orders', requireAuth({ scope: 'orders:read' }), (c) =>
    c.json({ ordersOf: c.get('auth').subject }),
  )
  return handle(app)
}
