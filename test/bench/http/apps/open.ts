import type { Framework, GuardName } from '../matrix.ts'
import type { Listening, Setting } from './app.ts'

/** Which app a process opens: one with a guard, or one without. */
export interface AppOrder {
  readonly framework: Framework
  readonly guard: GuardName
  readonly setting: Setting
}

// Imported when it is needed, so that a process loads one framework only.
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
