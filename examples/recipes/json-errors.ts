import type { Express } from 'express'
import express from 'express'
import type { AuthOptions } from 'tollgate/express'
import { createAuth } from 'tollgate/express'
import type { AuthOptions as FetchAuthOptions } from 'tollgate/fetch'
import { createAuth as createFetchAuth } from 'tollgate/fetch'

/** The code by which clients of this API tell its errors apart. Keep it: clients compare it. */
function codeOf(status: number): string {
  if (status === 503) return 'try_again'
  if (status === 403) return 'not_permitted'
  return status === 400 ? 'malformed_request' : 'not_signed_in'
}

/** An API whose errors all have one form: `{ "error": { "code": "…" } }`. */
export function createApp(options: AuthOptions): Express {
  const { requireAuth } = createAuth({
    ...options,
    onRefuse({ status, headers }, _req, res) {
      // The headers hold the challenge, `Cache-Control: no-store` and, with 503, `Retry-After`.
      res
        .status(status)
        .set(headers)
        .json({ error: { code: codeOf(status) } })
    },
  })
  const app = express()
  app.get('/orders', requireAuth({ scope: 'orders:read' }), (_req, res) => {
    res.json({ orders: [] })
  })
  return app
}

/** The same with fetch handlers, whose hook gives the answer. */
export function createHandler(options: FetchAuthOptions): (request: Request) => Promise<Response> {
  const { guard } = createFetchAuth({
    ...options,
    onRefuse({ status, headers }, request) {
      if (request.method === 'HEAD') return new Response(null, { status, headers })
      return Response.json({ error: { code: codeOf(status) } }, { status, headers })
    },
  })
  return guard(() => Response.json({ orders: [] }), { scope: 'orders:read' })
}
