/** What `adapters/all.ts` is in a bundle that has to do without Node's servers. */
import type { Adapter } from '../../adapters/adapter.ts'
import { portableAdapters } from '../../adapters/portable.ts'

export const adapters: readonly Adapter[] = portableAdapters
export const serverlessAdapters: readonly Adapter[] = []
