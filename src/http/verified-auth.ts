import type { Auth } from '../core/auth.ts'
import { kindOf, wrongOption } from '../core/option-checks.ts'

/**
 * Whether a value is an Auth: it has the members that decide who the caller is, what the token
 * permits and until when, as members of its own. A wrapper of a verifier may add others. Neither
 * class nor brand counts, because the Auth may come from another copy of the package.
 */
export function isAuth(value: unknown): value is Auth {
  if (typeof value !== 'object' || value === null) return false
  const { issuer, subject, scopes, expiresAt } = value as Partial<Auth>
  return (
    typeof issuer === 'string' &&
    typeof subject === 'string' &&
    Array.isArray(scopes) &&
    Number.isFinite(expiresAt) &&
    Object.hasOwn(value, 'issuer') &&
    Object.hasOwn(value, 'subject') &&
    Object.hasOwn(value, 'scopes') &&
    Object.hasOwn(value, 'expiresAt')
  )
}

/**
 * What `verify()` resolved with. An application may pass a verifier of its own, for example a
 * wrapper that asks a list of revoked tokens. If such a wrapper forgets to return the Auth, nobody
 * must be let in.
 */
export function checkAuth(value: unknown): Auth {
  if (isAuth(value)) return value
  return wrongOption(
    "option 'verifier'",
    `must have a verify() that resolves with an Auth or throws: it resolved with ${kindOf(value)}`,
  )
}
