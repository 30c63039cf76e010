/** Replaces `adapters/all.ts` in a bundle that has to work without the servers of Node. */
import type { Adapter } from '../../adapters/adapter.ts'
import { portableAdapters } from '../../adapters/portable.ts'

export const adapters: readonly Adapter[] = portableAdapters
export const serverlessAdapters: readonly Adapter[] = []
