import { kindOf, knownOptions, numberWithin, wrongOption } from '../../../core/option-checks.ts'
import { checkOptions } from '../../arguments.ts'
import type { AnyIssuer, TrustOptions } from '../../issuer.ts'
import { clockSeconds, waitSeconds } from '../../number-bounds.ts'
import { resolveClaims } from '../cases/good-token.ts'
import type { GuardedRequest } from '../run/guarded-request.ts'
import {
  checkIds,
  requestOptions,
  resolvePerRequest,
  resolveSkip,
  resolveTemplate,
} from '../run/guarded-request.ts'
import { errorWith } from '../run/report.ts'
import type { HostileTarget } from '../run/target.ts'
import { openTarget } from '../run/target.ts'
import type { SurvivalReport } from './report.ts'
import { createSurvivalReport } from './report.ts'
import type { ScenarioContext } from './run-scenario.ts'
import { assertGuarded, runScenario } from './run-scenario.ts'
import { faultScenarios, forbiddenOrigins } from './scenarios.ts'
import type { SurvivalResult } from './verdict.ts'

/** Options of `assertSurvivesIssuerFaults`. */
export interface SurvivalOptions extends GuardedRequest {
  /** The faults to run, such as 'http/500'. Default: all. */
  only?: readonly string[]
  /** Faults to leave out, each with the reason, which the report shows. Default: none. */
  skip?: Readonly<Record<string, string>>
  /** Whether to ask an app that has never loaded keys. Default: true. */
  cold?: boolean
  /** Whether to ask an app that has loaded keys before, and must refresh them. Default: true. */
  warm?: boolean
  /** Seconds that the app gives a fetch. The app gets it as `keys: { timeout }`. Default: 0.25. */
  timeout?: number
  /** Seconds after which the app refreshes its keys: its own `keys.maxAge`. Default: 600. */
  maxAge?: number
  /** How many seconds one request may take. Default: 2. */
  budget?: { readonly perRequest?: number }
}

/** What the app is built with: `issuer.trust()`, and a short timeout that keeps the run short. */
export type ShortTrust = TrustOptions<AnyIssuer> & { readonly keys: { readonly timeout: number } }

const known = {
  ...requestOptions,
  only: true,
  skip: true,
  cold: true,
  warm: true,
  timeout: true,
  maxAge: true,
  budget: true,
} as const satisfies Record<keyof SurvivalOptions, true>

const knownIds = faultScenarios.map(({ id }) => id)
const owner = 'assertSurvivesIssuerFaults'

/**
 * Makes the issuer fail in every way of `faults`, one after the other, and sends a good token to
 * your app during each fault and after it.
 *
 * - An app that has never loaded keys must answer 503 with Retry-After. Where the fault leaves it a
 *   good key, it must let the token pass.
 * - An app that has loaded keys before must let the token pass.
 * - After the fault, both must let the token pass.
 *
 * A 401 is always wrong: clients throw a token away when they get one, although it is good.
 *
 * The clock of the issuer is moved forward meanwhile, and back at the end. Faults that were already
 * set on the issuer stay as they are.
 *
 * @param createApp Builds a new app that trusts what it is given.
 * @param options The issuer and the route. Only `issuer` and `path` are required.
 * @returns The report of a run in which nothing failed.
 * @throws {Error} if anything failed: the message is a table, and `report` is the report.
 * @throws {TypeError} for a wrong option, and for a URL that is not on loopback.
 */
export async function assertSurvivesIssuerFaults(
  createApp: (trust: ShortTrust) => HostileTarget | Promise<HostileTarget>,
  options: SurvivalOptions,
): Promise<SurvivalReport> {
  checkBuilder(createApp)
  const example = `${owner}(createApp, { issuer, path: '/' })`
  checkOptions(`the options of ${owner}`, options, known, example)
  const { issuer, only, skip = {}, cold = true, warm = true, budget = {} } = options
  knownOptions(`option 'budget' of ${owner}`, budget, { perRequest: true })
  const template = resolveTemplate(owner, options)
  const claims = resolveClaims(owner, options)
  const reasons = resolveSkip(owner, skip, knownIds)
  checkIds(`option 'only' of ${owner}`, only, knownIds)
  const perRequest = resolvePerRequest(owner, budget.perRequest ?? 2)
  const timeout = numberWithin(`option 'timeout' of ${owner}`, options.timeout ?? 0.25, {
    ...waitSeconds,
    min: 0.001,
  })
  const maxAge = numberWithin(`option 'maxAge' of ${owner}`, options.maxAge ?? 600, {
    ...clockSeconds,
    min: 1,
  })
  const scenarios = faultScenarios.filter(({ id }) => only?.includes(id) ?? true)
  const startedAt = performance.now()

  async function openApp(): ReturnType<ScenarioContext['openApp']> {
    return openTarget(await createApp(issuer.trust({ keys: { timeout } })), perRequest)
  }
  const mint = (): string => issuer.mint(claims)
  const context = { template, issuer, openApp, mint, timeout, maxAge, cold, warm }

  await assertGuarded(context)
  const results: SurvivalResult[] = []
  const requestsBefore = issuer.requests.count()
  for (const scenario of scenarios) {
    const why = reasons[scenario.id]
    if (why === undefined) results.push(...(await runScenario(scenario, context)))
    else results.push({ id: scenario.id, state: 'cold', verdict: 'skipped', status: 0, why })
  }
  const followed = issuer.requests.all
    .slice(requestsBefore)
    .filter(({ url }) => forbiddenOrigins.some((origin) => url.startsWith(origin)))
    .map(({ url }) => `The app let the issuer lead it to ${url}`)
  const report = createSurvivalReport(`${template.method} ${template.path}`, {
    ran: scenarios.filter(({ id }) => reasons[id] === undefined).length,
    duration: (performance.now() - startedAt) / 1000,
    results,
    problems: [...new Set(followed)],
  })
  if (!report.ok) throw errorWith(report)
  return report
}

/** An app that exists already, an Express app included, cannot start without keys once more. */
function checkBuilder(createApp: unknown): void {
  const isApp = typeof createApp !== 'function' || 'listen' in createApp
  if (!isApp) return
  const found = typeof createApp === 'function' ? 'an app' : kindOf(createApp)
  const fix = `must be a function that builds an app, not ${found}; write ${owner}((trust) => createApp(trust), …)`
  wrongOption(`argument 'createApp' of ${owner}`, fix)
}
