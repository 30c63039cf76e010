import type { Reason } from '../errors.ts'
import { policiesOf, subjectPrefixesOf } from '../jwt/token-kinds.ts'
import type { FormatContext, Stage, Verification } from './format.ts'

/** What claims must pass before they say who the caller is, in a JWT and in an answer about a token. */
const principalChecks: readonly Reason[] = [
  'expired',
  'not-yet-valid',
  'issued-in-future',
  'sender-constraint',
  'token-type',
  'claims',
]

/**
 * Every check of a JWT by this verifier, in the order in which `jwt.ts` makes them. A reason
 * stands here once for each time that something is refused for it. A check that has nothing to do
 * with these options does not stand here.
 */
export function jwtStagesOf({ issuers, schema }: FormatContext): readonly Stage[] {
  const { listed, headerPolicy } = issuers
  const isResolved = listed.length === 0
  const hasKinds = isResolved || listed.some(({ kinds }) => kinds !== undefined)
  const hasStatusLists = isResolved || listed.some(({ statusLists }) => statusLists !== undefined)
  // An issuer that is found without iss, by the prefix of one of its kinds, may have other kinds.
  const someNeedIss = listed.some(
    (one) => one.kinds !== undefined && subjectPrefixesOf(one).length > 0,
  )
  // The header is measured by the widest of several policies first, and then by that of the issuer.
  const several = listed.flatMap(policiesOf).length !== 1
  const needsEncryption = listed.some(({ decryption }) => decryption?.required === true)
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
    {
      fills: 'policy',
      checks: [...where(needsEncryption, 'not-encrypted'), ...where(hasKinds, 'token-type')],
    },
    {
      fills: 'times',
      checks: [
        ...where(someNeedIss, 'issuer'),
        ...where(several, 'algorithm', 'token-type', 'critical-header'),
        'audience',
        'claims',
      ],
    },
    { fills: 'principal', checks: [...principalChecks, ...where(hasStatusLists, 'status')] },
    { fills: 'key', checks: ['keys', 'unknown-key', 'signature'] },
    { fills: 'status', checks: where(hasStatusLists, 'revocation', 'status', 'revoked') },
    { fills: undefined, checks: where(schema !== undefined, 'claims') },
  ]
}

/** Every check of an encrypted token, in the order in which `jwe.ts` makes them. */
export function jweStagesOf([form, ...others]: readonly Stage[]): readonly Stage[] {
  const checks = ['too-large', 'malformed', 'critical-header', 'decryption'] as const
  const ofSigned = form?.checks.filter((check) => check !== 'encrypted') ?? []
  return [
    { fills: 'encrypted', checks },
    { fills: 'header', checks: ofSigned },
    // It is encrypted, as an issuer may require.
    ...others.map(({ fills, checks }) => ({
      fills,
      checks: checks.filter((check) => check !== 'not-encrypted'),
    })),
  ]
}

/** Every check of an opaque token, in the order in which `opaque.ts` makes them. */
export function opaqueStagesOf({ issuers, schema }: FormatContext): readonly Stage[] {
  const hasKinds = issuers.listed.some(
    ({ kinds, introspection }) => kinds !== undefined && introspection !== undefined,
  )
  return [
    { fills: 'issuer', checks: ['too-large', 'opaque'] },
    { fills: 'claims', checks: ['introspection', 'inactive'] },
    { fills: 'policy', checks: ['issuer', ...where(hasKinds, 'token-type')] },
    { fills: 'times', checks: ['audience', 'claims'] },
    { fills: 'principal', checks: principalChecks },
    { fills: undefined, checks: where(schema !== undefined, 'claims') },
  ]
}

function where(applies: boolean, ...checks: readonly Reason[]): readonly Reason[] {
  return applies ? checks : []
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
