/** Measures tollgate beside the libraries that people use for the same purpose: see README.md. */
import { writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { compareCheckouts } from './beside.ts'
import { openIssuers } from './issuers.ts'
import { findNodes } from './nodes.ts'
import { fullPace, quickPace } from './pace.ts'
import { installTollgate } from './prepare/package.ts'
import { installPeers } from './prepare/peers.ts'
import { buildPrograms } from './prepare/programs.ts'
import type { GroupReport } from './report/goals.ts'
import { writeReadme } from './report/readme.ts'
import { report, shortTable } from './report/results.ts'
import type { Group, Run } from './run.ts'

const groups: Readonly<Record<string, () => Promise<{ readonly group: Group }>>> = {
  verify: () => import('./verify/group.ts'),
  encrypted: () => import('./encrypted/group.ts'),
  guards: () => import('./guards/group.ts'),
  load: () => import('./load/group.ts'),
  flat: () => import('./flat/group.ts'),
  block: () => import('./block/group.ts'),
  'start-up': () => import('./start-up/group.ts'),
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    // Measures for a shorter time, to try it out: the numbers mean little.
    quick: { type: 'boolean', default: false },
    // Measures only what has this in its title, for example 'Koa 3' or 'RS256, new'.
    only: { type: 'string', default: '' },
    // Measures only tollgate, and another checkout of it, whose folder this is.
    beside: { type: 'string' },
  },
})
for (const name of positionals) {
  if (!(name in groups)) throw new RangeError(`Groups are ${Object.keys(groups).join(', ')}`)
}
// Encrypted tokens take four minutes and have no goal, so they are measured when they are named.
const usual = Object.keys(groups).filter((name) => name !== 'encrypted')
const chosen = positionals.length === 0 ? usual : positionals
const began = Date.now()
// How busy other programs kept the machine in the last minute.
const [load = 0] = loadavg()
if (load > 0.5)
  console.error(`The machine is busy (load ${load.toFixed(1)}): figures will be too high`)

installPeers()
installTollgate('tollgate')
await buildPrograms()
const nodes = findNodes()
const issuers = openIssuers()
const pace = values.quick ? quickPace : fullPace
const run: Run = { nodes, pace, issuers, only: values.only }
try {
  if (values.beside !== undefined) {
    installTollgate('tollgate-beside', values.beside)
    console.log(await compareCheckouts(run))
  } else {
    await measureAll()
  }
} finally {
  await issuers.close()
}

async function measureAll(): Promise<void> {
  const reports: GroupReport[] = []
  for (const name of chosen) {
    const { group } = await (groups[name] as (typeof groups)[string])()
    reports.push(await group(run))
    console.error(`${name} is done, ${seconds()} s after the start`)
  }
  const text = report(reports, { nodes, seconds: seconds(), load })
  console.log(text)
  // Only a complete run may change what is published.
  if (values.quick || values.only !== '' || positionals.length > 0) return
  writeFileSync(new URL('RESULTS.md', import.meta.url), text)
  writeReadme(shortTable(reports, nodes), nodes)
}

function seconds(): number {
  return Math.round((Date.now() - began) / 1000)
}
