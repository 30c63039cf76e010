import type { RequestListener } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import fastify from 'fastify'
import type { FastifyAuth } from 'tollgate/fastify'
import { createAuth } from 'tollgate/fastify'
import type { AdapterSetup } from './adapter.ts'

export const fastifyListener =
  (as: 'preHandler' | 'plugin') =>
  async ({ auth, routes, onRefuse }: AdapterSetup): Promise<RequestListener> => {
    const { requireAuth, plugin, getAuth }: FastifyAuth = createAuth({
      ...auth,
      ...(onRefuse && {
        onRefuse: (error, _request, reply) => {
          onRefuse.told(error)
          if (onRefuse.then === 'pass') throw error
          if (onRefuse.then === 'throw') throw new Error('hook')
          // Fastify cannot continue here. A hook that forgets to answer lets no request in.
          if (onRefuse.then === 'continue') reply.send(error)
          else reply.code(418).send('teapot')
        },
      }),
    })
    const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const attached = (request as { auth?: unknown }).auth
      return reply.send({
        auth: getAuth(request, { optional: true }) ?? null,
        attached: attached ?? null,
      })
    }
    const app = fastify()
    for (const [path, guards] of Object.entries(routes)) {
      if (as === 'preHandler')
        app.all(path, { preHandler: guards.map((route) => requireAuth(route)) }, handler)
      else {
        app.register(async (scope) => {
          for (const route of guards) await scope.register(plugin, route)
          scope.all(path, handler)
        })
      }
    }
    await app.ready()
    return (req, res) => app.routing(req, res)
  }
