import { InsufficientScopeError } from '../../core/errors.ts'
import { kindOf, wrongOption } from '../../core/option-checks.ts'
import { listed } from '../hints.ts'
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

/** The token must grant every scope. */
export function resolveScope(value: unknown): Requirement {
  const scopes = listScopes('scope', typeof value === 'string' ? value.split(' ') : value)
  return createRequirement(scopes, {
    isMet: (granted) => scopes.every((scope) => granted.includes(scope)),
    hint(granted) {
      const lacking = scopes.filter((scope) => !granted.includes(scope))
      return `the token lacks ${listed(lacking, 'and')}: the route needs ${listed(scopes, 'and')} (option 'scope')`
    },
  })
}

/**
 * The token must grant one of the scopes. A client that asks for the first one will be admitted, so
 * that one is named.
 */
export function resolveAnyScope(value: unknown): Requirement {
  const scopes = listScopes('anyScope', value)
  return createRequirement(scopes.slice(0, 1), {
    isMet: (granted) => scopes.some((scope) => granted.includes(scope)),
    hint: () => `the route needs one of ${listed(scopes, 'or')} (option 'anyScope')`,
  })
}

interface ScopeRule {
  isMet(granted: readonly string[]): boolean
  /** What the route needs, for a token that does not grant it. */
  hint(granted: readonly string[]): string
}

function createRequirement(named: readonly string[], { isMet, hint }: ScopeRule): Requirement {
  return {
    challenge: { scope: [...new Set(named)].join(' ') },
    unmet({ scopes }) {
      if (isMet(scopes)) return undefined
      return {
        error: new InsufficientScopeError('scope'),
        hint: () => `${hint(scopes)}, and ${grantedHint(scopes)}`,
      }
    },
  }
}

function grantedHint(scopes: readonly string[]): string {
  if (scopes.length > 0) {
    return `the token has ${listed(scopes, 'and')}: have the client ask the issuer for the scope, and the issuer grant it`
  }
  return 'the token has no scopes: have the client ask the issuer for the scope, or, if the issuer writes scopes into another claim, name it in the profile (scopes)'
}

function listScopes(name: string, value: unknown): readonly string[] {
  const option = `requireAuth: option '${name}'`
  if (!Array.isArray(value)) {
    const form = name === 'scope' ? 'a string or an array of scopes' : 'an array of scopes'
    wrongOption(option, `must be ${form}, not ${kindOf(value)}`)
  }
  const list = [...value]
  if (list.length === 0) wrongOption(option, 'names no scope')
  for (const scope of list) {
    if (typeof scope !== 'string' || scope === '') {
      const fix = 'must hold non-empty scopes, separated by one space'
      wrongOption(option, `${fix}, not ${kindOf(scope)}`)
    }
    if (!scopeToken.test(scope)) {
      wrongOption(option, 'holds a character that no scope has (RFC 6749 section 3.3)')
    }
  }
  return Object.freeze(list)
}
