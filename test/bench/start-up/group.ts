import { inTurn, type Pace } from '../pace.ts'
import { run } from '../process.ts'
import type { Group, GroupReport } from '../report/group.ts'
import { whole, withSpread } from '../report/numbers.ts'
import { table } from '../report/table.ts'
import { type Bytes, measureBytes } from './bytes.ts'
import { entries } from './entries.ts'
import type { Order } from './import-time.ts'

export const group: Group = { measure }

interface Entry {
  readonly name: string
  readonly imports: readonly string[]
  readonly bytes: Bytes
  /** Milliseconds, one for each process. */
  readonly took: number[]
}

async function measure({ starts }: Pace): Promise<GroupReport> {
  const found: Entry[] = []
  for (const [name, imports] of Object.entries(entries())) {
    found.push({ name, imports, bytes: await measureBytes(imports), took: [] })
  }
  for (let round = 0; round < starts; round++) {
    for (const { imports, took } of inTurn(found)) {
      took.push(await run<number>('import-time', { imports } satisfies Order))
    }
  }
  return {
    title: 'start-up: import time and bytes',
    body: [
      table(
        ['', 'import, ms', 'own bytes', 'bytes of dependencies', 'all, minified'],
        found.map(({ name, took, bytes: { own, dependencies, minified } }) => [
          name,
          withSpread(took),
          ...[own, dependencies, minified].map(whole),
        ]),
      ),
      `Import: each in a fresh process, ${starts} times, in turn. Bytes: of every file that the import can reach. No framework is included, because none of these packages imports one.`,
    ],
    targets: [],
  }
}
