import type { AuthOptions } from 'tollgate/fetch'
import { createAuth, isRefusal } from 'tollgate/fetch'
import { listOrders, owns } from './orders.ts'

type Handler = (request: Request) => Response | Promise<Response>

/**
 * An orders API without a framework. It takes the options of `createAuth`, so that a test can pass
 * those that trust a test issuer.
 */
export function createApp(options: AuthOptions): { fetch: Handler } {
  const { requireAuth, guard, getAuth } = createAuth(options)

  // Only callers with a valid token may call this route.
  const me = guard((request) => {
    const { subject, clientId, scopes } = getAuth(request)
    return Response.json({ subject, clientId, scopes })
  })

  // The token must grant the scope `orders:read`.
  const orders = guard(() => Response.json(listOrders()), { scope: 'orders:read' })

  // Only the owner of the order may change it, with a token that grants the scope `orders:write`.
  const change = guard((request) => Response.json({ changed: idOf(request) }), {
    scope: 'orders:write',
    check: (auth, request) => owns(auth.subject, idOf(request)),
  })

  // Without `guard`, the result is who the caller is, undefined, or the response to send.
  const mayBeSignedIn = requireAuth({ optional: true })
  const feed: Handler = async (request) => {
    const auth = await mayBeSignedIn(request)
    if (isRefusal(auth)) return auth
    return Response.json({ hello: auth?.subject ?? 'stranger' })
  }

  const routes: readonly (readonly [RegExp, Handler])[] = [
    [/^GET \/health$/, () => Response.json({ ok: true })],
    [/^GET \/me$/, me],
    [/^GET \/orders$/, orders],
    [/^PATCH \/orders\/\w+$/, change],
    [/^GET \/feed$/, feed],
  ]
  return {
    fetch(request) {
      const asked = `${request.method} ${pathOf(request)}`
      const [, handler] = routes.find(([pattern]) => pattern.test(asked)) ?? []
      return handler?.(request) ?? new Response(null, { status: 404 })
    },
  }
}

function pathOf({ url }: Request): string {
  return new URL(url).pathname
}

function idOf(request: Request): string {
  return pathOf(request).slice('/orders/'.length)
}
