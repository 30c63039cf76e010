import { type Framework, frameworkTitles, type GuardName, guardTitles } from '../http/matrix.ts'
import { connections } from '../http/measure.ts'
import { type TrafficName, trafficTitles, withTraffic } from '../http/traffic.ts'
import { serveIssuer } from '../issuer.ts'
import { inTurn, type Pace } from '../pace.ts'
import { run } from '../process.ts'
import type { Group, GroupReport } from '../report/group.ts'
import { median } from '../report/statistics.ts'
import { table } from '../report/table.ts'
import { jose, tollgate, way } from '../verify/names.ts'
import type { Order } from './program.ts'
import { type Profile, roomOf } from './sample.ts'

export const group: Group = { measure }

/** What is compared: without and with what costs something. */
interface Pair {
  readonly title: string
  readonly sides: readonly { readonly name: string; readonly order: Order; profiles: Profile[] }[]
}

async function measure(pace: Pace): Promise<GroupReport> {
  const served = await serveIssuer('RS256')
  try {
    return await withTraffic(served.mint, async (traffic) => {
      const seconds = { warmUpSeconds: pace.warmUpSeconds, seconds: pace.loadSeconds }
      const underLoad = (framework: Framework, kind: TrafficName, peer: GuardName): Pair =>
        appPair(framework, kind, peer, (guard) => ({
          app: { framework, guard, setting: served.setting },
          tokens: traffic.find(({ name }) => name === kind)?.tokens as string,
          ...seconds,
          connections,
        }))
      const pairs = [
        verifyPair(1, seconds),
        verifyPair(50, seconds),
        underLoad('express', 'many', 'bare'),
        underLoad('koa', 'many', 'bare'),
        underLoad('node', 'many', 'bare'),
        underLoad('express', 'new', 'jose'),
      ]
      for (const { sides } of pairs) {
        for (let round = 0; round < pace.profiles; round++) {
          for (const { order, profiles } of inTurn(sides)) {
            profiles.push(await run<Profile>('profile', order))
          }
        }
      }
      return { title: 'profile: where the time goes', body: bodyOf(pairs, pace), targets: [] }
    })
  } finally {
    await served.issuer.close()
  }
}

function verifyPair(atOnce: number, seconds: Pick<Order, 'warmUpSeconds' | 'seconds'>): Pair {
  return {
    title: `New tokens, ${way(atOnce)}`,
    sides: ([jose, tollgate] as const).map((contender) => ({
      name: contender,
      order: { contender, atOnce, ...seconds },
      profiles: [],
    })),
  }
}

function appPair(
  framework: Framework,
  kind: TrafficName,
  peer: GuardName,
  order: (guard: GuardName) => Order,
): Pair {
  return {
    title: `${frameworkTitles[framework]}, ${trafficTitles[kind]}`,
    sides: ([peer, 'tollgate'] as const).map((guard) => ({
      name: guardTitles[guard],
      order: order(guard),
      profiles: [],
    })),
  }
}

const bodyOf = (pairs: readonly Pair[], { profiles, loadSeconds }: Pace): readonly string[] => [
  `Microseconds of the JavaScript thread for a token or a request, as V8’s sampling profiler sees them: medians of ${profiles} processes with ${loadSeconds} s each, in turn. A function’s time includes the built-ins that it calls. RS256. The profiler itself slows everything down: what counts here are the parts.`,
  ...pairs.flatMap((pair) => [`### ${pair.title}`, roomTable(pair), functionTable(pair)]),
]

function roomTable(pair: Pair): string {
  const byRoom = pair.sides.map(({ profiles }) => profiles.map(sumByRoom))
  return differences('', pair, byRoom, Infinity)
}

/** The functions that make most of the difference. */
function functionTable(pair: Pair): string {
  const byFunction = pair.sides.map(({ profiles }) => profiles)
  return differences('the largest differences', pair, byFunction, 10)
}

function differences(
  title: string,
  { sides }: Pair,
  [before = [], after = []]: readonly (readonly Profile[])[],
  most: number,
): string {
  const names = new Set([...before, ...after].flatMap((profile) => Object.keys(profile)))
  const rows = [...names]
    .map((name) => ({ name, was: middle(before, name), is: middle(after, name) }))
    .toSorted((a, b) => b.is - b.was - (a.is - a.was))
    .slice(0, most)
  return table(
    [title, ...sides.map(({ name }) => name), 'difference'],
    rows.map(({ name, was, is }) => [
      name.replace(/:$/, '').replaceAll('|', '\\|'),
      ...[was, is, is - was].map((value) => value.toFixed(2)),
    ]),
  )
}

const middle = (profiles: readonly Profile[], name: string): number =>
  median(profiles.map((profile) => profile[name] ?? 0))

function sumByRoom(profile: Profile): Profile {
  const rooms: Record<string, number> = {}
  for (const [name, spent] of Object.entries(profile)) {
    rooms[roomOf(name)] = (rooms[roomOf(name)] ?? 0) + spent
    rooms['all'] = (rooms['all'] ?? 0) + spent
  }
  return rooms
}
