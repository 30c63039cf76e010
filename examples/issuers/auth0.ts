import type { Express } from 'express'
import express from 'express'
import type { AuthOptions } from 'tollgate/express'
import { createAuth } from 'tollgate/express'
import { auth0 } from 'tollgate/issuers'

/** The audience is the identifier of the API at Auth0. */
export const behindAuth0 = {
  issuer: auth0({ domain: 'acme.eu.auth0.com' }),
  audience: 'https://api.acme.com',
} satisfies AuthOptions

/** The same, where an Action of the tenant states roles. */
export const behindAuth0WithRoles = {
  issuer: auth0({ domain: 'acme.eu.auth0.com', roles: 'https://acme.com/roles' }),
  audience: 'https://api.acme.com',
} satisfies AuthOptions

export function createApp(options: AuthOptions = behindAuth0): Express {
  const { requireAuth } = createAuth(options)
  const app = express()

  // What the person may do by their roles at Auth0.
  app.get('/orders', requireAuth({ permission: 'read:orders' }), (_, res) => {
    res.json({ orders: [] })
  })

  // What the application asked for, and was granted.
  app.get('/invoices', requireAuth({ scope: 'read:invoices' }), (_, res) => {
    res.json({ invoices: [] })
  })

  return app
}
