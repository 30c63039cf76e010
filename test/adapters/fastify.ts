import type { RequestListener } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import fastify from 'fastify'
import type { FastifyAuth, OnRefuse, OnRefused } from 'tollgate/fastify'
import { createAuth, getAuth } from 'tollgate/fastify'
import type { AdapterSetup, Route } from './adapter.ts'
import { collector, found, pause } from './adapter.ts'

export const fastifyListener =
  (as: 'preHandler' | 'plugin') =>
  async (setup: AdapterSetup): Promise<RequestListener> => {
    const { auth, other = auth, routes, onRefuse, onRefused, prepare } = setup
    const hook: OnRefuse = async (error, request, reply) => {
      onRefuse?.told(error, look(request), request)
      switch (onRefuse?.then) {
        case 'pass':
          throw error
        case 'continue':
          // Fastify cannot continue here, because the hook is given no function for it.
          return void reply.send(error)
        case 'throw':
          throw new Error('hook')
        case 'forget':
          return undefined
        case 'later':
          await pause(5)
      }
      return void reply.code(418).send('teapot')
    }
    const watch: OnRefused = (error, request, auth) =>
      onRefused?.(error, look(request), request, auth)
    const hooks = {
      ...(onRefuse && { onRefuse: hook }),
      ...(onRefused && { onRefused: watch }),
    }
    const first: FastifyAuth = createAuth({ ...auth, ...hooks })
    const second: FastifyAuth = createAuth({ ...other, ...hooks })
    const collect = collector({ auth: first.getAuth, other: second.getAuth, last: getAuth })
    const look = (request: object) => collect(request, Reflect.get(request, 'auth'))
    const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
      reply.send(found(setup, request, look(request)))

    const app = fastify()
    app.addHook('onRequest', async (request) => prepare?.(request.raw, request))
    const by = ({ by }: Route): FastifyAuth => (by === 'other' ? second : first)
    const rules = ({ by: _, ...route }: Route) => route
    for (const [path, guards] of Object.entries(routes)) {
      if (as === 'preHandler') {
        const preHandler = guards.map((route) => by(route).requireAuth(rules(route)))
        app.all(path, { preHandler }, handler)
      } else {
        app.register(async (scope) => {
          for (const route of guards) await scope.register(by(route).plugin, rules(route))
          scope.all(path, handler)
        })
      }
    }
    await app.ready()
    return (req, res) => app.routing(req, res)
  }
