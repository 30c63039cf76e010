/** What `adapters/all.ts` is where frameworks listen: the ways in without a server are Node's alone, and tested there. */

import type { Adapter } from '../../adapters/adapter.ts'
import { adapters as all } from '../../adapters/all.ts'
import { portableAdapters } from '../../adapters/portable.ts'

export const adapters: readonly Adapter[] = all.filter(
  (adapter) => !portableAdapters.includes(adapter),
)
export const serverlessAdapters: readonly Adapter[] = []
