import { own } from '../own-members.ts'
import type { Claims } from './jws.ts'
import type { ClaimPath } from './profile.ts'
import type { TokenPolicy } from './token-policy.ts'

/** What a token permits beyond its scopes. */
export interface Permitted {
  readonly roles: readonly string[]
  readonly permissions: readonly string[]
}

const nothing: readonly string[] = Object.freeze([])

/**
 * The roles and permissions of a token. What is no list of strings is none, and never a reason to
 * refuse the token: its issuer may use the claim for something else.
 */
export function readPermitted(
  claims: Claims,
  { profile, permissionsOf }: Pick<TokenPolicy, 'profile' | 'permissionsOf'>,
  scopes: readonly string[],
): Permitted {
  const roles = profile.mergeRoles
    ? unique(profile.roles.flatMap((path) => listAt(claims, [path])))
    : listAt(claims, profile.roles)
  const permissions = readPermissions(claims, profile, scopes)
  if (permissionsOf === undefined) return { roles, permissions }
  const added = roles.flatMap((role) => (own(permissionsOf, role) as readonly string[]) ?? [])
  return { roles, permissions: unique([...permissions, ...added]) }
}

/**
 * Some issuers grant machines scopes and people roles. Where a profile reads both from one claim,
 * the scopes of a token are its permissions, so that one requirement can serve both.
 */
function readPermissions(
  claims: Claims,
  { permissions, scopes: ofScopes }: TokenPolicy['profile'],
  scopes: readonly string[],
): readonly string[] {
  const found = permissions.find((path) => valueAt(claims, [path]) !== undefined)
  if (found === undefined) return nothing
  return ofScopes.includes(found) ? scopes : listAt(claims, [found])
}

/** The value of the first of these claims that is there. */
export function valueAt(claims: Claims, paths: readonly ClaimPath[]): unknown {
  for (const path of paths) {
    const value = typeof path === 'string' ? own(claims, path) : walk(claims, path)
    if (value !== undefined) return value
  }
  return undefined
}

function walk(claims: Claims, names: readonly string[]): unknown {
  let value: unknown = claims
  for (const name of names) {
    if (typeof value !== 'object' || value === null) return undefined
    value = own(value as Claims, name)
  }
  return value
}

function listAt(claims: Claims, paths: readonly ClaimPath[]): readonly string[] {
  const value = valueAt(claims, paths)
  const isList = Array.isArray(value) && value.every((one) => typeof one === 'string')
  return isList ? Object.freeze([...value]) : nothing
}

function unique(names: readonly string[]): readonly string[] {
  return Object.freeze([...new Set(names)])
}
