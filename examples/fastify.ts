import type { FastifyInstance } from 'fastify'
import fastify from 'fastify'
import type { AuthOptions } from 'tollgate/fastify'
import { createAuth } from 'tollgate/fastify'
import { listOrders, owns } from './orders.ts'

/**
 * An orders API. It takes the options of `createAuth`, so that a test can pass those that trust a
 * test issuer.
 */
export function createApp(options: AuthOptions): FastifyInstance {
  const { requireAuth, plugin, getAuth } = createAuth(options)
  const app = fastify()

  // Everyone may call this route.
  app.get('/health', async () => ({ ok: true }))

  // Only callers with a valid token may call this route.
  app.get('/me', { preHandler: requireAuth() }, async (request) => {
    const { subject, clientId, scopes } = getAuth(request)
    return { subject, clientId, scopes }
  })

  // The plugin guards every route of this function, before the body of a request is read. The token
  // must grant the scope `orders:read`.
  app.register(async (scope) => {
    scope.register(plugin, { scope: 'orders:read' })
    scope.get('/orders', async () => listOrders())
  })

  // Only the owner of the order may change it, with a token that grants the scope `orders:write`.
  app.patch<{ Params: { id: string } }>(
    '/orders/:id',
    {
      preHandler: requireAuth({
        scope: 'orders:write',
        check: (auth, { params }) => owns(auth.subject, (params as { id: string }).id),
      }),
    },
    async (request) => ({ changed: request.params.id }),
  )

  // A token is optional on this route. A wrong token is still refused.
  app.get('/feed', { preHandler: requireAuth({ optional: true }) }, async (request) => ({
    hello: getAuth(request, { optional: true })?.subject ?? 'stranger',
  }))

  return app
}
