import type { Adapter } from './adapter.ts'
import { fetchHandler } from './fetch.ts'
import { honoHandler } from './hono.ts'
import { overFetch } from './over-fetch.ts'

/** The adapters that need no module of Node. */
export const portableAdapters: readonly Adapter[] = [
  { name: 'Hono 4', open: async (setup) => overFetch(honoHandler(setup)) },
  { name: 'fetch', open: async (setup) => overFetch(fetchHandler('by hand')(setup)) },
  { name: 'fetch guard', open: async (setup) => overFetch(fetchHandler('guard')(setup)) },
]
