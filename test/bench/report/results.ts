import { availableParallelism, cpus, release, type } from 'node:os'
import { loadGenerator } from '../load/generator.ts'
import { versionOf } from '../prepare/peers.ts'
import { type GroupReport, isReached, type Target } from './group.ts'
import { digits } from './numbers.ts'
import { table } from './table.ts'

/** The packages whose versions the report names. */
const packages = [
  'tollgate',
  'jose',
  'lru-cache',
  'fast-jwt',
  'get-jwks',
  'jsonwebtoken',
  'jwks-rsa',
  'aws-jwt-verify',
  'express-oauth2-jwt-bearer',
  'express-jwt',
  'koa-jwt',
  'express',
  'koa',
  'fastify',
  'hono',
  '@hono/node-server',
]

export interface RunFacts {
  /** How long the run took. */
  readonly seconds: number
  /** How many processes ran on average in the minute before the run. */
  readonly load: number
}

/** The complete text of RESULTS.md. */
export async function report(
  groups: readonly GroupReport[],
  { seconds, load }: RunFacts,
): Promise<string> {
  const targets = groups.flatMap((group) => group.targets)
  return [
    '# Speed',
    `${new Date().toISOString().slice(0, 10)}, ${machine()}, Node ${process.versions.node}, in ${seconds} s. Load average before it: ${load.toFixed(1)}.`,
    'Written by `test/bench/bench.ts` (`npm run bench`); README.md beside it says how to run it. Values are medians of rounds in which the contenders take turns, ± half the distance between the quartiles; a ratio is the median of the ratios of the pairs of rounds. Everything runs on plain Node: tollgate as it is built for release and imported by its name, and the programs around it translated to JavaScript beforehand.',
    ...groups.flatMap(({ title, body }) => [`## ${title}`, ...body]),
    '## Targets',
    targetTable(targets),
    '## Versions',
    packages.map((name) => `- ${name} ${versionOf(name)}`).join('\n'),
    `Load generator: ${(await loadGenerator()).version}.`,
  ]
    .join('\n\n')
    .concat('\n')
}

function targetTable(targets: readonly Target[]): string {
  if (targets.length === 0) return 'None in this group.'
  return table(
    ['target', 'limit', 'measured', 'where it is worst', ''],
    targets.map((target) => [
      target.what,
      `${target.side === 'at most' ? '≤' : '≥'} ${target.limit} ${target.unit}`,
      `${digits(target.measured)} ${target.unit}`,
      target.where,
      isReached(target) ? 'reached' : 'not reached',
    ]),
  )
}

const machine = (): string =>
  `${cpus()[0]?.model.trim()} (${availableParallelism()} cores, ${type()} ${release()})`
