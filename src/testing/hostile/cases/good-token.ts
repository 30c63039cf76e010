import { kindOf, wrongOption } from '../../../core/option-checks.ts'
import type { Claims } from '../../claims.ts'
import { claimsOption } from '../../claims.ts'

/** The options that say what the good token is made of. */
export interface GoodToken {
  /** Claims of the good token. Default: those of `issuer.mint()`. */
  claims?: Claims
  /** The scope of the good token: one string with spaces, or a list. Default: that of `claims`. */
  scope?: string | readonly string[]
}

/** @param owner The function that was given the options. */
export function resolveClaims(owner: string, given: GoodToken): Claims {
  const claims = claimsOption(owner, given.claims)
  const scopes = resolveScopes(owner, given)
  return scopes.length === 0 ? claims : { ...claims, scope: scopes.join(' ') }
}

/**
 * The scopes that the option `scope` names, or none if it was left out. An option that is present
 * and names nothing is an error: nothing would be proven of the scope that was meant.
 */
export function resolveScopes(owner: string, given: GoodToken): readonly string[] {
  if (!Object.hasOwn(given, 'scope')) return []
  const option = `option 'scope' of ${owner}`
  const { scope } = given
  if (scope === undefined) {
    const fix =
      'is present but undefined: name the scopes that the route demands, or leave the option out'
    wrongOption(option, fix)
  }
  const kinds = 'must be a string with spaces or a list of strings'
  if (typeof scope !== 'string' && !Array.isArray(scope)) {
    wrongOption(option, `${kinds}, not ${kindOf(scope)}`)
  }
  const list: readonly unknown[] = [scope].flat()
  const wrong = list.findIndex((each) => typeof each !== 'string')
  if (wrong >= 0) wrongOption(option, `${kinds}: it holds ${kindOf(list[wrong])}`)
  const scopes = new Set(list.join(' ').split(' '))
  scopes.delete('')
  if (scopes.size === 0) {
    wrongOption(
      option,
      'names no scope: name those that the route demands, or leave the option out',
    )
  }
  return [...scopes]
}
