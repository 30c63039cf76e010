import type { TrustOptions } from '../../issuer.ts'
import { readNumber, refuseUnknown } from '../../options.ts'
import type { GuardedRequest } from '../run/options.ts'
import { readBase, readReasons, refuseStrangers, requestOptions } from '../run/options.ts'
import { failureOf } from '../run/report.ts'
import type { HostileTarget } from '../run/target.ts'
import { openTarget } from '../run/target.ts'
import type { SurvivalReport, SurvivalResult } from './report.ts'
import { createSurvivalReport } from './report.ts'
import type { Trial } from './run-scenario.ts'
import { endure, proveGuarded } from './run-scenario.ts'
import { faultPlans, forbidden } from './scenarios.ts'

/** Options of `assertSurvivesIssuerFaults`. */
export interface SurvivalOptions extends GuardedRequest {
  /** The faults to run, as 'http/500' (all). */
  only?: readonly string[]
  /** Faults to leave out, each with the reason, which the report shows (none). */
  skip?: Readonly<Record<string, string>>
  /** Whether to ask an app that never had keys (true). */
  cold?: boolean
  /** Whether to ask an app that loaded its keys before, and must look again (true). */
  warm?: boolean
  /** Seconds that the app gives a fetch, handed to `make` as `keys: { timeout }` (0.25). */
  timeout?: number
  /** After how many seconds keys are looked at again: the `keys.maxAge` of the app (600). */
  maxAge?: number
  /** What one request may take in seconds (2). */
  budget?: { readonly perRequest?: number }
}

/** What `make` is given: `issuer.trust()` with a timeout that keeps the run short. */
export type ShortTrust = TrustOptions & { readonly keys: { readonly timeout: number } }

const survivalOptions = {
  ...requestOptions,
  only: true,
  skip: true,
  cold: true,
  warm: true,
  timeout: true,
  maxAge: true,
  budget: true,
} satisfies Record<keyof SurvivalOptions, true>

const owner = 'assertSurvivesIssuerFaults()'
const known = new Set(faultPlans.map(({ id }) => id))

/**
 * Makes the issuer fail in every way of `faults`, one after the other, and asks apps of yours for a
 * good token's route all the while. An app that never had keys must answer 503 with Retry-After, or
 * pass the token if the fault leaves it a key; one that had keys must pass it; and both must once the
 * fault is over. Never a 401, for which clients throw good tokens away.
 *
 * The issuer's clock moves on meanwhile and is put back at the end; its faults are left as they were.
 *
 * @param make Builds a fresh app that trusts what it is given.
 * @throws {Error} with a table of what went wrong, and the report as `report`.
 * @throws {TypeError} on a wrong option, and on a URL that is not on loopback.
 */
export async function assertSurvivesIssuerFaults(
  make: (trust: ShortTrust) => HostileTarget | Promise<HostileTarget>,
  options: SurvivalOptions,
): Promise<SurvivalReport> {
  refuseUnknown(owner, options, survivalOptions)
  const { issuer, only, skip = {}, cold = true, warm = true, budget = {} } = options
  refuseUnknown(`${owner} budget`, budget, { perRequest: true })
  const base = readBase(owner, options)
  const reasons = readReasons(owner, skip, known)
  refuseStrangers('only', only, known)
  const perRequest = readNumber('budget.perRequest', budget.perRequest ?? 2, 0.001)
  const timeout = readNumber('timeout', options.timeout ?? 0.25, 0.001)
  const maxAge = readNumber('maxAge', options.maxAge ?? 600, 1)
  const plans = faultPlans.filter(({ id }) => only?.includes(id) ?? true)
  const began = performance.now()

  const open = async (): ReturnType<Trial['open']> =>
    openTarget(await make(issuer.trust({ keys: { timeout } })), perRequest)
  const mint = (): string => issuer.mint(claimsOf(options))
  const trial = { base, issuer, open, mint, timeout, maxAge, cold, warm }

  await proveGuarded(trial)
  const results: SurvivalResult[] = []
  const logged = issuer.requests.count()
  for (const plan of plans) {
    const why = reasons[plan.id]
    if (why === undefined) results.push(...(await endure(plan, trial)))
    else results.push({ id: plan.id, state: 'cold', verdict: 'skipped', status: 0, why })
  }
  const followed = issuer.requests.all
    .slice(logged)
    .filter(({ url }) => forbidden.some((origin) => url.startsWith(origin)))
    .map(({ url }) => `The app let the issuer lead it to ${url}`)
  const report = createSurvivalReport(`${base.method} ${base.path}`, {
    ran: plans.filter(({ id }) => reasons[id] === undefined).length,
    duration: (performance.now() - began) / 1000,
    results,
    problems: [...new Set(followed)],
  })
  if (!report.ok) throw failureOf(report)
  return report
}

function claimsOf({ claims, scope }: SurvivalOptions): NonNullable<SurvivalOptions['claims']> {
  return {
    ...claims,
    ...(scope !== undefined && { scope }),
  }
}
