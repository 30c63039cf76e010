import { resolveAlgorithms } from '../algorithms.ts'
import { checkDistinct, kindOf, numberWithin, wrongOption } from '../option-checks.ts'
import { resolveProfile } from './profile-options.ts'
import type { TokenPolicy } from './token-policy.ts'

/**
 * A policy made of options, each of which replaces a default. Messages name an option by `of` and
 * its name.
 */
export function policyOf(
  of: string,
  { audience, algorithms, profile, clockTolerance }: Readonly<Record<string, unknown>>,
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
    clockTolerance:
      clockTolerance === undefined
        ? defaults.clockTolerance
        : numberWithin(`${of}clockTolerance'`, clockTolerance, { min: 0, max: 300 }),
  })
}

function resolveAudience(option: string, value: unknown): readonly string[] {
  const list: unknown[] = Array.isArray(value) ? [...value] : [value]
  if (list.length === 0) wrongOption(option, 'must name at least one audience, not an empty array')
  for (const one of list) {
    if (typeof one !== 'string' || one.trim() === '') {
      wrongOption(option, `must be a non-empty string, or several, not ${kindOf(one)}`)
    }
    if (one.includes('*'))
      wrongOption(option, "has a wildcard ('%s'): name each audience in full", one)
  }
  checkDistinct(option, list as string[])
  return Object.freeze(list as string[])
}
