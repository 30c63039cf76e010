/** Measures tollgate beside the libraries that people use for the same purpose: see README.md. */
import { writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { fullPace, quickPace } from './pace.ts'
import { installTollgate } from './prepare/package.ts'
import { installPeers } from './prepare/peers.ts'
import { buildPrograms } from './prepare/programs.ts'
import type { Group, GroupReport } from './report/group.ts'
import { report } from './report/results.ts'

const groups: Readonly<Record<string, () => Promise<{ readonly group: Group }>>> = {
  verify: () => import('./verify/group.ts'),
  http: () => import('./http/group.ts'),
  scale: () => import('./scale/group.ts'),
  'start-up': () => import('./start-up/group.ts'),
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    // Measures everything for a shorter time, to try it out: the numbers mean little, and
    // RESULTS.md is not written.
    quick: { type: 'boolean', default: false },
  },
})
for (const name of positionals) {
  if (!(name in groups)) throw new RangeError(`Groups are ${Object.keys(groups).join(', ')}`)
}
const chosen = positionals.length === 0 ? Object.keys(groups) : positionals
const began = Date.now()
// How busy other programs kept the machine in the last minute.
const [load = 0] = loadavg()
if (load > 0.5)
  console.error(`The machine is busy (load ${load.toFixed(1)}): the medians will be too high`)

installPeers()
installTollgate()
await buildPrograms()

const reports: GroupReport[] = []
for (const name of chosen) {
  const load = groups[name] as (typeof groups)[string]
  const { group } = await load()
  reports.push(await group.measure(values.quick ? quickPace : fullPace))
  console.error(`${name} is done, ${seconds()} s after the start`)
}
const text = await report(reports, { seconds: seconds(), load })
console.log(text)
if (positionals.length === 0 && !values.quick) {
  writeFileSync(new URL('RESULTS.md', import.meta.url), text)
}

function seconds(): number {
  return Math.round((Date.now() - began) / 1000)
}
