import type { HostileResult } from './result.ts'
import { failuresIn } from './result.ts'

/** What a run has found. */
export interface Findings {
  /** The method, and the path or the URL. */
  readonly route: string
  /** How many cases were sent. */
  readonly ran: number
  /** Seconds. */
  readonly duration: number
  readonly results: readonly HostileResult[]
  /** How often the keys were fetched, where that is known. */
  readonly keyFetches: number | undefined
  /** What is wrong with the run as a whole, as sentences. */
  readonly problems: readonly string[]
}

export function isGood({ results, problems }: Findings): boolean {
  return failuresIn(results).length === 0 && problems.length === 0
}

export function summaryOf({ route, ran, duration, results, keyFetches }: Findings): string {
  const noun = keyFetches === 1 ? 'key fetch' : 'key fetches'
  const fetches = keyFetches === undefined ? '' : `, ${keyFetches} ${noun}`
  const wrong = failuresIn(results).length
  return `${route}: ${wrong} of ${ran} hostile tokens went wrong (${duration.toFixed(2)} s${fetches}).`
}

/** How many cases of each level went as they must, and how many did not. */
export function levelTable(results: readonly HostileResult[]): readonly (readonly string[])[] {
  const levels = [...new Set(results.map(({ level }) => level))]
  const rows = levels.map((level) => {
    const own = results.filter((result) => result.level === level)
    const skipped = own.filter(({ verdict }) => verdict === 'skipped').length
    const wrong = failuresIn(own).length
    return [level, own.length - skipped - wrong, wrong, skipped].map(String)
  })
  return [['level', 'as it must be', 'wrong', 'skipped'], ...rows]
}

export function markdownOf(findings: Findings): string {
  const { route, results, problems } = findings
  const [head = [], ...rows] = levelTable(results)
  const failures = failuresIn(results).map(({ id, level, verdict, status, why, refs }) => [
    `\`${id}\``,
    level,
    verdict,
    String(status || '-'),
    `${why} (${refs.join(', ')})`,
  ])
  const lines = [
    `### ${isGood(findings) ? 'Passed' : 'Failed'}: hostile tokens against \`${route}\``,
    '',
    summaryOf(findings),
    '',
    ...markdownTable(head, rows),
    ...(failures.length > 0
      ? ['', ...markdownTable(['case', 'level', 'verdict', 'status', 'why'], failures)]
      : []),
    ...(problems.length > 0 ? ['', ...problems.map((problem) => `- ${problem}`)] : []),
  ]
  return lines.map((line) => printable(line)).join('\n')
}

/** JUnit XML, one test case for each token and one for the run as a whole. */
export function junitOf({ route, results, duration, problems }: Findings): string {
  const failures = failuresIn(results).length + (problems.length > 0 ? 1 : 0)
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
  if (failuresIn([result]).length === 0) return []
  return [`<failure type="${verdict}" message="${xml(`${status}: ${why} (${refs.join(', ')})`)}"/>`]
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}

function xml(text: string): string {
  return printable(text).replace(/[&<>"]/g, (c) => entities[c] as string)
}

function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)]
}

/**
 * A reason to skip a case, and a path, are anybody's text. XML 1.0 has no control characters. Written
 * again here, because the test kit takes next to nothing of core, where events are made printable.
 */
function printable(text: string): string {
  const cut = text.length > 1000 ? `${text.slice(0, 1000)}...` : text
  return cut.replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
