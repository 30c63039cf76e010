import type { BenchIssuer } from '../issuer.ts'
import { loadGenerator } from '../load/generator.ts'
import type { Load } from '../load/load.ts'
import { inTurn, type Pace } from '../pace.ts'
import { start } from '../process.ts'
import type { Listening } from './apps/app.ts'
import type { AppOrder } from './apps/open.ts'
import { type Framework, type GuardName, matrix } from './matrix.ts'
import { assertGuarded } from './soundness.ts'
import type { Traffic, TrafficName } from './traffic.ts'

export const connections = 32

export interface AppUnderLoad {
  readonly guard: GuardName
  readonly loads: Readonly<Record<TrafficName, Load[]>>
}

interface RunningApp extends AppUnderLoad {
  readonly url: string
  end(): Promise<void>
  /**
   * Where the next load of each kind begins in its file. Tokens are new to this app only as long as
   * none of them comes again while it is still in a cache.
   */
  readonly from: Record<TrafficName, number>
}

/** Measures all guards of one framework, in turn. */
export async function measureFramework(
  framework: Framework,
  { setting }: BenchIssuer,
  traffic: readonly Traffic[],
  good: string,
  { appStarts, loadRounds, loadSeconds, warmUpSeconds }: Pace,
): Promise<readonly AppUnderLoad[]> {
  const measured = matrix[framework].map(
    (guard): AppUnderLoad => ({ guard, loads: { one: [], many: [], new: [] } }),
  )
  const { fire } = await loadGenerator()
  const load = async (
    { url, from }: RunningApp,
    { name, tokens }: Traffic,
    seconds = loadSeconds,
  ): Promise<Load> => {
    const fired = await fire({ url, tokens, from: from[name], seconds, connections })
    from[name] += fired.sent
    return fired
  }
  for (let again = 0; again < appStarts; again++) {
    const apps: RunningApp[] = []
    try {
      for (const app of measured) {
        const running = await startApp(framework, app, setting)
        apps.push(running)
        await assertGuarded(app.guard, running.url, good)
      }
      for (const kind of traffic) {
        // So that V8 has compiled the code, and the caches hold what they can.
        const seconds = kind.name === 'new' ? warmUpSeconds : loadSeconds
        for (const app of apps) await load(app, kind, seconds)
        for (let round = 0; round < loadRounds; round++) {
          for (const app of inTurn(apps)) app.loads[kind.name].push(await load(app, kind))
        }
      }
    } finally {
      await Promise.all(apps.map(({ end }) => end()))
    }
  }
  return measured
}

async function startApp(
  framework: Framework,
  app: AppUnderLoad,
  setting: AppOrder['setting'],
): Promise<RunningApp> {
  const order: AppOrder = { framework, guard: app.guard, setting }
  const { reply, end } = await start<Listening>('app', order)
  const url = `http://127.0.0.1:${reply.port}/me`
  return { ...app, url, end, from: { one: 0, many: 0, new: 0 } }
}
