/**
 * Measures one contender in a process of its own. No other contender fills its heap, and V8
 * compiles the shared code for this contender alone.
 */
import { readFileSync } from 'node:fs'
import { perform } from '../program.ts'
import { calibrate, createQueue, runBatch, together } from './batch.ts'
import type { Contender, Create, Setting } from './contender.ts'
import { assertSound, type Bad } from './soundness.ts'

// Imported when it is needed, so that a process loads one framework at most.
const subjects = {
  verify: async () => (await import('../verify/contenders.ts')).verify,
  encrypted: async () => (await import('../encrypted/contenders.ts')).encrypted,
  express: async () => (await import('../guards/express.ts')).express,
  koa: async () => (await import('../guards/koa.ts')).koa,
  node: async () => (await import('../guards/node.ts')).node,
} satisfies Record<string, () => Promise<Readonly<Record<string, Create>>>>

/** What is called for each token. */
export type Subject = keyof typeof subjects

/** Says what is measured in the rounds that follow. */
export interface Prepare {
  readonly subject: Subject
  readonly contender: string
  readonly setting: Setting
  /** A file with a token in each line, which are used in turn. */
  readonly file: string
  readonly bad: Bad
  readonly atOnce: number
  readonly slice: number
  readonly warmUp: number
}

/** One round: so many tokens. */
export interface Batch {
  readonly count: number
}

let measure: ((count: number) => Promise<number>) | undefined

/** How many tokens fill a round; then, for each round, microseconds for a token. */
await perform(async (order: Prepare | Batch): Promise<number> => {
  if ('contender' in order) return prepare(order)
  if (measure === undefined) throw new Error('Nothing was prepared')
  return (1000 * (await measure(order.count))) / order.count
})

async function prepare(order: Prepare): Promise<number> {
  const create = (await subjects[order.subject]())[order.contender]
  if (create === undefined) throw new Error(`${order.subject} has no ${order.contender}`)
  const contender: Contender = await create(order.setting)
  const tokens = readFileSync(order.file, 'utf8').trimEnd().split('\n')
  await assertSound(order.contender, contender, tokens[0] as string, order.bad)
  const next = createQueue(tokens)
  let { warmUp } = order
  if (contender.caches) {
    // Every token once: from here on, a cache holds all of them, or is full and drops one for each
    // that comes.
    warmUp -= await runBatch(contender, next, tokens.length, together)
  }
  measure = (count) => runBatch(contender, next, count, order.atOnce)
  return calibrate(contender, next, order.atOnce, {
    warmUp: Math.max(warmUp, 100),
    slice: order.slice,
  })
}
