import { InsufficientScopeError } from '../../core/errors.ts'
import { listed } from '../../core/hints/wording.ts'
import { kindOf, wrongOption } from '../../core/option-checks.ts'
import { own } from '../../core/own-members.ts'
import type { Parameters } from '../parameters.ts'
import type { Requirement } from './requirement.ts'

/** One of the lists of names in an Auth. */
export interface HeldNames {
  readonly member: 'scopes' | 'roles' | 'permissions'
  readonly reason: 'scope' | 'role' | 'permission'
  /** How a token gets such a name. */
  readonly advice: string
}

/** Which names a token must hold. */
export interface NamesRule {
  isMet(held: readonly string[]): boolean
  /** What the route needs, for a token that does not hold it. */
  hint(held: readonly string[]): string
}

/** @param option The option of the route that names them. */
export function allOf(names: readonly string[], option: string): NamesRule {
  return {
    isMet: (held) => names.every((name) => held.includes(name)),
    hint(held) {
      const lacking = names.filter((name) => !held.includes(name))
      return `the token lacks ${listed(lacking, 'and')}: the route needs ${listed(names, 'and')} (option '${option}')`
    },
  }
}

/** @param option The option of the route that names them. */
export function oneOf(names: readonly string[], option: string): NamesRule {
  return {
    isMet: (held) => names.some((name) => held.includes(name)),
    hint: () => `the route needs one of ${listed(names, 'or')} (option '${option}')`,
  }
}

/** A requirement that the names in an Auth meet a rule. */
export function requireNames(
  { member, reason, advice }: HeldNames,
  rule: NamesRule,
  challenge: Parameters | undefined,
): Requirement {
  return {
    challenge,
    unmet(auth) {
      // The Auth may come from a verifier of the application, and hold a text: `includes` would find
      // 'admin' in 'no-admin'.
      const stated = own(auth, member)
      const held: readonly string[] = Array.isArray(stated) ? stated : []
      if (rule.isMet(held)) return undefined
      return {
        error: new InsufficientScopeError(reason),
        hint: () => `${rule.hint(held)}, and ${heldHint(held, member, advice)}`,
      }
    },
  }
}

function heldHint(held: readonly string[], member: string, advice: string): string {
  if (held.length > 0) return `the token has ${listed(held, 'and')}: ${advice}`
  return `the token has no ${member}: ${advice}, or, if the issuer writes ${member} into another claim, name it in the options of the preset, or in the profile (${member})`
}

/** How messages speak of names. */
interface NamesWords {
  /** One of the names. */
  readonly one: string
  /** What a route may state. */
  readonly form: string
  /** Several of them. */
  readonly several: string
}

/** A copy of the names that a route states: at least one, and none of them empty. */
export function listNames(
  option: string,
  value: unknown,
  { one, several, form }: NamesWords,
): readonly string[] {
  if (!Array.isArray(value)) wrongOption(option, `must be ${form}, not ${kindOf(value)}`)
  const list: unknown[] = [...value]
  if (list.length === 0) wrongOption(option, `names no ${one}`)
  for (const name of list) {
    if (typeof name !== 'string' || name === '') {
      wrongOption(option, `must hold non-empty ${several}, not ${kindOf(name)}`)
    }
  }
  return Object.freeze(list as string[])
}
