import type { Express } from 'express'
import express from 'express'
import type { Auth } from 'tollgate'
import { assertAuth } from 'tollgate'
import type { AuthOptions } from 'tollgate/express'
import { createAuth } from 'tollgate/express'

/** An API that asks for more than scopes. */
export function createApp(options: AuthOptions): Express {
  const { requireAuth, getAuth } = createAuth(options)
  const app = express()

  // Only tokens with the role `admin`.
  app.delete('/users/:id', requireAuth({ role: 'admin' }), (req, res) => {
    res.json({ removed: req.params.id })
  })

  // Only tokens with the permission, for one of two tenants, and used by the person itself: nobody,
  // such as an agent or the support, may act for that person.
  const mayRefund = requireAuth({
    permission: 'orders:refund',
    claims: { tenant: ['acme', 'umbrella'], email_verified: true },
    actor: false,
  })
  app.post('/refunds', mayRefund, (req, res) => {
    res.json({ refundedBy: getAuth(req).subject })
  })

  // Routes that leave the decision to what is behind them.
  for (const [name, operation] of Object.entries(operations)) {
    app.post(`/operations/${name}`, requireAuth({ optional: true }), (req, res) => {
      res.json(operation(getAuth(req, { optional: true })))
    })
  }
  return app
}

type Operation = (auth: Auth | undefined) => unknown

/** Operations as resolvers of GraphQL, procedures of an RPC library or handlers of messages are. */
const operations: Readonly<Record<string, Operation>> = {
  listOrders(auth) {
    assertAuth(auth, { scope: 'orders:read' })
    // From here on, `auth` is not undefined.
    return { ordersOf: auth.subject }
  },
  closeShop(auth) {
    assertAuth(auth, { anyRole: ['owner', 'admin'] })
    return { closedBy: auth.subject }
  },
}
