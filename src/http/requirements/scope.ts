import type { Auth } from '../../core/auth.ts'
import { InsufficientScopeError } from '../../core/errors.ts'
import { kindOf, wrongOption } from '../../core/option-checks.ts'
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
  return createRequirement(scopes, ({ scopes: granted }) =>
    scopes.every((scope) => granted.includes(scope)),
  )
}

/**
 * The token must grant one of the scopes. A client that asks for the first one will be admitted, so
 * that one is named.
 */
export function resolveAnyScope(value: unknown): Requirement {
  const scopes = listScopes('anyScope', value)
  return createRequirement(scopes.slice(0, 1), ({ scopes: granted }) =>
    scopes.some((scope) => granted.includes(scope)),
  )
}

function createRequirement(named: readonly string[], isMet: (auth: Auth) => boolean): Requirement {
  return {
    challenge: { scope: [...new Set(named)].join(' ') },
    unmet: (auth) => (isMet(auth) ? undefined : new InsufficientScopeError('scope')),
  }
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
