/**
 * What a token or a guarded request costs inside the process, here and in another checkout: see
 * README.md.
 */
import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import type { Batch, Cost, Prepare, Subject } from './in-process/program.ts'
import { inTurn } from './pace.ts'
import { buildPrograms } from './prepare/programs.ts'
import { start } from './process.ts'
import { digits, times } from './report/numbers.ts'
import { median, ratio } from './report/statistics.ts'
import { table } from './report/table.ts'
import { withTokenFiles } from './token-files.ts'
import { audience, mintTokens } from './tokens.ts'

const subjects = [
  { name: 'verify()', subject: 'verify', alg: 'RS256' },
  { name: 'verify()', subject: 'verify', alg: 'ES256' },
  { name: 'node:http', subject: 'node', alg: 'RS256' },
  { name: 'Koa 3', subject: 'koa', alg: 'RS256' },
  { name: 'Express 5', subject: 'express', alg: 'RS256' },
] as const satisfies readonly { name: string; subject: Subject; alg: string }[]

/**
 * More new tokens than the cache holds (10,000), so that a token which comes again is new again.
 */
const counts = { cached: 100, new: 12_000 }
/** Of each process, and milliseconds of each. */
const rounds = 15
const slice = 25

const lines = (['cached', 'new'] as const).flatMap((tokens) =>
  subjects.map((one) => ({ ...one, tokens, title: `${one.name}, ${one.alg}, ${tokens}` })),
)
type Line = (typeof lines)[number]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    // Fresh processes of each version for each line: one may be compiled better than another.
    starts: { type: 'string', default: '3' },
    // Only the lines whose title contains this, for example 'verify' or 'Koa 3, RS256, new'.
    only: { type: 'string', default: '' },
  },
})
const chosen = lines.filter(({ title }) => title.includes(values.only))
const here = fileURLToPath(new URL('../../', import.meta.url))
const checkouts = [here, ...positionals.slice(0, 1)]

await buildPrograms()
const builds = await Promise.all(checkouts.map(buildCheckout))
const rows: (readonly string[])[] = []
for (const alg of new Set(chosen.map((line) => line.alg))) {
  const { issuer, tokens } = await createIssuer(alg)
  await withTokenFiles(tokens, async (files) => {
    for (const line of chosen.filter((line) => line.alg === alg)) {
      console.error(line.title)
      const { subject } = line
      const order = { subject, issuer, file: files[line.tokens], slice }
      rows.push([line.title, ...rowOf(await measure(order))])
    }
  })
}
const head = ['µs', 'this checkout', 'the other', 'this / the other', 'in CPU time']
console.log(`Node ${process.versions.node}; the other: ${checkouts[1] ?? 'none'}`)
console.log(table(head.slice(0, rows[0]?.length), rows))

/** The entries of a checkout as plain JavaScript; gives the folder that they are in. */
async function buildCheckout(checkout: string, index: number): Promise<string> {
  const outdir = fileURLToPath(new URL(`dist/in-process-${index}/`, import.meta.url))
  await build({
    entryPoints: ['index', 'node', 'koa', 'express'].map((name) =>
      join(checkout, `src/${name}.ts`),
    ),
    outdir,
    bundle: true,
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    tsconfigRaw: {},
    logLevel: 'warning',
  })
  return outdir
}

async function createIssuer(alg: Line['alg']) {
  const url = 'https://issuer.test'
  const kid = 'key-1'
  const { publicKey, privateKey } =
    alg === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const privateJwk = { ...privateKey.export({ format: 'jwk' }), kid }
  const all = await mintTokens({ url, audience, alg, privateJwk }, counts.cached + counts.new)
  return {
    issuer: { issuer: url, jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid, alg }] } },
    tokens: { cached: all.slice(0, counts.cached), new: all.slice(counts.cached) },
  }
}

/** The costs of each version, process by process and round by round. */
async function measure(order: Omit<Prepare, 'build'>): Promise<readonly (readonly Cost[][])[]> {
  const costs = builds.map((): Cost[][] => [])
  for (let i = 0; i < Number(values.starts); i++) {
    const versions = await Promise.all(
      builds.map((build) => start<number>('in-process', { ...order, build } satisfies Prepare)),
    )
    // As many tokens for each version, so that a round of one and a round of the other are a pair.
    const batch: Batch = { count: Math.min(...versions.map(({ reply }) => reply)) }
    for (const all of costs) all.push([])
    for (let round = 0; round < rounds; round++) {
      for (const version of inTurn(versions)) {
        costs[versions.indexOf(version)]?.[i]?.push(await version.ask<Cost>(batch))
      }
    }
    await Promise.all(versions.map((version) => version.end()))
  }
  return costs
}

/**
 * Microseconds of each version, and how they compare: the median of the processes, the least and
 * the most.
 */
function rowOf(costs: readonly (readonly Cost[][])[]): readonly string[] {
  const elapsed = costs.map((all) => digits(median(all.flat().map((cost) => cost.elapsed))))
  const [own = [], other] = costs
  if (other === undefined) return elapsed
  const compared = (['elapsed', 'cpu'] as const).map((what) => {
    const ratios = own.map((all, i) =>
      ratio(
        all.map((cost) => cost[what]),
        (other[i] ?? []).map((cost) => cost[what]),
      ),
    )
    return `${times(median(ratios))} (${times(Math.min(...ratios))}–${times(Math.max(...ratios))})`
  })
  return [...elapsed, ...compared]
}
