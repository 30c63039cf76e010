import { wrongOption } from '../../core/option-checks.ts'
import type { HeldNames, NamesRule } from './names.ts'
import { allOf, listNames, oneOf, requireNames } from './names.ts'
import type { Requirement } from './requirement.ts'

/** What a route may ask of a token's scopes. */
export interface ScopeRequirements {
  /** Scopes that the token must all grant; a string with spaces names several. */
  scope?: string | readonly string[]
  /** Scopes of which the token must grant one. */
  anyScope?: readonly string[]
}

/** RFC 6749 section 3.3: the characters of a scope. None of them can end a quoted string. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/

const scopesHeld: HeldNames = {
  member: 'scopes',
  reason: 'scope',
  advice: 'have the client ask the issuer for the scope, and the issuer grant it',
}

/** The token must grant every scope. */
export function resolveScope(value: unknown, option: string): Requirement {
  if (typeof value === 'string' && value.includes(',')) {
    const fix = "separate scopes by a space, or write ['a,b'] for a scope with a comma"
    wrongOption(option, `has a comma in it: ${fix}`)
  }
  const stated = typeof value === 'string' ? value.split(' ') : value
  const scopes = listScopes(option, stated, 'a string or an array of scopes')
  return requireScopes(allOf(scopes, 'scope'), scopes)
}

/**
 * The token must grant one of the scopes. A client that asks for the first one will be admitted, so
 * that one is named.
 */
export function resolveAnyScope(value: unknown, option: string): Requirement {
  const scopes = listScopes(option, value, 'an array of scopes')
  return requireScopes(oneOf(scopes, 'anyScope'), scopes.slice(0, 1))
}

function requireScopes(rule: NamesRule, named: readonly string[]): Requirement {
  return requireNames(scopesHeld, rule, { scope: [...new Set(named)].join(' ') })
}

function listScopes(option: string, value: unknown, form: string): readonly string[] {
  const several = 'scopes, separated by one space'
  const list = listNames(option, value, { one: 'scope', several, form })
  if (!list.every((scope) => scopeToken.test(scope))) {
    wrongOption(option, 'holds a character that no scope has (RFC 6749 section 3.3)')
  }
  return list
}
