import express from 'express'
import { createAuth, getAuth } from 'tollgate/express'

/** What `npx tollgate issuer` sets for the command that it runs, and a deployment sets itself. */
interface Variables {
  readonly ISSUER: string
  readonly AUDIENCE: string
  readonly NODE_ENV?: string
}

/** An API that is configured by environment variables: `createApp(process.env)`. */
export function createApp(variables: Variables): express.Express {
  const { requireAuth } = createAuth({
    issuer: variables.ISSUER,
    audience: variables.AUDIENCE,
    // The issuer of `npx tollgate issuer` is an http one on this machine.
    allowInsecureLoopback: variables.NODE_ENV !== 'production',
  })
  const app = express()
  app.get('/orders', requireAuth({ scope: 'orders:read' }), (req, res) => {
    res.json({ ordersOf: getAuth(req).subject })
  })
  return app
}
