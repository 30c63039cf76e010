import { serveIssuer } from '../issuer.ts'
import { inTurn, type Pace } from '../pace.ts'
import { run } from '../process.ts'
import { type Group, type GroupReport, type Target, worst } from '../report/group.ts'
import { digits, times, whole, withSpread } from '../report/numbers.ts'
import { median, ratio } from '../report/statistics.ts'
import { table } from '../report/table.ts'
import type { CurveName, Curves, Order as CurvesOrder, Point } from './curves.ts'
import type { Order as FirstOrder, FirstRequest } from './first-request.ts'
import type { Order as IssuersOrder } from './issuers.ts'
import type { Order as MemoryOrder } from './memory.ts'
import { answersAfter, maxAge, measureRefresh, type Refresh } from './refresh.ts'

export const group: Group = { measure }

const curveTitles: Readonly<Record<CurveName, string>> = {
  issuers: 'issuers, cached tokens',
  issuersNew: 'issuers, token cache off',
  keys: 'keys of an issuer, cached tokens',
  keysNew: 'keys of an issuer, token cache off',
  routes: 'guarded routes, cached tokens',
}

async function measure(pace: Pace): Promise<GroupReport> {
  const curves = await run<Curves>('curves', { pace } satisfies CurvesOrder)
  const memory = await measureMemory(pace)
  const served = await serveIssuer('RS256')
  try {
    const firsts = await measureFirst(served, pace)
    const refresh = await measureRefresh(served, pace)
    return {
      title: 'scale',
      body: [
        '### Microseconds for a request, as the numbers of issuers, keys and routes grow',
        curveTable(curves),
        'ES256, 1,000 tokens in turn, of all issuers and keys. Routes: the guards of the Express adapter alone, called in turn without a socket.',
        '### Memory of cached tokens',
        memory,
        'Heap and external memory after full garbage collections, in a fresh process; ES256, and the tokens themselves are not kept. fast-jwt has a cache of that size.',
        '### Memory of the issuers of a resolver',
        await measureIssuers(pace),
        'Resident memory after full garbage collections, in a fresh process; each issuer was discovered, publishes two keys, and had one token accepted. The token cache is off.',
        '### The first token of a process',
        firstTable(firsts),
        'In milliseconds; keys come over HTTP from loopback, for tollgate after discovery. The time to import the packages is not included (see start-up).',
        '### A key refresh under load',
        describeRefresh(refresh),
      ],
      targets: [...curveTargets(curves), refreshTarget(refresh)],
    }
  } finally {
    await served.issuer.close()
  }
}

const names = Object.keys(curveTitles) as CurveName[]

function curveTable(curves: Curves): string {
  return table(
    ['', 'few', '', 'many'],
    names.map((name) => [
      curveTitles[name],
      ...curves[name].map(
        (point) =>
          `${whole(point.count)}: ${withSpread(point.rounds)} (${times(ratio(point.rounds, first(curves[name]).rounds))})`,
      ),
    ]),
  )
}

const first = ([point]: readonly Point[]): Point => point as Point

function curveTargets(curves: Curves): readonly Target[] {
  return names.map((name) =>
    worst(
      {
        what: `cost with many / with one: ${curveTitles[name]}`,
        limit: 1.2,
        side: 'at most',
        unit: '×',
      },
      curves[name].slice(1).map(({ count, rounds }) => ({
        where: whole(count),
        measured: ratio(rounds, first(curves[name]).rounds),
      })),
    ),
  )
}

async function measureMemory({ quick }: Pace): Promise<string> {
  const rows = []
  for (const count of quick ? [1_000, 10_000] : [10_000, 100_000]) {
    const cells = []
    for (const [contender, times] of [
      ['tollgate', 1],
      ['tollgate', 2],
      ['fast-jwt', 1],
    ] as const) {
      const order: MemoryOrder = { contender, count, times }
      const bytes = await run<number>('memory', order, ['--expose-gc'])
      cells.push(`${digits(bytes / 2 ** 20)} MiB (${whole(bytes / count)} bytes each)`)
    }
    rows.push([whole(count), ...cells])
  }
  return table(['tokens', 'tollgate, seen once', 'tollgate, seen again', 'fast-jwt'], rows)
}

async function measureIssuers({ quick }: Pace): Promise<string> {
  const count = quick ? 1_000 : 10_000
  const cells = []
  for (const alg of ['ES256', 'RS256'] as const) {
    const order: IssuersOrder = { count, alg }
    const bytes = await run<number>('issuers', order, ['--expose-gc'])
    cells.push(`${digits(bytes / 2 ** 20)} MiB (${whole(bytes / count)} bytes each)`)
  }
  return table(['issuers', 'ES256', 'RS256'], [[whole(count), ...cells]])
}

type Firsts = Readonly<Record<FirstOrder['contender'], FirstRequest[]>>

async function measureFirst(
  { setting, mint }: Awaited<ReturnType<typeof serveIssuer>>,
  { starts }: Pace,
): Promise<Firsts> {
  const found: Firsts = { tollgate: [], jose: [] }
  const contenders = ['tollgate', 'jose'] as const
  for (let round = 0; round < starts; round++) {
    for (const contender of inTurn(contenders)) {
      const order: FirstOrder = { contender, ...setting, tokens: await mint(2) }
      found[contender].push(await run<FirstRequest>('first-request', order))
    }
  }
  return found
}

function firstTable(firsts: Firsts): string {
  const parts = ['create', 'first', 'second'] as const
  const titles = { tollgate: 'tollgate', jose: 'jose, `createRemoteJWKSet`' }
  return table(
    ['', 'creating it', 'first token', 'second token'],
    (Object.keys(titles) as (keyof Firsts)[]).map((contender) => [
      titles[contender],
      ...parts.map((part) => withSpread(firsts[contender].map((each) => each[part]))),
    ]),
  )
}

const describeRefresh = ({ during, apart, refreshes, calls }: Refresh): string =>
  `p99 of a guarded Express app: ${digits(median(during))} ms for requests that meet a refresh, ${digits(median(apart))} ms for those between refreshes (ratio ${times(ratio(during, apart))}); ${refreshes} refreshes, ${whole(calls)} requests from 8 callers with 500 tokens. Keys are kept for ${maxAge} s in this part, and the issuer takes ${answersAfter} s to answer.`

const refreshTarget = ({ during, apart }: Refresh): Target =>
  worst({ what: 'p99 during a key refresh / else', limit: 1.2, side: 'at most', unit: '×' }, [
    { where: 'Express', measured: ratio(during, apart) },
  ])
