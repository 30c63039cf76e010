import { on } from 'node:events'

/** The other side of `process.ts`: takes one order after the other, and sends back what the work gives. */
export async function perform<O, R>(work: (order: O) => Promise<R>): Promise<void> {
  process.once('disconnect', () => process.exit(1))
  for await (const [order] of on(process, 'message')) process.send?.(await work(order as O))
}
