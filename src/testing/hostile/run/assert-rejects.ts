import type { HostileCase } from '../cases/case.ts'
import { goodOf, makeCases } from '../cases/catalogue.ts'
import type { Canary } from './canary.ts'
import { openCanary } from './canary.ts'
import { load } from './connection.ts'
import type { Controls } from './controls.ts'
import { createControls } from './controls.ts'
import type { HostileOptions, Run } from './options.ts'
import { readRun } from './options.ts'
import type { HostileReport, HostileResult } from './report.ts'
import { createReport, failureOf } from './report.ts'
import { watch } from './side-effects.ts'
import type { HostileTarget } from './target.ts'
import { openTarget } from './target.ts'
import { judge } from './verdict.ts'

/** So many cases come between two good tokens. */
const batchSize = 25
const concurrency = 8
/** After so many that hang, the others are not waited for. */
const mostHung = 8

/**
 * Sends the whole hostile catalogue to an app of yours, each case made from a good token of the issuer
 * that the app trusts, and resolves to a report if the app refuses all of them, with a challenge,
 * without a leak, a crash or a pause, without a call to anyone, and with few key fetches. The good
 * token has to pass before, in between and after. Cases of the level 'info' never fail.
 *
 * Anything but a fetch handler is asked over HTTP on loopback. Needs no particular test runner.
 *
 * Does not check: scopes, DPoP proofs, what the app does with the claims.
 *
 * @throws {Error} with a table of what went wrong, and the report as `report`.
 * @throws {TypeError} on a wrong option, and on a URL that is not on loopback.
 */
export async function assertRejectsHostileTokens(
  target: HostileTarget,
  options: HostileOptions,
): Promise<HostileReport> {
  const settings = readRun(options)
  const connection = await openTarget(target, settings.perRequest)
  try {
    const canary = await openCanary(options.issuer)
    try {
      const good = goodOf(options, canary.url)
      const cases = makeCases(good, settings.wanted)
      // A run of nothing would prove nothing, and say that all is well.
      if (cases.length === 0)
        throw new TypeError(`only names no case for an issuer that signs ${good.key.alg}.`)
      const controls = createControls(connection, settings.base, good.token)
      const report = await attack(options, settings, controls, canary, cases)
      if (!report.ok) throw failureOf(report)
      return report
    } finally {
      await canary.close()
    }
  } finally {
    await connection.close()
  }
}

async function attack(
  { issuer }: HostileOptions,
  { base, skip, requireChallenge, keyFetches: budget }: Run,
  controls: Controls,
  canary: Canary,
  cases: readonly HostileCase[],
): Promise<HostileReport> {
  const began = performance.now()
  const watched = watch(issuer, canary, budget)
  const noToken = await controls.refuseNone()
  await controls.passGood('before the first case')
  const results: HostileResult[] = []
  let hung = 0

  async function sendOne(one: HostileCase): Promise<HostileResult> {
    const { id, level, title, refs } = one
    const result = { id, level, refs, status: 0 }
    const reason = skip[id]
    if (reason !== undefined) return { ...result, verdict: 'skipped', why: reason }
    if (hung >= mostHung) {
      return { ...result, verdict: 'inconclusive', why: `not sent: ${hung} before it hung` }
    }
    if (one.afterGood) await controls.passGood(`before ${id}`)
    const reply = await controls.connection.send(load(base, one))
    const { verdict, why } = judge(one, reply, { issuer, noToken, requireChallenge })
    if (verdict === 'HUNG') hung += 1
    const said = verdict === 'skipped' ? why : [title, why].filter(Boolean).join('; ')
    return { ...result, status: reply.status, verdict, why: said }
  }

  for (let from = 0; from < cases.length; from += batchSize) {
    results.push(...(await inParallel(cases.slice(from, from + batchSize), sendOne)))
    await controls.passGood(`after ${cases[Math.min(from + batchSize, cases.length) - 1]?.id}`)
  }

  const { keyFetches, outbound, problems } = watched.end()
  return createReport(`${base.method} ${base.path}`, {
    ran: results.filter(({ verdict }) => verdict !== 'skipped').length,
    duration: (performance.now() - began) / 1000,
    results,
    controls: { noToken, good: controls.statuses },
    keyFetches,
    outbound,
    problems: [...controls.problems, ...problems],
  })
}

/** In the order of the items, a few at a time. */
async function inParallel<Item, Result>(
  items: readonly Item[],
  run: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  let next = 0
  async function worker(): Promise<void> {
    while (next < items.length) {
      const index = next
      next += 1
      results[index] = await run(items[index] as Item)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  return results
}
