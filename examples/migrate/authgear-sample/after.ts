import type { Express } from 'express'
import express from 'express'
import type { AuthOptions } from 'tollgate/express'
import { createAuth, getAuth } from 'tollgate/express'
import { authgear } from 'tollgate/issuers'

export function createApp(
  options: AuthOptions = { issuer: authgear({ endpoint: 'https://my-project.authgear.cloud' }) },
): Express {
  const { requireAuth } = createAuth(options)
  const app = express()

  app.get('/me', requireAuth(), (req, res) => {
    res.json({ id: getAuth(req).subject })
  })

  return app
}
