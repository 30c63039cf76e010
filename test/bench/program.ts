import { on } from 'node:events'

/**
 * The side of `process.ts` that runs in the program: takes one order after the other, and replies
 * to each with the result of the work.
 */
export async function perform<O, R>(work: (order: O) => Promise<R>): Promise<void> {
  process.once('disconnect', () => process.exit(1))
  for await (const [order] of on(process, 'message')) process.send?.(await work(order as O))
}
