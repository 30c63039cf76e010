import express from 'express'
import { createAuth, getAuth } from 'tollgate/express'

/** The environment of the service `api` in a compose file. */
interface Variables {
  readonly ISSUER: string
  readonly AUDIENCE: string
  readonly JWKS_URI?: string
}

/** An API in a container beside `tollgate issuer`: `createApp(process.env)`. */
export function createApp({ ISSUER, AUDIENCE, JWKS_URI }: Variables): express.Express {
  const { requireAuth } = createAuth({
    // JWKS_URI is where this container finds the keys, if the name in the tokens is that for browsers.
    issuer: JWKS_URI === undefined ? ISSUER : { issuer: ISSUER, jwksUri: JWKS_URI },
    audience: AUDIENCE,
    // For development alone: http to this machine, and to the service `issuer` of the compose file.
    allowInsecureLoopback: true,
    allowInsecureHosts: ['issuer'],
  })
  const app = express()
  app.get('/orders', requireAuth({ scope: 'orders:read' }), (req, res) => {
    res.json({ ordersOf: getAuth(req).subject })
  })
  return app
}
