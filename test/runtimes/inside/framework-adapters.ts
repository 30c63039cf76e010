/**
 * Replaces `adapters/all.ts` where frameworks listen on a socket. The adapters that call a
 * framework without a server are left out: they are packages for Node, and `npm test` tests them on
 * Node.
 */
import type { Adapter } from '../../adapters/adapter.ts'
import { adapters as all } from '../../adapters/all.ts'
import { portableAdapters } from '../../adapters/portable.ts'

export const adapters: readonly Adapter[] = all.filter(
  (adapter) => !portableAdapters.includes(adapter),
)
export const serverlessAdapters: readonly Adapter[] = []
