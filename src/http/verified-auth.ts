import type { Auth } from '../core/auth.ts'
import { kindOf, wrongOption } from '../core/option-checks.ts'
import { own } from '../core/own-members.ts'

/**
 * Whether a value is an Auth: it has the members that decide who the caller is, what the token
 * permits and until when, as members of its own. A wrapper of a verifier may add others. Neither
 * class nor brand counts, because the Auth may come from another copy of the package.
 */
export function isAuth(value: unknown): value is Auth {
  return (
    typeof own(value, 'issuer') === 'string' &&
    typeof own(value, 'subject') === 'string' &&
    Array.isArray(own(value, 'scopes')) &&
    Number.isFinite(own(value, 'expiresAt'))
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
