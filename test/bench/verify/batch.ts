import type { Pace } from '../pace.ts'
import type { Verify } from './contenders.ts'

/** Gives tokens one after the other, from the beginning again after the last one. */
export interface Queue {
  next(): string
}

export function createQueue(tokens: readonly string[]): Queue {
  let at = 0
  return {
    next() {
      const token = tokens[at] as string
      at = at + 1 === tokens.length ? 0 : at + 1
      return token
    },
  }
}

/**
 * Milliseconds for so many tokens. A contender that returns a value instead of a promise is not
 * awaited, because its users do not await it either.
 */
export async function runBatch(
  verify: Verify,
  queue: Queue,
  count: number,
  atOnce: number,
): Promise<number> {
  const began = performance.now()
  if (atOnce === 1) {
    for (let i = 0; i < count; i++) {
      const result = verify(queue.next())
      if (result instanceof Promise) await result
    }
  } else {
    for (let i = 0; i < count; i += atOnce) {
      const results: unknown[] = []
      for (let j = 0; j < atOnce; j++) results.push(verify(queue.next()))
      if (results[0] instanceof Promise) await Promise.all(results)
    }
  }
  return performance.now() - began
}

/** Runs until V8 has compiled the code, and returns how many tokens fill a slice then. */
export async function calibrate(
  verify: Verify,
  queue: Queue,
  atOnce: number,
  { slice, warmUp }: Pick<Pace, 'slice' | 'warmUp'>,
): Promise<number> {
  const until = performance.now() + warmUp
  let count = atOnce
  let took = 0
  while (performance.now() < until) {
    took = await runBatch(verify, queue, count, atOnce)
    if (took < slice / 2) count *= 2
  }
  return Math.max(atOnce, Math.round((count * slice) / took / atOnce) * atOnce)
}
