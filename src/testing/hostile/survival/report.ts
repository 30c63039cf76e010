import type { TestIssuer } from '../../issuer.ts'
import type { Reply } from '../run/connection.ts'
import { leakIn } from '../run/leak.ts'
import { section, table } from '../run/report.ts'
import { isSuccess } from '../run/verdict.ts'
import type { FaultPlan } from './scenarios.ts'

/** What became of a good token while its issuer failed, or after; the ones in capitals are failures. */
export type SurvivalVerdict =
  | 'survived'
  | 'skipped'
  | 'OPENED'
  | 'REFUSED'
  | 'UNAVAILABLE'
  | 'UNTIMED'
  | 'LEAKED'
  | 'CRASHED'
  | 'HUNG'

/** One answer to a good token. */
export interface SurvivalResult {
  /** The fault. */
  readonly id: string
  /** 'cold': no keys were loaded before. 'warm': there were. 'recovered-…': after the fault. */
  readonly state: 'cold' | 'warm' | 'recovered-cold' | 'recovered-warm'
  readonly verdict: SurvivalVerdict
  /** The status of the answer, 0 if there was none. */
  readonly status: number
  readonly why: string
}

/** What `assertSurvivesIssuerFaults` found out. */
export interface SurvivalReport {
  readonly ok: boolean
  /** How many faults the app was put through. */
  readonly ran: number
  /** Seconds. */
  readonly duration: number
  readonly results: readonly SurvivalResult[]
  /** What is wrong with the run as a whole. */
  readonly problems: readonly string[]
  /** The report as text. */
  toString(): string
}

type Judgement = Pick<SurvivalResult, 'verdict' | 'status' | 'why'>

function judged(reply: Reply, verdict: SurvivalVerdict, why = ''): Judgement {
  return {
    verdict,
    status: reply.status,
    why,
  }
}

/** What an answer of the transport would tell about the house. */
const internals = /ECONNRE|ENOTFOUND|fetch failed|\bundici\b/

/** RFC 9110 §10.2.3: seconds, or a date. */
const retryAfter = /^\d+$|GMT$/

/** An answer while nothing is there to verify with, if it is the right one. */
function judgeOutage(reply: Reply, token: string, issuer: TestIssuer): Judgement {
  const leak = leakIn(reply, token, issuer)
  if (leak) return judged(reply, 'LEAKED', `the answer ${leak}`)
  if (internals.test(reply.body)) return judged(reply, 'LEAKED', 'the answer shows a network error')
  return retryAfter.test(reply.headers['retry-after'] ?? '')
    ? judged(reply, 'survived')
    : judged(reply, 'UNTIMED', 'a 503 without Retry-After')
}

/** What the good token may meet with, and what became of it. */
export function judgeSurvival(
  reply: Reply,
  allowed: { readonly pass: boolean; readonly outage: boolean },
  token: string,
  issuer: TestIssuer,
): Judgement {
  const { status, failure, why = '' } = reply
  if (failure === 'hung') return judged(reply, 'HUNG', why)
  if (status === 503) {
    return allowed.outage
      ? judgeOutage(reply, token, issuer)
      : judged(reply, 'UNAVAILABLE', 'there was a key to verify with')
  }
  if (isSuccess(status)) {
    return allowed.pass
      ? judged(reply, 'survived')
      : judged(reply, 'OPENED', 'there was no key to verify with')
  }
  if (status === 0 || status >= 500) return judged(reply, 'CRASHED', why)
  return judged(reply, 'REFUSED', 'makes clients throw a good token away')
}

/** What a cold app may answer. @param struck Whether it asked for anything that the fault strikes. */
export function allowedCold(
  { leaves }: FaultPlan,
  struck: boolean,
): { readonly pass: boolean; readonly outage: boolean } {
  return {
    pass: leaves !== 'nothing' || !struck,
    outage: leaves !== 'key',
  }
}

export function createSurvivalReport(
  title: string,
  found: Omit<SurvivalReport, 'ok' | 'toString'>,
): SurvivalReport {
  const { ran, duration, results, problems } = found
  const offenders = results.filter(({ verdict }) => verdict === verdict.toUpperCase())
  const skipped = results.filter(({ verdict }) => verdict === 'skipped')
  const rows = offenders.map(({ verdict, status, id, state, why }) => [
    verdict,
    String(status || '-'),
    id,
    state,
    why,
  ])
  return Object.freeze({
    ok: offenders.length === 0 && problems.length === 0,
    ...found,
    toString: () =>
      [
        `${title}: ${offenders.length} of ${results.length} answers went wrong (${ran} faults of the issuer, ${duration.toFixed(2)} s).`,
        ...section(problems.map((problem) => `- ${problem}`)),
        ...section(table(rows)),
        ...section(skipped.map(({ id, why }) => `skipped ${id}: ${why}`)),
      ].join('\n'),
  })
}
