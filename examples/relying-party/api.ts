import type { Express } from 'express'
import express from 'express'
import type { VerifierOptions } from 'tollgate'
import { createAuth, getAuth } from 'tollgate/express'
import type { RevocationStore } from 'tollgate/revocation'
import { createBackchannelLogout } from 'tollgate/revocation'
import { listOrders, owns } from '../orders.ts'

/**
 * The API: what the user wants to get at. It believes a token only after checking it, and no longer
 * than the session at the issuer lasts.
 */
export function createApi(
  options: VerifierOptions,
  store: RevocationStore,
  clientId: string,
): Express {
  const { requireAuth, verifier } = createAuth({ ...options, revocation: store })
  // The access tokens of the issuer live for an hour.
  const logout = createBackchannelLogout({ verifier, clientId, store, tokenLifetime: 3600 })
  const api = express()

  api.get('/orders', requireAuth({ scope: 'orders:read' }), (req, res) => {
    const { subject } = getAuth(req)
    res.json(listOrders().filter(({ id }) => owns(subject, id)))
  })

  api.delete('/orders/:id', requireAuth({ scope: 'orders:write' }), (_req, res) => {
    res.sendStatus(204)
  })

  // The issuer calls it when a session ends. What it sends is signed, so the route is public.
  api.post('/backchannel-logout', logout.node)

  return api
}
