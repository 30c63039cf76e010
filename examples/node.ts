import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { AuthOptions } from 'tollgate/node'
import { createAuth } from 'tollgate/node'
import { listOrders, owns } from './orders.ts'

type Handler = (req: IncomingMessage, res: ServerResponse) => void | Promise<void>

/**
 * An orders API without a framework. It takes the options of `createAuth`, so that a test can pass
 * those that trust a test issuer.
 */
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
    // Everyone may call this route.
    [/^GET \/health$/, (_req, res) => send(res, { ok: true })],
    // Only callers with a valid token may call this route. `false` means that the guard has
    // answered the request.
    [
      /^GET \/me$/,
      async (req, res) => {
        const auth = await signedIn(req, res)
        if (auth === false) return
        const { subject, clientId, scopes } = auth
        send(res, { subject, clientId, scopes })
      },
    ],
    // The token must grant the scope `orders:read`.
    [
      /^GET \/orders$/,
      async (req, res) => {
        if (await reader(req, res)) send(res, listOrders())
      },
    ],
    // Only the owner of the order may change it, with a token that grants the scope `orders:write`.
    [
      /^PATCH \/orders\/\w+$/,
      async (req, res) => {
        if (await owner(req, res)) send(res, { changed: idOf(req) })
      },
    ],
    // A token is optional on this route. A wrong token is still refused.
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
      // The guards answer every refused request. Other errors, such as one of `check`, end up here.
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
