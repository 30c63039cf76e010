import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { AuthOptions } from 'tollgate/node'
import { createAuth } from 'tollgate/node'
import { listOrders, owns } from './orders.ts'

type Handler = (req: IncomingMessage, res: ServerResponse) => void | Promise<void>

/** An orders API without a framework. It takes its auth options, so that a test can hand it a test issuer. */
export function createApp(options: AuthOptions): RequestListener {
  const { requireAuth } = createAuth(options)

  const signedIn = requireAuth()
  const reader = requireAuth({ scope: 'orders:read' })
  const owner = requireAuth({
    scope: 'orders:write',
    check: (auth, req) => owns(auth.subject, idOf(req)),
  })
  const anyone = requireAuth({ optional: true })

  const routes: readonly (readonly [RegExp, Handler])[] = [
    // For everyone.
    [/^GET \/health$/, (_req, res) => send(res, { ok: true })],
    // For whoever is signed in; false: the request is answered already.
    [
      /^GET \/me$/,
      async (req, res) => {
        const auth = await signedIn(req, res)
        if (auth === false) return
        const { subject, clientId, scopes } = auth
        send(res, { subject, clientId, scopes })
      },
    ],
    // For tokens that grant a scope.
    [
      /^GET \/orders$/,
      async (req, res) => {
        if (await reader(req, res)) send(res, listOrders())
      },
    ],
    // For the owner of the order, with a token that grants the scope.
    [
      /^PATCH \/orders\/\w+$/,
      async (req, res) => {
        if (await owner(req, res)) send(res, { changed: idOf(req) })
      },
    ],
    // For everyone, and a little more for whoever is signed in.
    [
      /^GET \/feed$/,
      async (req, res) => {
        const auth = await anyone(req, res)
        if (auth !== false) send(res, { hello: auth?.subject ?? 'stranger' })
      },
    ],
  ]

  return async (req, res) => {
    const asked = `${req.method} ${pathOf(req)}`
    const [, handler] = routes.find(([pattern]) => pattern.test(asked)) ?? []
    try {
      if (handler === undefined) res.writeHead(404).end()
      else await handler(req, res)
    } catch {
      // What the guards cannot mend, such as a throw of `check`.
      res.writeHead(500).end()
    }
  }
}

function send(res: ServerResponse, body: unknown): void {
  res.setHeader('Content-Type', 'application/json').end(JSON.stringify(body))
}

interface HasUrl {
  readonly url?: string | undefined
}

function pathOf({ url = '' }: HasUrl): string {
  return url.replace(/\?.*/, '')
}

function idOf(req: HasUrl): string {
  return pathOf(req).slice('/orders/'.length)
}
