import { checkDistinct, wrongOption } from '../../core/option-checks.ts'
import type { HeldNames } from './names.ts'
import { allOf, listNames, oneOf, requireNames } from './names.ts'
import type { Requirement } from './requirement.ts'

/** What a route may ask of a token's roles and permissions. */
export interface RoleRequirements {
  /** The role that the token must have, or an array of roles that it must all have. */
  role?: string | readonly string[]
  /** Roles of which the token must have one. */
  anyRole?: readonly string[]
  /** The permission that the token must have, or an array of permissions that it must all have. */
  permission?: string | readonly string[]
  /** Permissions of which the token must have one. */
  anyPermission?: readonly string[]
}

const rolesHeld: HeldNames = {
  member: 'roles',
  reason: 'role',
  advice: 'if this caller may do that, have the issuer give the role, and write it into the token',
}
const permissionsHeld: HeldNames = {
  member: 'permissions',
  reason: 'permission',
  advice:
    'if this caller may do that, have the issuer give the permission, and write it into the token',
}

/** The token must have every role. */
export function resolveRole(value: unknown, option: string): Requirement {
  return requireAll(rolesHeld, value, option)
}

/** The token must have one of the roles. */
export function resolveAnyRole(value: unknown, option: string): Requirement {
  return requireOne(rolesHeld, 'anyRole', value, option)
}

/** The token must have every permission. */
export function resolvePermission(value: unknown, option: string): Requirement {
  return requireAll(permissionsHeld, value, option)
}

/** The token must have one of the permissions. */
export function resolveAnyPermission(value: unknown, option: string): Requirement {
  return requireOne(permissionsHeld, 'anyPermission', value, option)
}

function requireAll(held: HeldNames, value: unknown, option: string): Requirement {
  const { reason, member } = held
  if (typeof value === 'string' && value.includes(',')) {
    const fix = `write ['a', 'b'] for several ${member}, and ['a,b'] for a ${reason} with a comma`
    wrongOption(option, `is one ${reason} and has a comma in it: ${fix}`)
  }
  const stated = typeof value === 'string' ? [value] : value
  const names = listDistinct(held, stated, option, `a string or an array of ${member}`)
  return requireNames(held, allOf(names, reason), undefined)
}

function requireOne(held: HeldNames, name: string, value: unknown, option: string): Requirement {
  const names = listDistinct(held, value, option, `an array of ${held.member}`)
  return requireNames(held, oneOf(names, name), undefined)
}

/** Unlike a scope, a role may have spaces in it: 'Billing Admin' is one. */
function listDistinct(
  { reason: one, member: several }: HeldNames,
  value: unknown,
  option: string,
  form: string,
): readonly string[] {
  const names = listNames(option, value, { one, several, form })
  if (names.some((name) => name !== name.trim())) {
    wrongOption(option, `holds a ${one} that begins or ends with a space: remove the space`)
  }
  checkDistinct(option, names)
  return names
}
