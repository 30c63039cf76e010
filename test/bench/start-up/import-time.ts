/** Measures how long a fresh process takes to import a framework, and then an adapter. */
import { perform } from '../program.ts'

export interface Order {
  readonly framework: string | undefined
  readonly adapter: string
}

/** Milliseconds. */
export interface ImportTime {
  readonly framework: number
  readonly adapter: number
}

await perform(async ({ framework, adapter }: Order): Promise<ImportTime> => {
  const began = performance.now()
  if (framework !== undefined) await import(framework)
  const loaded = performance.now()
  await import(adapter)
  return { framework: loaded - began, adapter: performance.now() - loaded }
})
