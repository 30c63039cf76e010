import type { Express } from 'express'
import express from 'express'
import type { VerifierOptions } from 'tollgate'
import { createAuth, getAuth } from 'tollgate/express'
import type { RedisClient } from 'tollgate/revocation'
import { createRedisStore } from 'tollgate/revocation'

/** An API whose processes share in Redis which tokens were taken back. */
export function createApp(options: VerifierOptions, client: RedisClient): Express {
  const store = createRedisStore(client)
  const { requireAuth } = createAuth({ ...options, revocation: store })
  const app = express()

  app.get('/me', requireAuth(), (req, res) => {
    res.json({ id: getAuth(req).subject })
  })

  // Takes back the token of the request alone.
  app.post('/logout', requireAuth(), async (req, res) => {
    const { issuer, claims, expiresAt } = getAuth(req)
    await store.revoke({ issuer, jti: claims.jti as string, until: expiresAt })
    res.status(204).end()
  })

  // Takes back every token that a person has now. A later login gives tokens that pass.
  app.post('/users/:id/logout', requireAuth({ role: 'admin' }), async (req, res) => {
    const subject = req.params['id'] as string
    const { issuer } = getAuth(req)
    // The tokens of this issuer live for an hour at most.
    await store.revoke({ issuer, subject, until: Date.now() / 1000 + 3600 })
    res.status(204).end()
  })

  return app
}
