/** Every contender with one algorithm, in one process. */
import { createTestIssuer } from 'tollgate/testing'
import { inTurn, type Pace } from '../pace.ts'
import { perform } from '../program.ts'
import { mintTokens, type SignatureName } from '../tokens.ts'
import { calibrate, createQueue, runBatch } from './batch.ts'
import { contenders, type Setting, type Verify } from './contenders.ts'
import { assertSound } from './soundness.ts'

export type Tokens = 'remembered' | 'new'

export interface Order {
  readonly alg: SignatureName
  readonly pace: Pace
}

export interface Series {
  readonly contender: string
  readonly tokens: Tokens
  readonly atOnce: number
  /** Microseconds for a token. */
  readonly rounds: readonly number[]
}

/** In turn, for those who remember. */
const remembered = 100
/** More than any cache holds (tollgate's 10,000, fast-jwt's 1,000), so a token that comes again is new again. */
const fresh = 12_000

await perform(async ({ alg, pace }: Order): Promise<readonly Series[]> => {
  const audience = 'https://api.test'
  const issuer = createTestIssuer({ alg, audience })
  const setting: Setting = { issuer, audience, alg }
  const minter = { url: issuer.url, audience, alg, privateJwk: issuer.keys.current.privateJwk }
  const stock = {
    remembered: await mintTokens(minter, remembered),
    new: await mintTokens(minter, fresh),
  }
  const series: Series[] = []
  for (const tokens of ['remembered', 'new'] as const) {
    for (const atOnce of [1, 50]) {
      series.push(...(await compare(setting, stock[tokens], pace, tokens, atOnce)))
    }
  }
  return series
})

async function compare(
  setting: Setting,
  stock: readonly string[],
  pace: Pace,
  tokens: Tokens,
  atOnce: number,
): Promise<readonly Series[]> {
  const runners = []
  for (const { name, create } of contenders) {
    const verify: Verify | undefined = await create(setting)
    if (verify === undefined) continue
    await assertSound(name, verify, setting.issuer, stock[0] as string)
    const queue = createQueue(stock)
    for (let i = 0; tokens === 'remembered' && i < stock.length; i++) await verify(queue.next())
    const count = await calibrate(verify, queue, atOnce, pace)
    runners.push({ name, verify, queue, count, took: [] as number[] })
  }
  for (let round = 0; round < pace.rounds; round++) {
    for (const { verify, queue, count, took } of inTurn(runners, round)) {
      took.push((1000 * (await runBatch(verify, queue, count, atOnce))) / count)
    }
  }
  return runners.map(({ name, took }) => ({ contender: name, tokens, atOnce, rounds: took }))
}
