import { inTurn, type Pace } from '../pace.ts'
import { type Started, start } from '../process.ts'
import { withTokenFiles } from '../token-files.ts'
import { audience, mintTokens, type SignatureName } from '../tokens.ts'
import { type ContenderName, contenderNames } from './names.ts'
import type { Batch, Measured, Prepare, Prepared, Tokens } from './program.ts'

export interface Series {
  readonly contender: ContenderName
  readonly tokens: Tokens
  readonly atOnce: number
  /** Microseconds for a token. */
  readonly rounds: number[]
}

/** In turn, for those who remember. */
export const remembered = 100
/** More than any cache holds (tollgate's 10,000, fast-jwt's 1,000), so a token that comes again is new again. */
export const fresh = 12_000
export const ways = [1, 50]

/** Every contender with one algorithm. */
export async function measureAlgorithm(alg: SignatureName, pace: Pace): Promise<readonly Series[]> {
  // On demand: it is the package that was built a moment ago.
  const { createTestIssuer } = await import('tollgate/testing')
  const { url, keys } = createTestIssuer({ alg, audience })
  const { privateJwk } = keys.current
  const all = await mintTokens({ url, audience, alg, privateJwk }, remembered + fresh)
  const stock = { remembered: all.slice(0, remembered), new: all.slice(remembered) }
  return withTokenFiles(stock, async (files) => {
    const series: Series[] = []
    for (const tokens of ['remembered', 'new'] as const) {
      for (const atOnce of ways) {
        const order = { alg, privateJwk, tokens, file: files[tokens], atOnce, pace }
        series.push(...(await compare(order)))
      }
    }
    return series
  })
}

interface Contender {
  readonly process: Started<Prepared>
  readonly series: Series
}

async function compare(order: Omit<Prepare, 'contender'>): Promise<readonly Series[]> {
  const { tokens, atOnce, pace } = order
  const contenders: Contender[] = []
  try {
    for (const contender of contenderNames) {
      const process = await start<Prepared>('verify', { ...order, contender } satisfies Prepare)
      contenders.push({ process, series: { contender, tokens, atOnce, rounds: [] } })
    }
    const able = contenders.filter(({ process }) => process.reply !== null)
    for (let round = 0; round < pace.rounds; round++) {
      for (const { process, series } of inTurn(able)) {
        const batch: Batch = { count: process.reply as number }
        series.rounds.push(await process.ask<Measured>(batch))
      }
    }
    return able.map(({ series }) => series)
  } finally {
    await Promise.all(contenders.map(({ process }) => process.end()))
  }
}
