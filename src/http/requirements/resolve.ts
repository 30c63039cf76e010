import type { JWTPayload } from '../../core/auth.ts'
import {
  checkDefined,
  checkNoMore,
  knownOptions,
  optionalBoolean,
} from '../../core/option-checks.ts'
import { memberOf } from '../../core/own-members.ts'
import type { Parameters } from '../parameters.ts'
import { mergeParameters } from '../parameters.ts'
import type { ActorRequirement } from './actor.ts'
import { resolveActor } from './actor.ts'
import type { CheckRequirement } from './check.ts'
import { resolveCheck } from './check.ts'
import type { ClaimsRequirement } from './claims.ts'
import { resolveClaims } from './claims.ts'
import type { Requirement, ResolveRequirement } from './requirement.ts'
import type { RoleRequirements } from './roles.ts'
import { resolveAnyPermission, resolveAnyRole, resolvePermission, resolveRole } from './roles.ts'
import type { ScopeRequirements } from './scope.ts'
import { resolveAnyScope, resolveScope } from './scope.ts'

/** What may be asked of an access token, whatever it came with. */
export interface TokenRequirements
  extends ScopeRequirements,
    RoleRequirements,
    ClaimsRequirement,
    ActorRequirement {
  /**
   * Let a request without credentials pass, anonymous. Bad credentials are refused all the same.
   * Default: false.
   */
  optional?: boolean
}

/**
 * What a route asks of the access token. Checked in this order: token, `scope`, `anyScope`, `role`,
 * `anyRole`, `permission`, `anyPermission`, `claims`, `actor`, `check`.
 */
export interface Requirements<C extends object = JWTPayload, R = unknown>
  extends TokenRequirements,
    CheckRequirement<C, R> {
  /**
   * Ask the issuer about JWTs, too, whether they are still active (RFC 7662): for routes where a
   * revoked token must not pass until it expires. Its answers are kept as those about opaque tokens,
   * which the issuer is always asked about. A token of an issuer without the option `introspection` is
   * answered 503. Default: false.
   */
  introspect?: boolean
}

/** Requirements that let nobody pass anonymous: where they are met, there is an Auth. */
export type SignedIn<Q> = Q & { optional?: false }

/** Every requirement that a route may state, in the order in which they are checked. */
const kinds = {
  scope: resolveScope,
  anyScope: resolveAnyScope,
  role: resolveRole,
  anyRole: resolveAnyRole,
  permission: resolvePermission,
  anyPermission: resolveAnyPermission,
  claims: resolveClaims,
  actor: resolveActor,
  check: resolveCheck,
} as const satisfies Record<
  Exclude<keyof Requirements, 'optional' | 'introspect'>,
  ResolveRequirement
>

const known = { ...kinds, optional: true } as const
/** No Auth tells whether its token is still active. */
const knownToGuards = { ...known, introspect: true } as const

/** The requirements of a route, checked and copied. */
export interface RouteRules {
  readonly requirements: readonly Requirement[]
  /** What a challenge says of all of them (RFC 6750 section 3). */
  readonly challenge: Parameters
  /** Whether a request without credentials passes. */
  readonly optional: boolean
  /** Whether the issuer is asked about JWTs, too. */
  readonly introspect: boolean
}

/**
 * `none` are the arguments behind the requirements: there must be none.
 *
 * @param by The function that was given them.
 */
export function resolveRequirements(
  given: unknown,
  none: readonly unknown[],
  by: 'requireAuth' | 'assertAuth' = 'requireAuth',
): RouteRules {
  if (by === 'requireAuth' && isRequest(given)) {
    throw new TypeError('tollgate: requireAuth was given a request: call it, requireAuth()')
  }
  checkNoMore(by, none)
  const what = `the requirements of ${by}`
  const names = by === 'requireAuth' ? knownToGuards : known
  const options = knownOptions(what, given === undefined ? {} : given, names)
  checkDefined(`${by}: option`, options, Object.keys(names))
  const requirements = Object.entries(kinds).flatMap(([name, resolve]) =>
    Object.hasOwn(options, name) ? [resolve(options[name], `${by}: option '${name}'`)] : [],
  )
  const { optional, introspect } = options
  return Object.freeze({
    requirements,
    challenge: mergeParameters(requirements.map(({ challenge = {} }) => challenge)),
    optional: optionalBoolean(`${by}: option 'optional'`, optional) ?? false,
    introspect: optionalBoolean(`${by}: option 'introspect'`, introspect) ?? false,
  })
}

/** `app.get('/', requireAuth, …)` without a call hands over a request, or Koa's context. */
function isRequest(given: unknown): boolean {
  if (typeof given !== 'object' || given === null) return false
  return memberOf(given as { headers?: unknown }, 'headers') !== undefined
}
