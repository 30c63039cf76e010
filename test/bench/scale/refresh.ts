import type { BenchIssuer } from '../issuer.ts'
import type { Pace } from '../pace.ts'
import { run, start } from '../process.ts'
import { quantile } from '../report/statistics.ts'
import type { Call, Order } from './caller.ts'

/** Milliseconds at the 99th percentile. */
export interface Refresh {
  readonly during: readonly number[]
  readonly apart: readonly number[]
  readonly refreshes: number
  readonly calls: number
}

/** How many seconds keys are kept. They are fetched again after 80 % of that. */
export const maxAge = 2
/** Seconds until the issuer answers. */
export const answersAfter = 0.3
/** Milliseconds after the answer of the issuer in which the app reads it and imports the keys. */
const takingOver = 50
const callers = 8

/** Latencies of a guarded Express app while it fetches keys, and in between. */
export async function measureRefresh(served: BenchIssuer, pace: Pace): Promise<Refresh> {
  const { faults } = await import('tollgate/testing')
  const { issuer, setting, mint } = served
  const app = await start<{ port: number }>('app', {
    framework: 'express',
    guard: 'tollgate',
    setting: { ...setting, maxAge },
  })
  const url = `http://127.0.0.1:${app.reply.port}/me`
  const order: Order = { url, tokens: await mint(500), seconds: 1, callers }
  try {
    // So that V8 has compiled the code.
    await run('caller', order)
    const slow = issuer.fail('jwks', faults.slow(answersAfter))
    issuer.requests.clear()
    const calls = await run<readonly Call[]>('caller', { ...order, seconds: pace.refreshSeconds })
    slow[Symbol.dispose]()
    const fetches = issuer.requests.all.filter(({ endpoint }) => endpoint === 'jwks')
    return divide(
      calls,
      fetches.map(({ at }) => at),
    )
  } finally {
    await app.end()
  }
}

/** A pair for each refresh: the calls during the refresh, and those between it and the next one. */
function divide(calls: readonly Call[], fetches: readonly number[]): Refresh {
  const during: number[] = []
  const apart: number[] = []
  for (const [i, from] of fetches.slice(0, -1).entries()) {
    const to = from + 1000 * answersAfter + takingOver
    const next = fetches[i + 1] as number
    const met = calls.filter(([sent, took]) => sent < to && sent + took > from)
    const missed = calls.filter(([sent, took]) => sent >= to && sent + took <= next)
    if (met.length < 100 || missed.length < 100) continue
    during.push(p99(met))
    apart.push(p99(missed))
  }
  if (during.length === 0) throw new Error('No refresh was met by enough requests')
  return { during, apart, refreshes: during.length, calls: calls.length }
}

const p99 = (calls: readonly Call[]): number =>
  quantile(
    calls.map(([, took]) => took),
    0.99,
  )
