import { serveIssuer } from '../issuer.ts'
import type { Load } from '../load/load.ts'
import type { Pace } from '../pace.ts'
import type { Group, GroupReport } from '../report/group.ts'
import { digits, times, whole, withSpread } from '../report/numbers.ts'
import { median, type Rounds, ratio } from '../report/statistics.ts'
import { table } from '../report/table.ts'
import { type Framework, frameworkTitles, guardTitles, matrix } from './matrix.ts'
import { type AppUnderLoad, connections, measureFramework } from './measure.ts'
import { type Results, targetsOf } from './targets.ts'
import { fresh, type TrafficName, trafficTitles, withTraffic } from './traffic.ts'

export const group: Group = { measure }

async function measure(pace: Pace): Promise<GroupReport> {
  const served = await serveIssuer('RS256')
  const results = new Map<Framework, readonly AppUnderLoad[]>()
  try {
    await withTraffic(served.mint, async (traffic, good) => {
      for (const framework of Object.keys(matrix) as Framework[]) {
        results.set(framework, await measureFramework(framework, served, traffic, good, pace))
      }
    })
  } finally {
    await served.issuer.close()
  }
  return {
    title: 'http: requests per second',
    body: [
      'In brackets: as a part of those of the app without a guard. The second table of each framework: latency at that load, median and 99th percentile, in milliseconds.',
      ...[...results].flatMap(([framework, apps]) => [
        `### ${frameworkTitles[framework]}`,
        throughput(apps),
        latency(apps),
      ]),
      method(pace),
    ],
    targets: targetsOf(results satisfies Results),
  }
}

const kinds = Object.keys(trafficTitles) as TrafficName[]

function throughput(apps: readonly AppUnderLoad[]): string {
  return table(
    ['requests per second', ...Object.values(trafficTitles)],
    apps.map((app) => [
      guardTitles[app.guard],
      ...kinds.map((kind) => {
        const rounds = perSecond(app, kind)
        const bare = perSecond(apps[0] as AppUnderLoad, kind)
        return `${withSpread(rounds, whole)} (${times(ratio(rounds, bare))})`
      }),
    ]),
  )
}

const perSecond = ({ loads }: AppUnderLoad, kind: TrafficName): Rounds =>
  loads[kind].map((load) => load.perSecond)

function latency(apps: readonly AppUnderLoad[]): string {
  const of = (loads: readonly Load[]): string => {
    const p50 = median(loads.map((load) => load.p50))
    return `${digits(p50)} / ${digits(median(loads.map((load) => load.p99)))}`
  }
  return table(
    ['p50 / p99 in ms', ...Object.values(trafficTitles)],
    apps.map(({ guard, loads }) => [guardTitles[guard], ...kinds.map((kind) => of(loads[kind]))]),
  )
}

const method = ({ appStarts, loadRounds, loadSeconds, warmUpSeconds }: Pace): string =>
  [
    `- Each app in a process of its own, the load generator in another, ${connections} connections on loopback. ${appStarts} times, each with new processes: ${loadRounds} rounds of ${loadSeconds} s for each app, in turn, after one round to warm up, or ${warmUpSeconds} s if all tokens are new. RS256. Any refused request fails the run. Each guard first had to accept a good token, and to answer 401 to a tampered one and to none.`,
    '- All guards get the issuer’s keys over HTTP, as their documentation shows, with default options but for fast-jwt’s cache, which is off by default. The handlers are the same. They do not read the claims, which every guard puts on the request.',
    `- All tokens new: ${whole(fresh)} in turn, so that a token comes again only after the caches (10,000 in tollgate, 1,000 in fast-jwt, their defaults) have dropped it. The caches stay on, and store tokens that they never find again.`,
  ].join('\n')
