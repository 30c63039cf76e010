import { availableParallelism, cpus, release, type } from 'node:os'
import type { Node } from '../nodes.ts'
import { versionOf } from '../prepare/peers.ts'
import { type GroupReport, goalTable } from './goals.ts'
import { table } from './table.ts'

/** The packages whose versions the report names. */
const packages = [
  'jose',
  'fast-jwt',
  'aws-jwt-verify',
  'express-oauth2-jwt-bearer',
  'express',
  'koa',
  'fastify',
  'hono',
  'autocannon',
]

export interface RunFacts {
  readonly nodes: readonly Node[]
  /** How long the run took. */
  readonly seconds: number
  /** How many processes ran on average in the minute before the run. */
  readonly load: number
}

const howToRead =
  'Written by `npm run bench`; README.md beside it tells how. Figures are medians of rounds in which the contenders take turns; ratios are medians of the ratios of neighbouring rounds, and need not be the ratio of two medians.'

/** The complete text of RESULTS.md. */
export function report(groups: readonly GroupReport[], { nodes, seconds, load }: RunFacts): string {
  const versions = packages.map((name) => `${name} ${versionOf(name)}`).join(', ')
  return [
    '# Speed',
    `${new Date().toISOString().slice(0, 10)}, ${machine()}, Node ${nodes.map(({ version }) => version).join(' and ')}, in ${seconds} s. Load average before it: ${load.toFixed(1)}. ${versions}. ${howToRead}`,
    '## Goals',
    goalTable(
      groups.flatMap(({ goals }) => goals),
      nodes,
    ),
    ...(groups.some(({ short }) => short.length > 0)
      ? ['## In short', shortTable(groups, nodes)]
      : []),
    ...groups.flatMap(({ title, body }) => [`## ${title}`, ...body]),
  ]
    .join('\n\n')
    .concat('\n')
}

/** The table that README.md of the package shows. */
export const shortTable = (groups: readonly GroupReport[], nodes: readonly Node[]): string =>
  table(
    ['', ...nodes.map(({ name }) => name)],
    groups.flatMap(({ short }) => short),
  )

const machine = (): string =>
  `${cpus()[0]?.model.trim()} (${availableParallelism()} cores, ${type()} ${release()})`
