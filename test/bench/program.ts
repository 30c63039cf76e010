import { once } from 'node:events'

/** The other side of `process.ts`: takes the order, and sends back what the work gives. */
export async function perform<O, R>(work: (order: O) => Promise<R>): Promise<void> {
  process.once('disconnect', () => process.exit(1))
  const [order] = (await once(process, 'message')) as [O]
  process.send?.(await work(order))
}
