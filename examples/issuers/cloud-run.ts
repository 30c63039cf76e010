import type { Express } from 'express'
import express from 'express'
import type { AuthOptions } from 'tollgate/express'
import { createAuth } from 'tollgate/express'
import { cloudRun } from 'tollgate/issuers'

/** The audience is the URL of this service, for which callers ask their token. */
export const behindCloudRun = {
  issuer: cloudRun({ audience: 'https://orders-abc-ew.a.run.app', acceptIdTokens: true }),
} satisfies AuthOptions

export function createApp(options: AuthOptions = behindCloudRun): Express {
  const { requireAuth } = createAuth(options)
  const app = express()

  // Whoever has a service account at Google can get a good token: name those that may call.
  const jobs = requireAuth({ claims: { email: 'job@acme-shop.iam.gserviceaccount.com' } })
  app.post('/orders/expire', jobs, (_, res) => {
    res.json({ expired: [] })
  })

  return app
}
