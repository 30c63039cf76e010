import type { Framework, GuardName } from '../matrix.ts'
import type { Listening, Setting } from './app.ts'

/** One guarded app, or a bare one. */
export interface AppOrder {
  readonly framework: Framework
  readonly guard: GuardName
  readonly setting: Setting
}

// On demand, so that no framework is loaded beside another.
const frameworks = {
  express: async () => (await import('./express.ts')).express,
  koa: async () => (await import('./koa.ts')).koa,
  fastify: async () => (await import('./fastify.ts')).fastify,
  hono: async () => (await import('./hono.ts')).hono,
  node: async () => (await import('./node.ts')).node,
}

export async function openApp({ framework, guard, setting }: AppOrder): Promise<Listening> {
  const listen = (await frameworks[framework]())[guard]
  if (listen === undefined) throw new Error(`${framework} is not measured with ${guard}`)
  return listen(setting)
}
