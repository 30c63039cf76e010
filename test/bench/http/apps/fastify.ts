import type { AddressInfo } from 'node:net'
import createFastify, { type preHandlerAsyncHookHandler, type preHandlerHookHandler } from 'fastify'
import { createAuth } from 'tollgate/fastify'
import { type Apps, body, type Listening } from './app.ts'
import { bearerOf, type VerifyByHand, withJose } from './verify-by-hand.ts'

type Guard = preHandlerHookHandler | preHandlerAsyncHookHandler

export const fastify: Apps = {
  bare: () => serve([]),
  tollgate({ issuer, audience }) {
    const { requireAuth } = createAuth({ issuer, audience, allowInsecureLoopback: true })
    return serve([requireAuth() as Guard])
  },
  jose: (setting) => serve([byHand(withJose(setting))]),
}

async function serve(preHandler: Guard[]): Promise<Listening> {
  const app = createFastify()
  app.get('/me', { preHandler }, async () => body)
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { port: (app.server.address() as AddressInfo).port }
}

function byHand(verify: VerifyByHand): preHandlerAsyncHookHandler {
  return async (request, reply) => {
    const token = bearerOf(request.headers.authorization)
    if (token === undefined) return reply.code(401).send()
    try {
      Object.assign(request, { claims: await verify(token) })
    } catch {
      return reply.code(401).send()
    }
  }
}
