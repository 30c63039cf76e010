import type { HostileId, HostileLevel } from '../cases/case.ts'
import type { HostileVerdict } from './verdict.ts'
import { isFailure } from './verdict.ts'

/** What became of one case. */
export interface HostileResult {
  readonly id: HostileId
  readonly level: HostileLevel
  readonly verdict: HostileVerdict
  /** The status of the answer, 0 if there was none. */
  readonly status: number
  /** What is wrong with the token, and with the answer if anything is. */
  readonly why: string
  readonly refs: readonly string[]
}

/** What `assertRejectsHostileTokens` found out. */
export interface HostileReport {
  /** Whether every case went as it must, and the run as a whole. */
  readonly ok: boolean
  /** How many cases there were, those that were skipped not counted. */
  readonly ran: number
  /** Seconds. */
  readonly duration: number
  readonly results: readonly HostileResult[]
  /** The status without a token, and those of the good token: before, every 25 cases, and after. */
  readonly controls: { readonly noToken: number; readonly good: readonly number[] }
  /** How often the issuer was asked for its keys. */
  readonly keyFetches: number
  /** What was asked for on account of a hostile token. */
  readonly outbound: readonly string[]
  /** What is wrong with the run as a whole. */
  readonly problems: readonly string[]
  /** The report as text, without any token in it. */
  toString(): string
}

const meanings: Readonly<Partial<Record<HostileVerdict, string>>> = {
  ACCEPTED: 'the route answered it as if it were good.',
  REFUSED: 'what a guard must understand was refused.',
  AUTHENTICATED: 'it was refused, but not for the token: whoever has the right scope gets in.',
  UNCHALLENGED: 'it was refused without a challenge; requireChallenge: false allows that.',
  LEAKED: 'the refusal tells what belongs to nobody, or to the caller alone.',
  CRASHED: 'the app failed (5xx, or no answer at all) where it should have refused.',
  HUNG: 'the app did not answer in time; budget.perRequest is that time.',
  inconclusive:
    'something else answered. A rate limiter hides results: turn it off for this test. A 503 is an issuer that cannot be reached.',
}

export function createReport(
  title: string,
  found: Omit<HostileReport, 'ok' | 'toString'>,
): HostileReport {
  const offenders = found.results.filter((result) => isFailure(result, result.verdict))
  const ok = offenders.length === 0 && found.problems.length === 0
  return Object.freeze({
    ok,
    ...found,
    toString: () => write(title, found, offenders),
  })
}

function write(
  title: string,
  found: Omit<HostileReport, 'ok' | 'toString'>,
  offenders: readonly HostileResult[],
): string {
  const { ran, keyFetches, duration, results, problems } = found
  const skipped = results.filter(({ verdict }) => verdict === 'skipped')
  const verdicts = [...new Set(offenders.map(({ verdict }) => verdict))]
  const [first] = offenders
  return [
    `${title}: ${offenders.length} of ${ran} hostile tokens went wrong (${keyFetches} key fetches, ${duration.toFixed(2)} s).`,
    ...section(problems.map((problem) => `- ${problem}`)),
    ...section(
      table(
        offenders.map(({ verdict, status, id, level, why, refs }) => [
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

/** Lines after an empty one, or nothing. */
export function section(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', ...lines]
}

/** Rows with their columns below each other. */
export function table(rows: readonly (readonly string[])[]): readonly string[] {
  const width = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(width(column)))
      .join('  ')
      .trimEnd(),
  )
}

/** An Error that carries the report. */
export function failureOf<Report extends { toString(): string }>(
  report: Report,
): Error & { report: Report } {
  return Object.assign(new Error(report.toString()), { report })
}
