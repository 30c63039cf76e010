import type { RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { VerifierOptions } from 'tollgate'

type Open = (options: VerifierOptions) => Promise<RequestListener>

/**
 * The orders API with each adapter, as a listener for the HTTP server of Node. An app is loaded when
 * it is opened, because frameworks are large and `npm start` needs one of them.
 */
export const adapters: Readonly<Record<string, Open>> = {
  express: async (options) => (await import('./express.ts')).createApp(options),
  koa: async (options) => (await import('./koa.ts')).createApp(options).callback(),
  fastify: async (options) => {
    const { createApp } = await import('./fastify.ts')
    const app = createApp(options)
    await app.ready()
    return app.routing
  },
  hono: async (options) => {
    const { createApp } = await import('./hono.ts')
    return getRequestListener(createApp(options).fetch)
  },
  fetch: async (options) => {
    const { createApp } = await import('./fetch.ts')
    return getRequestListener(createApp(options).fetch)
  },
  node: async (options) => (await import('./node.ts')).createApp(options),
  nest: async (options) => {
    const { createApp } = await import('./nest.ts')
    const app = await createApp(options)
    await app.init()
    return app.getHttpAdapter().getInstance()
  },
}
