import type { Fault } from '../../fault.ts'
import type { TestIssuer } from '../../issuer.ts'
import type { Base, Connection, Reply } from '../run/connection.ts'
import { load } from '../run/connection.ts'
import { createControls } from '../run/controls.ts'
import type { SurvivalResult } from './report.ts'
import { allowedCold, judgeSurvival } from './report.ts'
import type { FaultPlan } from './scenarios.ts'

/** Seconds after which every back-off is over, that of a Retry-After included. */
const backOff = 301
/** A fetch that began under the fault may fail the first request after it. */
const rounds = 3

/** What one fault is tried on, and how. */
export interface Trial {
  readonly base: Base
  readonly issuer: TestIssuer
  readonly open: () => Promise<Connection>
  readonly mint: () => string
  readonly timeout: number
  readonly maxAge: number
  readonly cold: boolean
  readonly warm: boolean
}

/** While all is well, the route is shut to strangers and open for the good token. */
export async function proveGuarded({ base, open, mint }: Trial): Promise<void> {
  const connection = await open()
  try {
    const controls = createControls(connection, base, mint())
    await controls.refuseNone()
    await controls.passGood('while the issuer was well')
  } finally {
    await connection.close()
  }
}

/** One fault, from before it to after it. */
export async function endure(plan: FaultPlan, trial: Trial): Promise<readonly SurvivalResult[]> {
  const { issuer, base, mint, maxAge } = trial
  const send = (connection: Connection, token: string): Promise<Reply> =>
    connection.send(load(base, { headers: [['authorization', `Bearer ${token}`]] }))
  const apps: (Connection | undefined)[] = []
  let moved = 0
  function advance(seconds: number): void {
    issuer.clock.advance(seconds)
    moved += seconds
  }

  async function askBoth(state: '' | 'recovered-'): Promise<readonly SurvivalResult[]> {
    const logged = issuer.requests.count()
    const token = mint()
    const replies = await Promise.all(apps.map((app) => app && send(app, token)))
    const struck = issuer.requests.all
      .slice(logged)
      .some(({ endpoint }) => concerns(plan, endpoint))
    return replies.flatMap((reply, index) => {
      if (reply === undefined) return []
      const duringCold = index === 0 && state === ''
      const allowed = duringCold ? allowedCold(plan, struck) : { pass: true, outage: false }
      const judgement = judgeSurvival(reply, allowed, token, issuer)
      return {
        id: plan.id,
        state: `${state}${index === 0 ? 'cold' : 'warm'}` as const,
        ...judgement,
      }
    })
  }

  try {
    apps.push(trial.cold ? await trial.open() : undefined)
    apps.push(trial.warm ? await trial.open() : undefined)
    if (apps[1]) await send(apps[1], mint())
    advance(maxAge + 1)
    const fault = plan.make(issuer, trial.timeout)
    if (plan.id.startsWith('jwks/')) await rehearse(issuer, fault)
    const during = await issuer.during(plan.endpoint, fault, () => askBoth(''))
    let after: readonly SurvivalResult[] = []
    for (let round = 0; round < rounds; round += 1) {
      advance(plan.recovers ?? backOff)
      after = await askBoth('recovered-')
      if (after.every(({ verdict }) => verdict === 'survived')) break
    }
    return [...during, ...after]
  } finally {
    issuer.clock.advance(-moved)
    await Promise.all(apps.map((app) => app?.close()))
  }
}

/** Some faults make RSA keys when they strike first: that is not to be the app's time. */
function rehearse(issuer: TestIssuer, fault: Fault): Promise<unknown> {
  return issuer
    .during('jwks', fault, () => issuer.fetch(String(issuer.metadata['jwks_uri'])))
    .catch(() => {})
}

function concerns({ id, endpoint }: FaultPlan, asked: string): boolean {
  return id.startsWith('metadata/') ? asked !== 'jwks' : endpoint === '*' || endpoint === asked
}
