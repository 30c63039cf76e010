/** Where the time of one token or request goes, in a process of its own. */
import { createTestIssuer } from 'tollgate/testing'
import { type AppOrder, openApp } from '../http/apps/open.ts'
import { loadGenerator } from '../load/generator.ts'
import { perform } from '../program.ts'
import { audience, mintTokens } from '../tokens.ts'
import { createQueue, runBatch } from '../verify/batch.ts'
import { contenders } from '../verify/contenders.ts'
import type { ContenderName } from '../verify/names.ts'
import { type Profile, sample } from './sample.ts'

export type Order = {
  readonly warmUpSeconds: number
  readonly seconds: number
} & (
  | { readonly app: AppOrder; readonly tokens: string; readonly connections: number }
  | { readonly contender: ContenderName; readonly atOnce: number }
)

await perform(
  (order: Order): Promise<Profile> =>
    'app' in order ? profileApp(order) : profileNewTokens(order),
)

async function profileApp({
  app,
  tokens,
  warmUpSeconds,
  seconds,
  connections,
}: Extract<Order, { app: unknown }>): Promise<Profile> {
  const { port } = await openApp(app)
  const { fire } = await loadGenerator()
  const url = `http://127.0.0.1:${port}/me`
  const load = { url, tokens, connections }
  const { sent } = await fire({ ...load, from: 0, seconds: warmUpSeconds })
  return sample(async () => ({ count: (await fire({ ...load, from: sent, seconds })).sent }))
}

/** RS256. More than a cache holds, so that a token which comes again is new again. */
async function profileNewTokens({
  contender,
  atOnce,
  warmUpSeconds,
  seconds,
}: Extract<Order, { contender: unknown }>): Promise<Profile> {
  const alg = 'RS256'
  const issuer = createTestIssuer({ alg, audience })
  const { privateJwk } = issuer.keys.current
  const queue = createQueue(
    await mintTokens({ url: issuer.url, audience, alg, privateJwk }, 12_000),
  )
  const verify = await contenders[contender]({ issuer, audience, alg })
  if (verify === undefined) throw new Error(`There is no ${contender}`)

  const work = async (seconds: number): Promise<{ count: number }> => {
    const until = performance.now() + 1000 * seconds
    let count = 0
    for (; performance.now() < until; count += 500) await runBatch(verify, queue, 500, atOnce)
    return { count }
  }
  await work(warmUpSeconds)
  return sample(() => work(seconds))
}
