import type { Pace } from '../pace.ts'
import type { Verify } from './contenders.ts'

/** Tokens in turn, from where the last batch ended. */
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

/** Milliseconds for so many tokens. What answers at once is not made to wait: its users do not either. */
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

/** How many tokens fill a slice, after the code is warm. */
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
