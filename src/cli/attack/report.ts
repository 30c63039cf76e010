import type { Findings } from '../../testing/hostile/run/formats.ts'
import { levelTable, summaryOf } from '../../testing/hostile/run/formats.ts'
import type { HostileReport } from '../../testing.ts'
import { escaped } from '../io.ts'

/** The report for people, with what is known of the run beyond the report. */
export function textOf(report: HostileReport, findings: Findings): readonly string[] {
  // The first line of the report says less than the one here.
  const [, ...details] = report.ok ? [] : report.toString().split('\n')
  const others = findings.problems.filter((problem) => !report.problems.includes(problem))
  return [
    summaryOf(findings),
    '',
    ...aligned(levelTable(report.results)),
    ...details,
    ...(others.length > 0 ? ['', ...others.map((problem) => `- ${problem}`)] : []),
  ].map((line) => escaped(line, 1000))
}

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const width = (column: number): number =>
    Math.max(...rows.map((row) => (row[column] ?? '').length))
  return rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(width(i)) : cell.padStart(width(i)))).join('  '),
  )
}
