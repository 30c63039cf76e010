import type { Fault } from '../../fault.ts'
import type { TestIssuer } from '../../issuer.ts'
import type { Connection, RequestTemplate } from '../run/connection.ts'
import { bearerRequest } from '../run/connection.ts'
import { createControls } from '../run/controls.ts'
import type { FaultScenario } from './scenarios.ts'
import type { SurvivalResult } from './verdict.ts'
import { allowedWithoutKeys, judgeSurvival } from './verdict.ts'

/** Seconds after which every back-off of the app must be over, that of a Retry-After included. */
const backOff = 301

/**
 * How often the app is asked after the fault. Its first request may fail, if it waits for a fetch
 * that began during the fault.
 */
const recoveryRounds = 3

/** What every scenario runs with. */
export interface ScenarioContext {
  readonly template: RequestTemplate
  readonly issuer: TestIssuer
  /** Builds a new app, and connects to it. */
  readonly openApp: () => Promise<Connection>
  /** Mints a new good token. */
  readonly mint: () => string
  readonly timeout: number
  readonly maxAge: number
  readonly cold: boolean
  readonly warm: boolean
}

/**
 * Without a fault, the route must refuse a request without a token, and let the good token pass.
 * Otherwise the results of the scenarios would prove nothing.
 */
export async function assertGuarded({ template, openApp, mint }: ScenarioContext): Promise<void> {
  const connection = await openApp()
  try {
    const controls = createControls(connection, template, mint())
    await controls.checkWithoutToken()
    await controls.checkGoodToken('while the issuer worked')
  } finally {
    await connection.close()
  }
}

/** Runs one scenario, and asks a cold and a warm app during the fault and after it. */
export async function runScenario(
  scenario: FaultScenario,
  context: ScenarioContext,
): Promise<readonly SurvivalResult[]> {
  const { issuer, template, mint, maxAge, timeout } = context
  const apps: (Connection | undefined)[] = []
  let advanced = 0
  function advance(seconds: number): void {
    issuer.clock.advance(seconds)
    advanced += seconds
  }

  async function askApps(prefix: '' | 'recovered-'): Promise<readonly SurvivalResult[]> {
    const requestsBefore = issuer.requests.count()
    const token = mint()
    const replies = await Promise.all(apps.map((app) => app?.send(bearerRequest(template, token))))
    const affected = issuer.requests.all
      .slice(requestsBefore)
      .some(({ endpoint }) => affects(scenario, endpoint))
    return replies.flatMap((reply, index) => {
      if (reply === undefined) return []
      const isCold = index === 0
      const allowed =
        isCold && prefix === ''
          ? allowedWithoutKeys(scenario, affected)
          : { pass: true, outage: false }
      const judgement = judgeSurvival(reply, allowed, token, issuer)
      const state = `${prefix}${isCold ? 'cold' : 'warm'}` as const
      return { id: scenario.id, state, ...judgement }
    })
  }

  try {
    apps.push(context.cold ? await context.openApp() : undefined)
    apps.push(context.warm ? await context.openApp() : undefined)
    if (apps[1]) await apps[1].send(bearerRequest(template, mint()))
    // Now the keys of the warm app are too old, so that it must ask the issuer during the fault.
    advance(maxAge + 1)
    const fault = scenario.createFault(issuer, timeout)
    if (scenario.id.startsWith('jwks/')) await prepare(issuer, fault)
    const during = await issuer.during(scenario.endpoint, fault, () => askApps(''))
    let after: readonly SurvivalResult[] = []
    for (let round = 0; round < recoveryRounds; round += 1) {
      advance(scenario.recovers ?? backOff)
      after = await askApps('recovered-')
      if (after.every(({ verdict }) => verdict === 'survived')) break
    }
    return [...during, ...after]
  } finally {
    issuer.clock.advance(-advanced)
    await Promise.all(apps.map((app) => app?.close()))
  }
}

/**
 * Applies a fault once before the app is asked. Some faults generate RSA keys the first time, which
 * takes so long that the fetch of the app could time out.
 */
function prepare(issuer: TestIssuer, fault: Fault): Promise<unknown> {
  return issuer
    .during('jwks', fault, () => issuer.fetch(String(issuer.metadata['jwks_uri'])))
    .catch(() => {})
}

/** Whether the fault changes the answer of this endpoint. */
function affects({ id, endpoint }: FaultScenario, requested: string): boolean {
  if (id.startsWith('metadata/')) return requested !== 'jwks'
  return endpoint === '*' || endpoint === requested
}
