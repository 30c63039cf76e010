import { comparisons as ofGuards } from './guards/group.ts'
import { type Comparison, compare } from './in-process/compare.ts'
import { digits } from './report/numbers.ts'
import { table } from './report/table.ts'
import type { Run } from './run.ts'
import { comparisons as ofVerify } from './verify/group.ts'

const other = 'the other'

/** A table of what a token costs in the process, here and in another checkout of tollgate. */
export async function compareCheckouts(run: Run): Promise<string> {
  const all = [...ofVerify(run.issuers), ...ofGuards(run.issuers)]
  const comparisons = all.map(
    ({ title, entries }): Comparison => ({
      title,
      async entries() {
        const { tollgate } = await entries()
        if (tollgate === undefined) throw new Error(`${title} does not measure tollgate`)
        const setting = { ...tollgate.setting, package: 'tollgate-beside' as const }
        return { tollgate, [other]: { ...tollgate, setting } }
      },
    }),
  )
  const figures = await compare(comparisons, run)
  return run.nodes
    .map(({ name }) =>
      table(
        [`${name}, µs`, 'this checkout', other, 'this / the other'],
        comparisons
          .filter(({ title }) => figures.rounds(title, name, other) !== undefined)
          .map(({ title }) => [
            title,
            digits(figures.median(title, name, 'tollgate')),
            digits(figures.median(title, name, other)),
            digits(figures.ratio(title, name, 'tollgate', other)),
          ]),
      ),
    )
    .join('\n\n')
}
