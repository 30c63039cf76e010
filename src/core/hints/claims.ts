import type { WrongClaim } from '../jwt/details.ts'
import { detailOf } from '../jwt/details.ts'
import type { Claims } from '../jwt/jws.ts'
import { valueAt } from '../jwt/permissions.ts'
import type { ClaimPath, TokenProfile } from '../jwt/profile.ts'
import { profiles } from '../jwt/profile.ts'
import { own } from '../own-members.ts'
import type { Explain } from './refused.ts'
import { kindOf, listed } from './wording.ts'

export const claimsHint: Explain = ({ error, policy, claims = {} }) => {
  const detail = detailOf(error, 'claims')
  const issues = own(detail, 'issues')
  return issues === undefined
    ? wrongClaimHint(detail as WrongClaim, claims, (names, value) =>
        fixOf(names, value, policy?.profile),
      )
    : schemaHint(issues)
}

/** @param fix Says how to fix it, by the names of the claim and its value. */
export function wrongClaimHint(
  { paths, expected }: WrongClaim,
  claims: Claims,
  fix: (names: readonly string[], value: unknown) => string,
): string {
  const there = paths.filter((path) => valueAt(claims, [path]) !== undefined)
  const named = (there.length > 0 ? there.slice(0, 1) : paths).map(nameOf)
  const value = valueAt(claims, paths)
  return `the claim ${listed(named)} is ${shapeOf(value)}, and expected is ${expected}: ${fix(named, value)}`
}

function nameOf(path: ClaimPath): string {
  return typeof path === 'string' ? path : path.join('.')
}

/** The kind of a claim's value, and how large it is where that can be what is wrong. */
function shapeOf(value: unknown): string {
  if (typeof value === 'string' && value !== '') return `a string of ${value.length} characters`
  if (typeof value === 'number') return value > 1e12 ? 'a number over 1e12' : 'a number'
  return kindOf(value)
}

function fixOf(
  names: readonly string[],
  value: unknown,
  profile: TokenProfile | undefined,
): string {
  const [name] = names
  if (typeof value === 'number' && value > 1e12) {
    return 'this looks like milliseconds. Have the issuer write seconds'
  }
  if (name === 'sub' && (value === undefined || value === '') && profile?.subject === 'sub') {
    return "have the issuer state it (Keycloak: the client scope 'basic'). Where tokens of clients have none, use a profile with subject: 'client'"
  }
  const isOptional = value === undefined ? name !== 'exp' : name === 'scope' && Array.isArray(value)
  if (isOptional && profile === profiles.rfc9068)
    return "RFC 9068 demands it. If this issuer's tokens are all so, set profile: 'jwt'"
  return 'have the issuer correct it'
}

/** The paths of a schema's issues. Its messages quote claims, and are not looked at. */
function schemaHint(issues: unknown): string {
  const list: readonly unknown[] = Array.isArray(issues) ? issues : []
  const paths = [...new Set(list.map(pathOf))].filter((path) => path !== '')
  const where = paths.length === 0 ? '' : ` at ${listed(paths, 'and')}`
  return `the claims do not meet the schema of the option 'claims'${where}: have the issuer put in what the schema expects, or correct the schema`
}

/** A path as Standard Schema states it: a list of keys, or of objects with a key. */
function pathOf(issue: unknown): string {
  const path = own(issue, 'path')
  if (!Array.isArray(path)) return ''
  return path.map((one) => String(typeof one === 'object' ? own(one, 'key') : one)).join('.')
}
