import type { Auth } from '../core/auth.ts'
import { kindOf, wrongOption } from '../core/option-checks.ts'

/**
 * Whether a value is an Auth: it has the members that decide who the caller is, what the token
 * permits and until when, as members of its own. A wrapper of a verifier may add others. Neither
 * class nor brand counts, because the Auth may come from another copy of the package.
 */
export function isAuth(value: unknown): value is Auth {
  if (typeof value !== 'object' || value === null) return false
  const own = (name: keyof Auth): unknown =>
    Object.hasOwn(value, name) ? (value as Auth)[name] : undefined
  return (
    typeof own('issuer') === 'string' &&
    typeof own('subject') === 'string' &&
    Array.isArray(own('scopes')) &&
    Number.isFinite(own('expiresAt'))
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
