import type { Door } from './door.ts'
import { fetchHandler } from './fetch.ts'
import { honoHandler } from './hono.ts'
import { overFetch } from './over-fetch.ts'

/** The doors that need nothing of Node. */
export const portableDoors: readonly Door[] = [
  { name: 'Hono 4', open: async (setup) => overFetch(honoHandler(setup)) },
  { name: 'fetch', open: async (setup) => overFetch(fetchHandler('by hand')(setup)) },
  { name: 'fetch guard', open: async (setup) => overFetch(fetchHandler('guard')(setup)) },
]
