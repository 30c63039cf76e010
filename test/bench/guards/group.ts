import { type Comparison, compare, type Entries, type Figures } from '../in-process/compare.ts'
import type { Issuers, Kind } from '../issuers.ts'
import type { GroupReport } from '../report/goals.ts'
import { digits } from '../report/numbers.ts'
import { table } from '../report/table.ts'
import type { Group } from '../run.ts'
import { names } from './by-hand.ts'

const frameworks = { express: 'Express 5', koa: 'Koa 3', node: 'node:http' } as const
type Framework = keyof typeof frameworks

const bearer = 'express-oauth2-jwt-bearer'
const contenders: Readonly<Record<Framework, readonly string[]>> = {
  express: [...Object.values(names), bearer],
  koa: Object.values(names),
  node: Object.values(names),
}
const kinds: readonly Kind[] = ['cached', 'new']
const all = Object.keys(frameworks) as Framework[]
const titleOf = (framework: Framework, kind: Kind): string =>
  `guard, ${frameworks[framework]}, RS256, ${kind}`

export const group: Group = async (run) => {
  const figures = await compare(comparisons(run.issuers), run)
  return report(
    figures,
    run.nodes.map(({ name }) => name),
  )
}

export const comparisons = (issuers: Issuers): readonly Comparison[] =>
  kinds.flatMap((kind) =>
    all.map((framework) => ({
      title: titleOf(framework, kind),
      entries: () => entriesOf(issuers, framework, kind),
    })),
  )

async function entriesOf(issuers: Issuers, subject: Framework, kind: Kind): Promise<Entries> {
  const { setting, files, bad } = await issuers.of('RS256')
  return Object.fromEntries(
    contenders[subject]
      // The least that caches keeps every token for good: soon none would be new to it.
      .filter((name) => kind === 'cached' || name !== names.map)
      .map((contender) => [
        contender,
        { subject, contender, setting, file: files[kind], bad, atOnce: 1 },
      ]),
  )
}

function report(figures: Figures, nodes: readonly string[]): GroupReport {
  const cell = (framework: Framework, kind: Kind, node: string, name: string) =>
    digits(figures.median(titleOf(framework, kind), node, name))
  return {
    title: 'Guards without sockets: microseconds for a request, cached / new token',
    body: [
      table(
        [
          '',
          ...all.flatMap((framework) => nodes.map((node) => `${frameworks[framework]}, ${node}`)),
        ],
        contenders.express.map((name) => [
          name,
          ...all.flatMap((framework) =>
            nodes.map((node) => kinds.map((kind) => cell(framework, kind, node, name)).join(' / ')),
          ),
        ]),
      ),
    ],
    goals: all.map((framework) => ({
      what: `guard of ${frameworks[framework]}, cached token / ${names.map}`,
      limit: 1.5,
      unit: '×',
      measured: (node) =>
        figures.ratio(titleOf(framework, 'cached'), node, names.tollgate, names.map),
    })),
    short: [
      [
        `guard of Express 5, cached token, µs (${names.map})`,
        ...nodes.map((node) => {
          const [own, map] = [names.tollgate, names.map].map((name) =>
            cell('express', 'cached', node, name),
          )
          return `${own} (${map})`
        }),
      ],
    ],
  }
}
