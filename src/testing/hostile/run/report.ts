import { junitOf, markdownOf } from './formats.ts'
import type { HostileResult } from './result.ts'
import { failuresIn } from './result.ts'
import type { HostileVerdict } from './verdict.ts'

/** The results of one run of `assertRejectsHostileTokens`. */
export interface HostileReport {
  /** Whether every case, and the run as a whole, went as it must. */
  readonly ok: boolean
  /** How many cases were sent. Skipped cases do not count. */
  readonly ran: number
  /** How long the run took, in seconds. */
  readonly duration: number
  readonly results: readonly HostileResult[]
  /**
   * The status without a token, and the statuses of the good token: before the first case, after
   * every 25 cases, and after the last one.
   */
  readonly controls: { readonly noToken: number; readonly good: readonly number[] }
  /** How often the issuer was asked for its keys. */
  readonly keyFetches: number
  /** The requests that hostile tokens made the app send to other servers. */
  readonly outbound: readonly string[]
  /** What is wrong with the run as a whole, as sentences. */
  readonly problems: readonly string[]
  /** The report as text. It shows no token, and neither do the other forms. */
  toString(): string
  /** The report as Markdown, for the summary of a CI job. */
  toMarkdown(): string
  /** The report as JUnit XML: one test case for each token, and one for the run as a whole. */
  toJUnit(): string
}

/** What is found, before it is written in any form. */
type Found = Omit<HostileReport, 'ok' | 'toString' | 'toMarkdown' | 'toJUnit'>

const meanings: Readonly<Partial<Record<HostileVerdict, string>>> = {
  ACCEPTED: 'the route answered it as if it were good.',
  REFUSED: 'the app refused a spelling that every guard must understand.',
  AUTHENTICATED:
    'the app accepted the token, and refused the request for another reason, such as its scope.',
  UNCHALLENGED: 'it was refused without a challenge; requireChallenge: false allows that.',
  LEAKED: 'the refusal shows the token, a key or a stack trace.',
  CRASHED: 'the app failed (5xx, or no answer at all) where it should have refused.',
  HUNG: 'the app did not answer in time; budget.perRequest is that time.',
  inconclusive:
    'something else than the guard answered. A rate limiter hides results: turn it off for this test. A 503 means that the issuer could not be reached.',
}

export function createReport(title: string, found: Found): HostileReport {
  const failures = failuresIn(found.results)
  const ok = failures.length === 0 && found.problems.length === 0
  return Object.freeze({
    ok,
    ...found,
    toString: () => write(title, found, failures),
    toMarkdown: () => markdownOf({ ...found, route: title }),
    toJUnit: () => junitOf({ ...found, route: title }),
  })
}

function write(title: string, found: Found, failures: readonly HostileResult[]): string {
  const { ran, keyFetches, duration, results, problems } = found
  const skipped = results.filter(({ verdict }) => verdict === 'skipped')
  const verdicts = [...new Set(failures.map(({ verdict }) => verdict))]
  const [first] = failures
  return [
    `${title}: ${failures.length} of ${ran} hostile tokens went wrong (${keyFetches} key fetches, ${duration.toFixed(2)} s).`,
    ...section(problems.map((problem) => `- ${problem}`)),
    ...section(
      table(
        failures.map(({ verdict, status, id, level, why, refs }) => [
          verdict,
          String(status || '-'),
          id,
          level,
          `${why} (${refs.join(', ')})`,
        ]),
      ),
    ),
    ...section(verdicts.map((verdict) => `${verdict}: ${meanings[verdict]}`)),
    ...section(skipped.map(({ id, why }) => `skipped ${id}: ${why}`)),
    ...section(
      first ? [`Allow one with a reason: skip: { '${first.id}': 'why it is harmless here' }`] : [],
    ),
  ].join('\n')
}

/** The lines with an empty line before them, or nothing if there are none. */
export function section(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', ...lines]
}

/** One line for each row, with the cells padded so that columns are aligned. */
export function table(rows: readonly (readonly string[])[]): readonly string[] {
  const width = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(width(column)))
      .join('  ')
      .trimEnd(),
  )
}

/** An Error whose message is the report, and which carries the report for programs. */
export function errorWith<Report extends { toString(): string }>(
  report: Report,
): Error & { report: Report } {
  return Object.assign(new Error(report.toString()), { report })
}
