import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import type { Express, Request } from 'express'
import express from 'express'
import type { Auth, AuthEvent, VerifierOptions } from 'tollgate/express'
import { createAuth, getAuth } from 'tollgate/express'

const storage = new AsyncLocalStorage<{ readonly id: string; readonly req: Request }>()

/** Who calls, anywhere in the code that runs for a request. It throws where no guard let it pass. */
export function currentAuth(): Auth {
  const context = storage.getStore()
  if (context === undefined) throw new Error('no request is under way here')
  // Asked anew each time: a copy would outlive a later guard that refuses.
  return getAuth(context.req)
}

/** For log lines; undefined outside of requests. */
export function currentRequestId(): string | undefined {
  return storage.getStore()?.id
}

/** Knows nothing of Express, and is handed no Auth from function to function. */
async function listOrders(): Promise<object> {
  return { ordersOf: currentAuth().subject }
}

export function createApp(options: VerifierOptions, log: (line: string) => void): Express {
  const { requireAuth } = createAuth({
    ...options,
    onRefused({ reason, status }) {
      log(JSON.stringify({ request: currentRequestId(), status, reason }))
    },
    // Events have no request of their own. This joins the hint to the line above.
    onEvent(event: AuthEvent) {
      log(JSON.stringify({ request: currentRequestId(), ...event }))
    },
  })
  const app = express()
  // Before all else, so that all else runs in it.
  app.use((req, _res, next) => storage.run({ id: randomUUID(), req }, next))
  app.get('/orders', requireAuth({ scope: 'orders:read' }), async (_req, res) => {
    res.json(await listOrders())
  })
  // A guard that was forgotten: an error, and no answer in the name of nobody.
  app.get('/unguarded', async (_req, res) => {
    res.json(await listOrders())
  })
  return app
}
