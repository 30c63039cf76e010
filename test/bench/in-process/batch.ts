import { timeOfProcess } from '../time.ts'
import type { Contender } from './contender.ts'

/** Gives tokens one after the other, from the beginning again after the last one. */
export function createQueue(tokens: readonly string[]): () => string {
  let at = 0
  return () => {
    const token = tokens[at] as string
    at = at + 1 === tokens.length ? 0 : at + 1
    return token
  }
}

/** How many tokens are verified at once, where it is not one at a time. */
export const together = 50

/**
 * Milliseconds for so many tokens. What comes between groups of `together` is not counted: what is
 * made for the next group, and a turn of the event loop, as a server has it between its requests. A
 * contender that returns a value instead of a promise is not awaited, because its users do not
 * await it either.
 */
export async function runBatch(
  { make, call }: Contender,
  next: () => string,
  count: number,
  atOnce: number,
): Promise<number> {
  let took = 0
  for (let done = 0; done < count; done += together) {
    const made: unknown[] = []
    for (let i = 0; i < together; i++) made.push(make === undefined ? next() : make(next()))
    await new Promise((resolve) => setImmediate(resolve))
    const began = performance.now()
    if (atOnce === 1) {
      for (const one of made) {
        const result = call(one)
        if (result instanceof Promise) await result
      }
    } else {
      const results: unknown[] = []
      for (const one of made) results.push(call(one))
      if (results[0] instanceof Promise) await Promise.all(results)
    }
    took += performance.now() - began
  }
  return took
}

/**
 * Runs until V8 has compiled the code, and returns how many tokens fill a slice then. `warmUp` is in
 * time of the process, because other programs may have the core for most of the time.
 */
export async function calibrate(
  contender: Contender,
  next: () => string,
  atOnce: number,
  { slice, warmUp }: { readonly slice: number; readonly warmUp: number },
): Promise<number> {
  const until = timeOfProcess() + warmUp
  let count = together
  let took = 0
  while (timeOfProcess() < until || took === 0) {
    took = await runBatch(contender, next, count, atOnce)
    if (took < slice / 2) count *= 2
  }
  return Math.max(together, Math.round((count * slice) / took / together) * together)
}
