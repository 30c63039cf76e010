import type { Auth, JWTPayload } from '../../core/auth.ts'
import {
  checkDefined,
  kindOf,
  knownOptions,
  optionalBoolean,
  optionalFunction,
  wrongOption,
} from '../../core/option-checks.ts'
import { hooked } from '../hooks.ts'

/** What a route asks of the access token. Checked in this order: token, `scope`, `anyScope`, `check`. */
export interface Requirements<C extends object = JWTPayload, R = unknown> {
  /** Scopes that the token must all grant; a string with spaces names several. */
  scope?: string | readonly string[]
  /** Scopes of which the token must grant one. */
  anyScope?: readonly string[]
  /**
   * A condition of the route's own, asked last; only exactly `true` passes. The request is the framework's. A throw is
   * the framework's too.
   */
  check?(auth: Auth<C>, request: R): boolean | Promise<boolean>
  /** Let a request without credentials pass, anonymous. Bad credentials are refused all the same (false). */
  optional?: boolean
}

/** Requirements that let nobody pass anonymous: where they are met, there is an Auth. */
export type SignedIn<Q> = Q & { optional?: false }

export interface ResolvedRequirements {
  readonly scopes: readonly string[]
  readonly anyScopes: readonly string[]
  /** What the challenge names (RFC 6750 section 3): all that the route needs. */
  readonly challenged: readonly string[]
  readonly check: ((auth: Auth, request: unknown) => unknown) | undefined
  readonly optional: boolean
}

const known = {
  scope: true,
  anyScope: true,
  check: true,
  optional: true,
} as const satisfies Record<keyof Requirements, true>

/** RFC 6749 section 3.3: the characters of a scope. None of them can break out of a quoted string. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/

export function resolveRequirements(given: unknown): ResolvedRequirements {
  if (isRequest(given)) {
    throw new TypeError('tollgate: requireAuth was given a request: call it, requireAuth()')
  }
  const options = knownOptions(
    'the requirements of requireAuth',
    given === undefined ? {} : given,
    known,
  )
  checkDefined('requireAuth: option', options, Object.keys(known))
  const { scope, anyScope, check, optional } = options
  const scopes =
    scope === undefined
      ? []
      : listScopes('scope', typeof scope === 'string' ? scope.split(' ') : scope)
  const anyScopes = anyScope === undefined ? [] : listScopes('anyScope', anyScope)
  return Object.freeze({
    scopes,
    anyScopes,
    challenged: Object.freeze([...new Set([...scopes, ...anyScopes.slice(0, 1)])]),
    check: optionalFunction<ResolvedRequirements['check']>("requireAuth: option 'check'", check),
    optional: optionalBoolean("requireAuth: option 'optional'", optional) ?? false,
  })
}

/** `app.get('/', requireAuth, …)` hands over a request, or Koa's context. */
function isRequest(given: unknown): boolean {
  return typeof given === 'object' && given !== null && 'headers' in given
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
      wrongOption(
        option,
        `must hold non-empty scopes, separated by one space, not ${kindOf(scope)}`,
      )
    }
    if (!scopeToken.test(scope)) {
      wrongOption(option, 'holds a character that no scope has (RFC 6749 section 3.3)')
    }
  }
  return Object.freeze(list)
}

/** The first requirement that is not met, in the order of the contract. Rejects with what `check` throws. */
export function unmetRequirement(
  auth: Auth,
  { scopes, anyScopes, check }: ResolvedRequirements,
  request: unknown,
): Unmet | Promise<Unmet> {
  const grants = (scope: string): boolean => auth.scopes.includes(scope)
  if (!scopes.every(grants)) return 'scope'
  if (anyScopes.length > 0 && !anyScopes.some(grants)) return 'scope'
  if (check === undefined) return undefined
  return hooked(() => check(auth, request)).then((passed) =>
    passed === true ? undefined : 'check',
  )
}

type Unmet = 'scope' | 'check' | undefined
