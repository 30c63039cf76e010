import type { FastifyInstance } from 'fastify'
import fastify from 'fastify'
import type { AuthOptions } from 'tollgate/fastify'
import { createAuth } from 'tollgate/fastify'
import { listOrders, owns } from './orders.ts'

/** An orders API. It takes its auth options, so that a test can hand it a test issuer. */
export function createApp(options: AuthOptions): FastifyInstance {
  const { requireAuth, plugin, getAuth } = createAuth(options)
  const app = fastify()

  // For everyone.
  app.get('/health', async () => ({ ok: true }))

  // For whoever is signed in.
  app.get('/me', { preHandler: requireAuth() }, async (request) => {
    const { subject, clientId, scopes } = getAuth(request)
    return { subject, clientId, scopes }
  })

  // For tokens that grant a scope: every route of this scope, before its body is read.
  app.register(async (scope) => {
    scope.register(plugin, { scope: 'orders:read' })
    scope.get('/orders', async () => listOrders())
  })

  // For the owner of the order, with a token that grants the scope.
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

  // For everyone, and a little more for whoever is signed in.
  app.get('/feed', { preHandler: requireAuth({ optional: true }) }, async (request) => ({
    hello: getAuth(request, { optional: true })?.subject ?? 'stranger',
  }))

  return app
}
