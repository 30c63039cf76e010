/** One guarded app, or a bare one, in a process of its own. */
import { perform } from '../program.ts'
import type { Listening, Setting } from './apps/app.ts'
import type { Framework, GuardName } from './matrix.ts'

export interface Order {
  readonly framework: Framework
  readonly guard: GuardName
  readonly setting: Setting
}

const frameworks = {
  express: async () => (await import('./apps/express.ts')).express,
  koa: async () => (await import('./apps/koa.ts')).koa,
  fastify: async () => (await import('./apps/fastify.ts')).fastify,
  hono: async () => (await import('./apps/hono.ts')).hono,
  node: async () => (await import('./apps/node.ts')).node,
}

await perform(async ({ framework, guard, setting }: Order): Promise<Listening> => {
  const listen = (await frameworks[framework]())[guard]
  if (listen === undefined) throw new Error(`${framework} is not measured with ${guard}`)
  return listen(setting)
})
