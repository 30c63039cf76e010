import { wrongOption } from '../../../core/option-checks.ts'
import type { HostileCase } from '../cases/case.ts'
import { buildCases } from '../cases/catalogue.ts'
import { createCaseFixture } from '../cases/fixture.ts'
import type { Canary } from './canary.ts'
import { startCanary } from './canary.ts'
import type { Connection } from './connection.ts'
import { buildRequest } from './connection.ts'
import type { Controls } from './controls.ts'
import { createControls } from './controls.ts'
import type { HostileOptions, RunSettings } from './options.ts'
import { resolveRunOptions } from './options.ts'
import type { HostileReport } from './report.ts'
import { createReport, errorWith } from './report.ts'
import type { HostileResult } from './result.ts'
import { findUndemandedScopes } from './scope-proof.ts'
import { observeSideEffects } from './side-effects.ts'
import type { HostileTarget } from './target.ts'
import { openTarget } from './target.ts'
import { judge } from './verdict.ts'

/** How many cases are sent before the good token is sent again. */
const batchSize = 25
/** How many cases are sent at the same time. */
const concurrency = 8
/** After this many requests that hang, the remaining cases are not sent, so that the run ends. */
const maxHung = 8

/**
 * Sends the whole catalogue of hostile tokens to an app of yours. Each case is built from a good
 * token of the issuer that the app trusts. The run succeeds if the app refuses every case with a
 * challenge, shows no secret, does not crash or hang, calls no other server, and fetches the
 * issuer's keys only a few times. The good token must pass before the first case, after every 25
 * cases, and after the last one. Cases of the level 'info' never fail.
 *
 * A fetch handler is called directly. Any other app is called over HTTP on loopback. The function
 * needs no particular test runner.
 *
 * With the option `scope`, the route must also refuse a good token that lacks one of these scopes,
 * with 403 or 401: a token without a scope, tokens with all of them but one, and tokens with scopes
 * that merely contain the name of one.
 *
 * It does not check DPoP proofs, or what the app does with the claims.
 *
 * @param target The app.
 * @param options The issuer and the route. Only `issuer` and `path` are required.
 * @returns The report of a run in which nothing failed.
 * @throws {Error} if anything failed: the message is a table, and `report` is the report.
 * @throws {TypeError} for a wrong option, and for a URL that is not on loopback.
 */
export async function assertRejectsHostileTokens(
  target: HostileTarget,
  options: HostileOptions,
): Promise<HostileReport> {
  const settings = resolveRunOptions(options)
  const connection = await openTarget(target, settings.perRequest)
  const report = await runHostileTokens(connection, options, settings)
  if (!report.ok) throw errorWith(report)
  return report
}

/**
 * Sends the cases over a connection, and closes it. Without a case, it checks the route alone.
 *
 * @param onResult Called with each result as soon as it is there.
 */
export async function runHostileTokens(
  connection: Connection,
  options: HostileOptions,
  settings: RunSettings,
  onResult: (result: HostileResult) => void = () => {},
): Promise<HostileReport> {
  try {
    const canary = await startCanary(options.issuer)
    try {
      const fixture = createCaseFixture(options.issuer, settings.claims, canary.url)
      const cases = buildCases(fixture, settings.definitions)
      // A run without the cases that it is for would succeed, although it proves nothing.
      if (cases.length === 0 && settings.definitions.length > 0) {
        const { alg } = fixture.key
        const fix = `names no case for an issuer that signs ${alg}: name one for its key type`
        wrongOption("option 'only' of assertRejectsHostileTokens", fix)
      }
      const controls = createControls(connection, settings.template, fixture.token)
      return await runCases(options, settings, controls, canary, cases, onResult)
    } finally {
      await canary.close()
    }
  } finally {
    await connection.close()
  }
}

async function runCases(
  { issuer }: HostileOptions,
  { template, claims, scopes, skip, requireChallenge, keyFetches: budget }: RunSettings,
  controls: Controls,
  canary: Canary,
  cases: readonly HostileCase[],
  onResult: (result: HostileResult) => void,
): Promise<HostileReport> {
  const startedAt = performance.now()
  const observation = observeSideEffects(issuer, canary, budget)
  const noToken = await controls.checkWithoutToken()
  await controls.checkGoodToken('before the first case')
  const undemanded = await findUndemandedScopes({
    connection: controls.connection,
    template,
    scopes,
    mint: (scope) => issuer.mint({ ...claims, scope }),
    noToken,
  })
  const results: HostileResult[] = []
  let hung = 0

  async function runCase(hostileCase: HostileCase): Promise<HostileResult> {
    const { id, level, title, refs } = hostileCase
    const result = { id, level, refs, status: 0 }
    const reason = skip[id]
    if (reason !== undefined) return { ...result, verdict: 'skipped', why: reason }
    if (hung >= maxHung) {
      const why = `not sent, because ${hung} cases before it hung`
      return { ...result, verdict: 'inconclusive', why }
    }
    if (hostileCase.afterGood) await controls.checkGoodToken(`before ${id}`)
    const reply = await controls.connection.send(buildRequest(template, hostileCase))
    const judgement = judge(hostileCase, reply, { issuer, noToken, requireChallenge })
    const { verdict } = judgement
    if (verdict === 'HUNG') hung += 1
    const isSkipped = verdict === 'skipped'
    const why = isSkipped ? judgement.why : [title, judgement.why].filter(Boolean).join('; ')
    return { ...result, status: reply.status, verdict, why }
  }

  for (let from = 0; from < cases.length; from += batchSize) {
    const batch = cases.slice(from, from + batchSize)
    results.push(
      ...(await mapConcurrently(batch, async (each) => {
        const result = await runCase(each)
        onResult(result)
        return result
      })),
    )
    await controls.checkGoodToken(`after ${batch.at(-1)?.id}`)
  }

  const { keyFetches, outbound, problems } = observation.end()
  return createReport(`${template.method} ${template.path}`, {
    ran: results.filter(({ verdict }) => verdict !== 'skipped').length,
    duration: (performance.now() - startedAt) / 1000,
    results,
    controls: { noToken, good: controls.statuses },
    keyFetches,
    outbound,
    problems: [...undemanded, ...controls.problems, ...problems],
  })
}

/** Runs a few items at a time. The results are in the order of the items. */
async function mapConcurrently<Item, Result>(
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
