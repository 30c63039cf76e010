import type { Express } from 'express'
import express from 'express'
import type { VerifierOptions } from 'tollgate/express'
import { createAuth } from 'tollgate/express'
import { z } from 'zod'

const claims = z.object({ sub: z.string(), tenant: z.string(), roles: z.array(z.string()) })

/** An API whose tokens carry claims of its own. A schema checks them and gives them types. */
export function createApp(options: VerifierOptions): Express {
  const { requireAuth, getAuth } = createAuth({ ...options, claims })
  const app = express()
  const isAdmin = requireAuth({ check: (auth) => auth.claims.roles.includes('admin') })
  app.get('/tenant', isAdmin, (req, res) => {
    res.json({ tenant: getAuth(req).claims.tenant })
  })
  return app
}
