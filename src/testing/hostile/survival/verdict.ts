import type { TestIssuer } from '../../issuer.ts'
import type { Reply } from '../run/connection.ts'
import { leakIn } from '../run/leak.ts'
import { isSuccess } from '../run/verdict.ts'
import type { FaultScenario } from './scenarios.ts'

/**
 * How the app answered a good token while its issuer failed, or afterwards. Verdicts in capital
 * letters are failures.
 */
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
  /**
   * 'cold': the app had never loaded keys. 'warm': it had loaded them before the fault.
   * 'recovered-…': the same apps after the fault.
   */
  readonly state: 'cold' | 'warm' | 'recovered-cold' | 'recovered-warm'
  readonly verdict: SurvivalVerdict
  /** The status of the answer, or 0 if there was none. */
  readonly status: number
  readonly why: string
}

type Judgement = Pick<SurvivalResult, 'verdict' | 'status' | 'why'>

/** Which answers are right. */
export interface AllowedAnswers {
  /** The app may let the token pass. */
  readonly pass: boolean
  /** The app may answer 503. */
  readonly outage: boolean
}

function judged(reply: Reply, verdict: SurvivalVerdict, why = ''): Judgement {
  return { verdict, status: reply.status, why }
}

/** Texts of network errors. They would tell a caller about servers that only the app can reach. */
const networkError = /ECONNRE|ENOTFOUND|fetch failed|\bundici\b/

/** A number of seconds or a date (RFC 9110 section 10.2.3). */
const retryAfter = /^\d+$|GMT$/

/** Judges a 503 that was right to send. */
function judgeOutage(reply: Reply, token: string, issuer: TestIssuer): Judgement {
  const leak = leakIn(reply, token, issuer)
  if (leak) return judged(reply, 'LEAKED', `the answer ${leak}`)
  if (networkError.test(reply.body)) {
    return judged(reply, 'LEAKED', 'the answer shows a network error')
  }
  return retryAfter.test(reply.headers['retry-after'] ?? '')
    ? judged(reply, 'survived')
    : judged(reply, 'UNTIMED', 'a 503 without Retry-After')
}

/** What an answer to a good token says about the app. */
export function judgeSurvival(
  reply: Reply,
  allowed: AllowedAnswers,
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

/**
 * What an app without keys may answer during a fault.
 *
 * @param affected Whether the app asked for a document that the fault changes. An app that did not
 *   may have everything it needs.
 */
export function allowedWithoutKeys({ leaves }: FaultScenario, affected: boolean): AllowedAnswers {
  return { pass: leaves !== 'nothing' || !affected, outage: leaves !== 'key' }
}
