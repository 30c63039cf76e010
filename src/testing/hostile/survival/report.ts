import { section, table } from '../run/report.ts'
import type { SurvivalResult } from './verdict.ts'

/** The results of one run of `assertSurvivesIssuerFaults`. */
export interface SurvivalReport {
  /** Whether every answer, and the run as a whole, was right. */
  readonly ok: boolean
  /** How many faults were run. Skipped faults do not count. */
  readonly ran: number
  /** How long the run took, in seconds. */
  readonly duration: number
  readonly results: readonly SurvivalResult[]
  /** What is wrong with the run as a whole, as sentences. */
  readonly problems: readonly string[]
  /** The report as text. */
  toString(): string
}

export function createSurvivalReport(
  title: string,
  found: Omit<SurvivalReport, 'ok' | 'toString'>,
): SurvivalReport {
  const { ran, duration, results, problems } = found
  const failures = results.filter(({ verdict }) => verdict === verdict.toUpperCase())
  const skipped = results.filter(({ verdict }) => verdict === 'skipped')
  const rows = failures.map(({ verdict, status, id, state, why }) => [
    verdict,
    String(status || '-'),
    id,
    state,
    why,
  ])
  return Object.freeze({
    ok: failures.length === 0 && problems.length === 0,
    ...found,
    toString: () =>
      [
        `${title}: ${failures.length} of ${results.length} answers went wrong (${ran} faults of the issuer, ${duration.toFixed(2)} s).`,
        ...section(problems.map((problem) => `- ${problem}`)),
        ...section(table(rows)),
        ...section(skipped.map(({ id, why }) => `skipped ${id}: ${why}`)),
      ].join('\n'),
  })
}
