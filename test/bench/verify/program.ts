/**
 * Measures one contender in a process of its own. No other contender fills its heap, and V8
 * compiles the shared code for this contender alone.
 */
import { readFileSync } from 'node:fs'
import { createTestIssuer } from 'tollgate/testing'
import type { Pace } from '../pace.ts'
import { perform } from '../program.ts'
import { audience, type SignatureName } from '../tokens.ts'
import { calibrate, createQueue, type Queue, runBatch } from './batch.ts'
import { contenders, type Setting, type Verify } from './contenders.ts'
import type { ContenderName } from './names.ts'
import { assertSound } from './soundness.ts'

export type Tokens = 'cached' | 'new'

/** Says what is measured in the rounds that follow. */
export interface Prepare {
  readonly contender: ContenderName
  readonly alg: SignatureName
  readonly privateJwk: Setting['issuer']['keys']['current']['privateJwk']
  readonly tokens: Tokens
  /** A file with a token in each line. */
  readonly file: string
  readonly atOnce: number
  readonly pace: Pace
}

/** One round. */
export interface Batch {
  readonly count: number
}

/** How many tokens fill a round; null if the contender does not know the algorithm. */
export type Prepared = number | null
/** Microseconds for a token. */
export type Measured = number

interface Runner {
  readonly verify: Verify
  readonly queue: Queue
  readonly atOnce: number
}

let runner: Runner | undefined

await perform(async (order: Prepare | Batch): Promise<Prepared | Measured> => {
  if ('contender' in order) return prepare(order)
  if (runner === undefined) throw new Error('Nothing was prepared')
  const { verify, queue, atOnce } = runner
  return (1000 * (await runBatch(verify, queue, order.count, atOnce))) / order.count
})

async function prepare(order: Prepare): Promise<Prepared> {
  const { contender, alg, privateJwk, tokens, atOnce, pace } = order
  const issuer = createTestIssuer({ alg, audience, keys: [privateJwk] })
  const setting: Setting = { issuer, audience, alg }
  const verify = await contenders[contender](setting)
  if (verify === undefined) return null
  const stock = readFileSync(order.file, 'utf8').trimEnd().split('\n')
  await assertSound(contender, verify, issuer, stock[0] as string)
  const queue = createQueue(stock)
  for (let i = 0; tokens === 'cached' && i < stock.length; i++) await verify(queue.next())
  runner = { verify, queue, atOnce }
  return calibrate(verify, queue, atOnce, pace)
}
