import { afterAll, beforeAll } from 'vitest'
import type { Adapter, AdapterSetup, Call, Served } from './adapter.ts'
import { callOf } from './adapter.ts'

/**
 * Keeps an adapter open for all tests of the suite in which this is called. To open one takes longer
 * than most tests do.
 */
export function keptOpen(adapter: Adapter, setup: AdapterSetup): Call {
  let served: Served
  let call: Call
  beforeAll(async () => {
    served = await adapter.open(setup)
    call = callOf(served)
  })
  afterAll(() => served?.close())
  return (...request) => call(...request)
}
