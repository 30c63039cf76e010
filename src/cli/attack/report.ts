import { isFailure } from '../../testing/hostile/run/verdict.ts'
import type { HostileReport, HostileResult } from '../../testing.ts'
import { escaped } from '../io.ts'

/** What an attack has found. */
export interface Findings {
  /** The method and the URL. */
  readonly route: string
  readonly report: HostileReport
  /** How often the keys were fetched, where that is known. */
  readonly keyFetches: number | undefined
  /** What is wrong with the run as a whole, as sentences. */
  readonly problems: readonly string[]
}

export function isGood({ report, problems }: Findings): boolean {
  return report.ok && problems.length === 0
}

/** The report for people. */
export function textOf(findings: Findings): readonly string[] {
  const { report, problems } = findings
  // The first line of the report says less than the one here.
  const [, ...details] = report.ok ? [] : report.toString().split('\n')
  const others = problems.filter((problem) => !report.problems.includes(problem))
  return [
    summaryOf(findings),
    '',
    ...aligned(levelTable(report.results)),
    ...details,
    ...(others.length > 0 ? ['', ...others.map((problem) => `- ${problem}`)] : []),
  ].map((line) => escaped(line, 1000))
}

export function markdownOf(findings: Findings): readonly string[] {
  const [head = [], ...rows] = levelTable(findings.report.results)
  const failures = failuresOf(findings.report).map(({ id, level, verdict, status, why, refs }) => [
    `\`${id}\``,
    level,
    verdict,
    String(status || '-'),
    `${why} (${refs.join(', ')})`,
  ])
  return [
    `### ${isGood(findings) ? 'Passed' : 'Failed'}: hostile tokens against \`${findings.route}\``,
    '',
    summaryOf(findings),
    '',
    ...markdownTable(head, rows),
    ...(failures.length > 0
      ? ['', ...markdownTable(['case', 'level', 'verdict', 'status', 'why'], failures)]
      : []),
    ...(findings.problems.length > 0
      ? ['', ...findings.problems.map((problem) => `- ${problem}`)]
      : []),
  ].map((line) => escaped(line, 1000))
}

/** JUnit XML, one test case for each token and one for the run as a whole. */
export function junitOf({ route, report, problems }: Findings): string {
  const { results, duration } = report
  const failures = failuresOf(report).length + (problems.length > 0 ? 1 : 0)
  const skipped = results.filter(({ verdict }) => verdict === 'skipped').length
  const counts = `tests="${results.length + 1}" failures="${failures}" skipped="${skipped}"`
  const whole = problems.length > 0 ? [`<failure message="${xml(problems.join(' '))}"/>`] : []
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites><testsuite name="${xml(`hostile tokens: ${route}`)}" ${counts} time="${duration.toFixed(3)}">`,
    ...results.map((result) => testCase(result.id, result.level, outcomeOf(result))),
    testCase('the run as a whole', 'run', whole),
    '</testsuite></testsuites>',
    '',
  ].join('\n')
}

function testCase(name: string, level: string, content: readonly string[]): string {
  return `<testcase classname="tollgate.${xml(level)}" name="${xml(name)}">${content.join('')}</testcase>`
}

function outcomeOf(result: HostileResult): readonly string[] {
  const { verdict, status, why, refs } = result
  if (verdict === 'skipped') return [`<skipped message="${xml(why)}"/>`]
  if (!isFailure(result, verdict)) return []
  return [`<failure type="${verdict}" message="${xml(`${status}: ${why} (${refs.join(', ')})`)}"/>`]
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}

function xml(text: string): string {
  return escaped(text, 2000).replace(/[&<>"]/g, (c) => entities[c] as string)
}

function failuresOf({ results }: HostileReport): readonly HostileResult[] {
  return results.filter((result) => isFailure(result, result.verdict))
}

function summaryOf({ route, report, keyFetches }: Findings): string {
  const fetches = keyFetches === undefined ? '' : `, ${keyFetches} key fetches`
  const wrong = failuresOf(report).length
  return `${route}: ${wrong} of ${report.ran} hostile tokens went wrong (${report.duration.toFixed(2)} s${fetches}).`
}

function levelTable(results: readonly HostileResult[]): readonly (readonly string[])[] {
  const levels = [...new Set(results.map(({ level }) => level))]
  const rows = levels.map((level) => {
    const own = results.filter((result) => result.level === level)
    const skipped = own.filter(({ verdict }) => verdict === 'skipped').length
    const wrong = own.filter((result) => isFailure(result, result.verdict)).length
    return [level, own.length - skipped - wrong, wrong, skipped].map(String)
  })
  return [['level', 'as it must be', 'wrong', 'skipped'], ...rows]
}

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const width = (column: number): number =>
    Math.max(...rows.map((row) => (row[column] ?? '').length))
  return rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(width(i)) : cell.padStart(width(i)))).join('  '),
  )
}

function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)]
}
