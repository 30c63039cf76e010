import type { Algorithm } from '../algorithms.ts'
import { isHmac, resolveAlgorithms } from '../algorithms.ts'
import {
  checkDefined,
  checkDistinct,
  kindOf,
  knownOptions,
  numberWithin,
  wrongOption,
} from '../option-checks.ts'
import { inside, readMark, readName } from './mark-options.ts'
import type { Mark } from './marks.ts'
import { resolveProfile, resolveProfileObject } from './profile-options.ts'
import type { TokenPolicy } from './token-policy.ts'

/**
 * A policy made of options, each of which replaces a default. Messages name an option by `of` and
 * its name.
 */
export function policyOf(
  of: string,
  {
    audience,
    algorithms,
    profile,
    permissionsOf,
    clockTolerance,
  }: Readonly<Record<string, unknown>>,
  defaults: TokenPolicy,
): TokenPolicy {
  return Object.freeze({
    audience:
      audience === undefined ? defaults.audience : resolveAudience(`${of}audience'`, audience),
    algorithms:
      algorithms === undefined
        ? defaults.algorithms
        : resolveAlgorithms(`${of}algorithms'`, algorithms),
    profile: profile === undefined ? defaults.profile : resolveProfile(`${of}profile'`, profile),
    permissionsOf:
      permissionsOf === undefined
        ? defaults.permissionsOf
        : resolvePermissionsOf(`${of}permissionsOf'`, permissionsOf),
    clockTolerance:
      clockTolerance === undefined
        ? defaults.clockTolerance
        : numberWithin(`${of}clockTolerance'`, clockTolerance, { min: 0, max: 300 }),
  })
}

/** What an issuer may sign with: its own option, checked, or what fits it in that of the verifier. */
interface IssuerAlgorithms {
  readonly issuer: string
  readonly stated: readonly Algorithm[] | undefined
  readonly common: readonly Algorithm[]
  readonly hasSecret: boolean
}

/**
 * RFC 8725bis section 2.1: whoever can check an HMAC can make one. So algorithms with a shared secret
 * are for issuers with the option `secret` alone, and those issuers have no others.
 */
export function algorithmsFor(
  of: string,
  { issuer, stated, common, hasSecret }: IssuerAlgorithms,
): readonly Algorithm[] {
  const option = `${of}algorithms'`
  const wrong = stated?.find((name) => isHmac(name) !== hasSecret)
  if (wrong !== undefined && hasSecret) {
    const fix = "holds '%s': an issuer with the option 'secret' signs with HS256, HS384 or HS512"
    wrongOption(option, `${fix}. Leave out the others, or 'secret'`, wrong)
  }
  if (wrong !== undefined) needSecret(option, wrong)
  if (stated !== undefined) return stated
  const fitting = common.filter((name) => isHmac(name) === hasSecret)
  if (fitting.length > 0) return Object.freeze(fitting)
  if (hasSecret) return defaultHmacAlgorithms
  const fix = "holds none for issuer %s, which has no option 'secret': add one, e.g. 'RS256'"
  return wrongOption("option 'algorithms'", fix, issuer)
}

const defaultHmacAlgorithms: readonly Algorithm[] = Object.freeze(['HS256'] as const)

export function needSecret(option: string, algorithm: string): never {
  const fix = "holds '%s', which needs a shared secret: give its issuer the option 'secret', or"
  return wrongOption(option, `${fix} remove it`, algorithm)
}

function resolveAudience(option: string, value: unknown): readonly string[] {
  const list: unknown[] = Array.isArray(value) ? [...value] : [value]
  if (list.length === 0) wrongOption(option, 'must name at least one audience, not an empty array')
  for (const one of list) {
    if (typeof one !== 'string' || one.trim() === '') {
      const found = typeof one === 'string' && one !== '' ? 'white space' : kindOf(one)
      wrongOption(option, `must be a non-empty string, or several, not ${found}`)
    }
    if (one.includes('*'))
      wrongOption(option, "has a wildcard ('%s'): name each audience in full", one)
  }
  checkDistinct(option, list as string[])
  return Object.freeze(list as string[])
}

/** A kind of tokens that may still lack an audience. */
export interface GivenKind {
  readonly when: Mark
  readonly policy: TokenPolicy
}

const knownKind = { when: true, audience: true, profile: true }

/** The option `kinds`. What a kind leaves out is that of `base`, the policy of the issuer. */
export function resolveKinds(
  option: string,
  value: unknown,
  base: TokenPolicy,
): readonly GivenKind[] | undefined {
  if (value === undefined) return undefined
  if (!Array.isArray(value) || value.length === 0) {
    wrongOption(
      option,
      `must be a non-empty array of { when, audience, profile }, not ${kindOf(value)}`,
    )
  }
  return value.map((one, i) => {
    const kind = inside(option, String(i))
    const given = knownOptions(kind, one, knownKind)
    checkDefined(`${kind}: option`, given, ['audience', 'profile'])
    const { audience, profile } = given
    return {
      when: readKindMark(inside(kind, 'when'), given['when']),
      policy: Object.freeze({
        ...base,
        ...(audience !== undefined && {
          audience: resolveAudience(inside(kind, 'audience'), audience),
        }),
        ...(profile !== undefined && {
          profile: resolveProfileObject(inside(kind, 'profile'), profile),
        }),
      }),
    }
  })
}

function readKindMark(option: string, value: unknown): Mark {
  const mark = readMark(option, value)
  if (mark.not !== undefined) {
    wrongOption(option, "must not have 'not': state what tokens of this kind have, with 'is'")
  }
  return mark
}

/** The option `permissionsOf`: a table from roles to permissions, copied. */
function resolvePermissionsOf(
  option: string,
  value: unknown,
): Readonly<Record<string, readonly string[]>> {
  const table = knownOptions(option, value, Object(value))
  for (const [role, permissions] of Object.entries(table)) {
    if (!Array.isArray(permissions)) {
      wrongOption(
        option,
        `must give role '%s' an array of permissions, not ${kindOf(permissions)}`,
        role,
      )
    }
    table[role] = Object.freeze(permissions.map((one) => readName(option, one)))
  }
  return Object.freeze(table) as Readonly<Record<string, readonly string[]>>
}
