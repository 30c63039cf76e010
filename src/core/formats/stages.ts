import type { Reason } from '../errors.ts'
import { policiesOf, subjectPrefixesOf } from '../jwt/token-kinds.ts'
import type { FormatContext, Verification } from './format.ts'

/** Checks that are made one after the other. */
interface Stage {
  /** The member of the verification that is filled in once all of them are passed. */
  readonly fills: keyof Verification | undefined
  /** The checks by the reasons for which they refuse a token. */
  readonly checks: readonly Reason[]
}

/**
 * Every check of a token by this verifier, in the order in which `jwt.ts` makes them. A reason
 * stands here once for each time that something is refused for it. A check that has nothing to do
 * with these options does not stand here.
 *
 * @param afterwards The checks that are made after those of the format.
 */
export function stagesOf(
  { issuers, schema }: FormatContext,
  afterwards: readonly Reason[],
): readonly Stage[] {
  const { listed, headerPolicy } = issuers
  const isResolved = listed.length === 0
  const hasKinds = isResolved || listed.some(({ kinds }) => kinds !== undefined)
  // An issuer that is found without iss, by the prefix of one of its kinds, may have other kinds.
  const someNeedIss = listed.some(
    (one) => one.kinds !== undefined && subjectPrefixesOf(one).length > 0,
  )
  // The header is measured by the widest of several policies first, and then by that of the issuer.
  const several = listed.flatMap(policiesOf).length !== 1
  const where = (applies: boolean, ...checks: readonly Reason[]): readonly Reason[] =>
    applies ? checks : []
  return [
    { fills: 'header', checks: ['too-large', 'opaque', 'encrypted', 'malformed'] },
    {
      fills: 'claims',
      checks: [
        'algorithm',
        ...where(headerPolicy.profile !== undefined, 'token-type'),
        'critical-header',
        'malformed',
      ],
    },
    { fills: 'issuer', checks: [...where(isResolved, 'resolver'), 'issuer'] },
    { fills: 'policy', checks: where(hasKinds, 'token-type') },
    {
      fills: 'times',
      checks: [
        ...where(someNeedIss, 'issuer'),
        ...where(several, 'algorithm', 'token-type', 'critical-header'),
        'audience',
        'claims',
      ],
    },
    {
      fills: 'principal',
      checks: [
        'expired',
        'not-yet-valid',
        'issued-in-future',
        'sender-constraint',
        'token-type',
        'claims',
      ],
    },
    { fills: 'key', checks: ['keys', 'unknown-key', 'signature'] },
    { fills: undefined, checks: [...where(schema !== undefined, 'claims'), ...afterwards] },
  ]
}

/**
 * The place in the list of all checks of the one that has refused a token for this reason: the last
 * of that name in the stages that the token has reached.
 */
export function failedAt(stages: readonly Stage[], run: Verification, reason: Reason): number {
  const stage = stages.findIndex(({ fills }) => fills === undefined || run[fills] === undefined)
  const reached = stages.slice(0, stage + 1).flatMap(({ checks }) => checks)
  return reached.lastIndexOf(reason)
}
