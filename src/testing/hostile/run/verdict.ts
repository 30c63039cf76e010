import type { TestIssuer } from '../../issuer.ts'
import type { HostileCase } from '../cases/case.ts'
import type { Reply } from './connection.ts'
import { leakIn } from './leak.ts'

/**
 * How the app answered a case. Verdicts in capital letters are failures. 'passed' and 'REFUSED' are
 * for spellings that a guard must understand. 'accepted' is for the level 'info'. 'inconclusive'
 * means that something else than the guard answered, and is a failure, too.
 */
export type HostileVerdict =
  | 'rejected'
  | 'passed'
  | 'accepted'
  | 'skipped'
  | 'inconclusive'
  | 'ACCEPTED'
  | 'REFUSED'
  | 'AUTHENTICATED'
  | 'UNCHALLENGED'
  | 'LEAKED'
  | 'CRASHED'
  | 'HUNG'

export interface Judgement {
  readonly verdict: HostileVerdict
  readonly why: string
}

/** What is known of the app before the first case is sent. */
export interface Baseline {
  readonly issuer: TestIssuer
  /** The status of a request without a token. */
  readonly noToken: number
  readonly requireChallenge: boolean
}

function judged(verdict: HostileVerdict, why = ''): Judgement {
  return { verdict, why }
}

/** A challenge for Bearer (RFC 6750 section 3) or DPoP (RFC 9449 section 7.1). */
const challenge = /(?:^|,)\s*(?:Bearer|DPoP)(?:\s|,|$)/i

/** Content, URI or header fields too large (RFC 9110 section 15.5, RFC 6585 section 5). */
const tooLarge = [413, 414, 431]

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

/** What an answer says about the guard. */
export function judge(hostileCase: HostileCase, reply: Reply, baseline: Baseline): Judgement {
  const { status, failure, why = '' } = reply
  if (failure === 'impossible') return judged('skipped', why)
  if (failure === 'hung') return judged('HUNG', why)
  if (failure === 'broken') return judged('CRASHED', why)
  if (status === 429 || status === 503) {
    return judged('inconclusive', 'a rate limiter or an outage answered in place of the guard')
  }
  const leak = leakIn(reply, hostileCase.token, baseline.issuer)
  if (status >= 500) return judged('CRASHED', leak ? `the answer ${leak}` : '')
  if (hostileCase.expects === 'pass') {
    return isSuccess(status) ? judged('passed') : judged('REFUSED', 'a guard must understand it')
  }
  if (isSuccess(status)) return judged(hostileCase.level === 'info' ? 'accepted' : 'ACCEPTED')
  const judgement = judgeRefusal(hostileCase, reply, baseline)
  // AUTHENTICATED is reported rather than LEAKED, because it is the worse of the two failures.
  const isWorse = judgement.verdict === 'AUTHENTICATED' || leak === undefined
  return isWorse ? judgement : judged('LEAKED', `the answer ${leak}`)
}

function judgeRefusal(
  { level }: HostileCase,
  { status, headers }: Reply,
  { noToken, requireChallenge }: Baseline,
): Judgement {
  if (tooLarge.includes(status)) {
    return level === 'limit'
      ? judged('rejected')
      : judged('inconclusive', 'the server found the request too large before the guard saw it')
  }
  // An app that hides its routes answers requests without a token with 404, for instance. The same
  // answer to a hostile token is a refusal, too. A 403 never is: it means that the app knows who
  // the caller is, and it knows that from the token.
  const refused = [400, 401].includes(status) || (status !== 403 && status === noToken)
  if (!refused) {
    return judged(
      'AUTHENTICATED',
      'the app accepted the token, and refused the request for another reason',
    )
  }
  if (!requireChallenge || challenge.test(headers['www-authenticate'] ?? '')) {
    return judged('rejected')
  }
  return judged('UNCHALLENGED', 'no WWW-Authenticate names Bearer (RFC 6750 section 3)')
}

/** Whether this verdict makes the run fail. */
export function isFailure({ level }: Pick<HostileCase, 'level'>, verdict: HostileVerdict): boolean {
  return level !== 'info' && (verdict === 'inconclusive' || verdict === verdict.toUpperCase())
}
