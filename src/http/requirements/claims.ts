import { tokenClaimsOf } from '../../core/auth.ts'
import { InsufficientScopeError } from '../../core/errors.ts'
import { listed } from '../../core/hints/wording.ts'
import { checkDefined, kindOf, plainMembers, wrongOption } from '../../core/option-checks.ts'
import { own } from '../../core/own-members.ts'
import type { Requirement } from './requirement.ts'

/** What a claim may be compared with. */
export type ClaimValue = string | number | boolean

/** What a route may ask of a token's claims. */
export interface ClaimsRequirement {
  /**
   * Claims of the token by their names, each with the value that it must have, or with values of
   * which it must have one. A claim that is an array must hold one of them. Only claims of the top
   * level are looked at, as the token states them: what the option `claims` of the verifier makes of
   * them does not count. Values are equal if their types are, too.
   */
  claims?: Readonly<Record<string, ClaimValue | readonly ClaimValue[]>>
}

interface Demand {
  readonly name: string
  readonly allowed: readonly unknown[]
}

/** The token must have each claim, with one of its values. */
export function resolveClaims(value: unknown, option: string): Requirement {
  const members = plainMembers(option, value)
  const names = Object.keys(members)
  if (names.length === 0) wrongOption(option, 'names no claim')
  checkDefined(`${option}, claim`, members, names)
  const demands = names.map((name) => resolveDemand(name, members[name], option))
  return {
    challenge: undefined,
    unmet(auth) {
      const claims = tokenClaimsOf(auth)
      const unmet = demands.filter(({ name, allowed }) => !holdsOne(own(claims, name), allowed))
      if (unmet.length === 0) return undefined
      return { error: new InsufficientScopeError('claim'), hint: () => claimsHint(unmet, claims) }
    },
  }
}

function resolveDemand(name: string, value: unknown, option: string): Demand {
  if (name === '') wrongOption(option, 'names a claim by an empty string')
  const allowed: readonly unknown[] = Array.isArray(value) ? [...value] : [value]
  if (allowed.length === 0) {
    wrongOption(option, "names no value for the claim '%s': give it one, or leave it out", name)
  }
  for (const one of allowed) {
    if (!isClaimValue(one)) {
      const fix = "must compare the claim '%s' with non-empty strings, numbers, true or false"
      wrongOption(option, `${fix}, not with ${kindOf(one)}`, name)
    }
  }
  if (new Set(allowed).size < allowed.length) {
    wrongOption(option, "names a value of the claim '%s' twice", name)
  }
  return { name, allowed }
}

function isClaimValue(value: unknown): value is ClaimValue {
  if (typeof value === 'string') return value !== ''
  return typeof value === 'boolean' || Number.isFinite(value)
}

function holdsOne(claim: unknown, allowed: readonly unknown[]): boolean {
  const stated: readonly unknown[] = Array.isArray(claim) ? claim : [claim]
  return stated.some((one) => allowed.includes(one))
}

/** Names the claims, and nothing of their values. */
function claimsHint(unmet: readonly Demand[], claims: unknown): string {
  const names = unmet.map(({ name }) => name)
  const absent = names.filter((name) => own(claims, name) === undefined)
  const others = names.filter((name) => !absent.includes(name))
  const parts = [
    absent.length > 0 && `the token does not have ${listed(absent, 'and')}`,
    others.length > 0 &&
      `the token has other values than the route allows in ${listed(others, 'and')} (text, numbers, true and false are never equal to each other)`,
  ]
  return `${parts.filter(Boolean).join(', and ')}: the route compares these claims (option 'claims')`
}
