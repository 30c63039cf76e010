import type { AddressInfo } from 'node:net'
import { serve as serveNode } from '@hono/node-server'
import { Hono, type MiddlewareHandler } from 'hono'
import { createAuth } from 'tollgate/hono'
import { type Apps, body, type Listening } from './app.ts'
import { bearerOf, type VerifyByHand, withJose } from './verify-by-hand.ts'

export const hono: Apps = {
  bare: () => serve(),
  tollgate({ issuer, audience }) {
    const { requireAuth } = createAuth({ issuer, audience, allowInsecureLoopback: true })
    return serve(requireAuth() as unknown as MiddlewareHandler)
  },
  jose: (setting) => serve(byHand(withJose(setting))),
}

function serve(...guard: readonly MiddlewareHandler[]): Promise<Listening> {
  const app = new Hono()
  for (const middleware of guard) app.use(middleware)
  app.get('/me', (c) => c.json(body))
  return new Promise((resolve) => {
    serveNode({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }: AddressInfo) =>
      resolve({ port }),
    )
  })
}

function byHand(verify: VerifyByHand): MiddlewareHandler {
  return async (c, next) => {
    const token = bearerOf(c.req.header('authorization'))
    if (token === undefined) return c.body(null, 401)
    try {
      c.set('claims', await verify(token))
    } catch {
      return c.body(null, 401)
    }
    return next()
  }
}
