/** Measures how long a fresh process takes to import packages. */
import { perform } from '../program.ts'

export interface Order {
  readonly imports: readonly string[]
}

/** Milliseconds. */
await perform(async ({ imports }: Order): Promise<number> => {
  const began = performance.now()
  for (const name of imports) await import(name)
  return performance.now() - began
})
