import type { Express } from 'express'
import express from 'express'
import type { AuthOptions } from 'tollgate/express'
import { createAuth } from 'tollgate/express'
import { cloudflareAccess, googleIap } from 'tollgate/issuers'

/** Google's Identity-Aware Proxy. Its audience names one backend service. */
export const behindGoogleIap = {
  tokenHeader: 'x-goog-iap-jwt-assertion',
  issuer: googleIap({ audience: '/projects/PROJECT_NUMBER/global/backendServices/SERVICE_ID' }),
} as const

/** Cloudflare Access. Its audience is the AUD tag of one application. */
export const behindCloudflareAccess = {
  tokenHeader: 'cf-access-jwt-assertion',
  issuer: cloudflareAccess({ team: 'team', audience: 'AUD_TAG' }),
} as const

/** An API behind a gateway that signs in its callers, and passes on who they are in a header. */
export function createApp(options: AuthOptions): Express {
  const { requireAuth, getAuth } = createAuth(options)
  const app = express()
  app.get('/me', requireAuth(), (req, res) => {
    const { subject, claims } = getAuth(req)
    res.json({ subject, email: claims['email'] })
  })
  return app
}
