import type { TestIssuer } from '../../issuer.ts'
import type { HostileCase } from '../cases/case.ts'
import type { Reply } from './connection.ts'
import { leakIn } from './leak.ts'

/**
 * What became of a case; the ones in capitals are failures. 'passed' and 'REFUSED' are for spellings
 * that a guard must understand, 'accepted' is for the level 'info'.
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

/** What is known of the app before the first case. */
export interface Circumstances {
  readonly issuer: TestIssuer
  /** The status of a request without a token. */
  readonly noToken: number
  readonly requireChallenge: boolean
}

function judged(verdict: HostileVerdict, why = ''): Judgement {
  return { verdict, why }
}

/** RFC 6750 §3, RFC 9449 §7.1: the scheme that a client is asked to use. */
const challenge = /(?:^|,)\s*(?:Bearer|DPoP)(?:\s|,|$)/i

const tooLarge = [413, 414, 431]

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

/** What an answer means for the case it answers. */
export function judge(one: HostileCase, reply: Reply, app: Circumstances): Judgement {
  const { status, failure, why = '' } = reply
  if (failure === 'impossible') return judged('skipped', why)
  if (failure === 'hung') return judged('HUNG', why)
  if (failure === 'broken') return judged('CRASHED', why)
  if (status === 429 || status === 503) {
    return judged('inconclusive', 'a rate limiter or an outage answered in place of the guard')
  }
  const leak = leakIn(reply, one.token, app.issuer)
  if (status >= 500) return judged('CRASHED', leak ? `the answer ${leak}` : '')
  if (one.expects === 'pass') {
    return isSuccess(status) ? judged('passed') : judged('REFUSED', 'a guard must understand it')
  }
  if (isSuccess(status)) return judged(one.level === 'info' ? 'accepted' : 'ACCEPTED')
  const judgement = refusal(one, reply, app)
  const isWorse = judgement.verdict === 'AUTHENTICATED' || leak === undefined
  return isWorse ? judgement : judged('LEAKED', `the answer ${leak}`)
}

function refusal(
  { level }: HostileCase,
  { status, headers }: Reply,
  { noToken, requireChallenge }: Circumstances,
): Judgement {
  if (tooLarge.includes(status)) {
    return level === 'limit'
      ? judged('rejected')
      : judged('inconclusive', 'something before the guard found it too large')
  }
  // A guard that hides its routes answers strangers so, too; 403 is for those whom it knows.
  const refused = [400, 401].includes(status) || (status !== 403 && status === noToken)
  if (!refused) {
    return judged('AUTHENTICATED', 'the token was believed; only something behind it refused')
  }
  if (!requireChallenge || challenge.test(headers['www-authenticate'] ?? '')) {
    return judged('rejected')
  }
  return judged('UNCHALLENGED', 'no WWW-Authenticate names Bearer (RFC 6750 §3)')
}

/** Whether a verdict of this case makes the run fail. */
export function isFailure({ level }: Pick<HostileCase, 'level'>, verdict: HostileVerdict): boolean {
  return level !== 'info' && (verdict === 'inconclusive' || verdict === verdict.toUpperCase())
}
