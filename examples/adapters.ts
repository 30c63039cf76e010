import type { RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { VerifierOptions } from 'tollgate'
import { createApp as createExpressApp } from './express.ts'
import { createApp as createFastifyApp } from './fastify.ts'
import { createApp as createFetchApp } from './fetch.ts'
import { createApp as createHonoApp } from './hono.ts'
import { createApp as createKoaApp } from './koa.ts'
import { createApp as createNestApp } from './nest.ts'
import { createApp as createNodeApp } from './node.ts'

type Open = (options: VerifierOptions) => RequestListener | Promise<RequestListener>

/** The orders API with each adapter, as a listener for the HTTP server of Node. */
export const adapters: Readonly<Record<string, Open>> = {
  express: createExpressApp,
  koa: (options) => createKoaApp(options).callback(),
  fastify: async (options) => {
    const app = createFastifyApp(options)
    await app.ready()
    return app.routing
  },
  hono: (options) => getRequestListener(createHonoApp(options).fetch),
  fetch: (options) => getRequestListener(createFetchApp(options).fetch),
  node: createNodeApp,
  nest: async (options) => {
    const app = await createNestApp(options)
    await app.init()
    return app.getHttpAdapter().getInstance()
  },
}
