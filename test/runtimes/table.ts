import type { Cell } from './main.ts'

/** A table with a row for each runtime and a column for each suite. A cell says `passed/ran`. */
export function table(cells: readonly Cell[], versions: ReadonlyMap<string, string>): string {
  const suites = [...new Set(cells.map(({ suite }) => suite))]
  const rows = [...new Set(cells.map(({ runtime }) => runtime))].map((runtime) => [
    `${runtime} (${versions.get(runtime)})`,
    ...suites.map((suite) => {
      const cell = cells.find((one) => one.runtime === runtime && one.suite === suite)
      return cell === undefined ? '–' : `${cell.ran - cell.failures.length}/${cell.ran}`
    }),
  ])
  const all = [['passed/ran', ...suites], ...rows]
  const widths = ['', ...suites].map((_, i) => Math.max(...all.map((row) => (row[i] ?? '').length)))
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')} |`
  const rule = `|${widths.map((width, i) => (i === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`
  return [line(all[0] ?? []), rule, ...all.slice(1).map(line)].join('\n')
}
