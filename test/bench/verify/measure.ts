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

/** How many tokens take turns when every contender with a cache has seen them before. */
export const cached = 100
/**
 * How many new tokens take turns: more than any cache holds (10,000 in tollgate, 1,000 in
 * fast-jwt), so that a token which comes again is new again.
 */
export const fresh = 12_000
export const ways = [1, 50]

/** Measures every contender with one algorithm. */
export async function measureAlgorithm(alg: SignatureName, pace: Pace): Promise<readonly Series[]> {
  // Imported here and not at the top, because the run has only now built the package.
  const { createTestIssuer } = await import('tollgate/testing')
  const { url, keys } = createTestIssuer({ alg, audience })
  const { privateJwk } = keys.current
  const all = await mintTokens({ url, audience, alg, privateJwk }, cached + fresh)
  const stock = { cached: all.slice(0, cached), new: all.slice(cached) }
  return withTokenFiles(stock, async (files) => {
    const series: Series[] = []
    for (const tokens of ['cached', 'new'] as const) {
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
