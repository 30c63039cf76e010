import { own } from '../own-members.ts'
import type { Claims } from './jws.ts'
import type { ClaimPath, TokenProfile } from './profile.ts'

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
  { roles, mergeRoles, permissions }: TokenProfile,
): Permitted {
  return {
    roles: mergeRoles
      ? unique(roles.flatMap((path) => listAt(claims, [path])))
      : listAt(claims, roles),
    permissions: listAt(claims, permissions),
  }
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
