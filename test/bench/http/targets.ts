import { type Target, worst } from '../report/group.ts'
import { ratio } from '../report/statistics.ts'
import type { Framework, GuardName } from './matrix.ts'
import type { AppUnderLoad } from './measure.ts'
import { type TrafficName, trafficTitles } from './traffic.ts'

export type Results = ReadonlyMap<Framework, readonly AppUnderLoad[]>

const repeated: readonly TrafficName[] = ['one', 'many']

export function targetsOf(results: Results): readonly Target[] {
  const perSecond = (framework: Framework, guard: GuardName, kind: TrafficName) => {
    const app = results.get(framework)?.find((one) => one.guard === guard)
    if (app === undefined) throw new Error(`${framework} was not measured with ${guard}`)
    return app.loads[kind].map((load) => load.perSecond)
  }
  const against = (framework: Framework, peer: GuardName, kinds: readonly TrafficName[]) =>
    kinds.map((kind) => ({
      where: trafficTitles[kind],
      measured: ratio(perSecond(framework, 'tollgate', kind), perSecond(framework, peer, kind)),
    }))
  const atLeast = (what: string, limit: number) =>
    ({ what, limit, side: 'at least', unit: '×' }) as const

  return [
    worst(
      atLeast('Express, with a guard / without, repeated tokens', 0.93),
      against('express', 'bare', repeated),
    ),
    worst(
      atLeast('Koa, with a guard / without, repeated tokens', 0.85),
      against('koa', 'bare', repeated),
    ),
    worst(
      atLeast('node:http, with a guard / without, repeated tokens', 0.85),
      against('node', 'bare', repeated),
    ),
    worst(
      atLeast('Express, all tokens new, tollgate / jose by hand', 1),
      against('express', 'jose', ['new']),
    ),
  ]
}
