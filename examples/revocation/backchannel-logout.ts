import type { Express } from 'express'
import express from 'express'
import type { VerifierOptions } from 'tollgate'
import { createAuth, getAuth } from 'tollgate/express'
import type { RevocationStore } from 'tollgate/revocation'
import { createBackchannelLogout } from 'tollgate/revocation'

/** An API whose tokens end with the session at the issuer. */
export function createApp(options: VerifierOptions, store: RevocationStore): Express {
  const { requireAuth, verifier } = createAuth({ ...options, revocation: store })
  const logout = createBackchannelLogout({ verifier, clientId: 'web', store, tokenLifetime: 3600 })
  const app = express()

  // Public: the issuer calls it, and what it sends is signed.
  app.post('/backchannel-logout', logout.node)

  app.get('/me', requireAuth(), (req, res) => {
    res.json({ id: getAuth(req).subject })
  })
  return app
}
