import { knownOptions, numberWithin, wrongOption } from '../../../core/option-checks.ts'
import { checkOptions } from '../../arguments.ts'
import type { Claims } from '../../claims.ts'
import { anyCount } from '../../number-bounds.ts'
import type { CaseDefinition, HostileId, HostileLevel } from '../cases/case.ts'
import { caseDefinitions } from '../cases/catalogue.ts'
import { resolveClaims, resolveScopes } from '../cases/good-token.ts'
import type { RequestTemplate } from './connection.ts'
import type { GuardedRequest } from './guarded-request.ts'
import {
  checkIds,
  requestOptions,
  resolvePerRequest,
  resolveSkip,
  resolveTemplate,
} from './guarded-request.ts'

/** Options of `assertRejectsHostileTokens`. */
export interface HostileOptions extends GuardedRequest {
  /**
   * The scope that the route demands: one string with spaces, or a list. The good token has it, and
   * the run fails if the route lets a good token pass without one of these scopes. For a route that
   * demands no scope, or not all of them, give the scope in `claims` instead: then nothing is
   * proven of it. Default: that of `claims`.
   */
  scope?: string | readonly string[]
  /**
   * The levels to run (all). For an app with `profile: 'jwt'`, leave out 'profile' and 'hardening'.
   */
  levels?: readonly HostileLevel[]
  /** The cases to run. Default: all cases of the levels. */
  only?: readonly HostileId[]
  /** Cases to leave out, each with the reason, which the report shows. Default: none. */
  skip?: Readonly<Partial<Record<HostileId, string>>>
  /**
   * Whether a refusal must carry a Bearer or DPoP challenge, as RFC 6750 section 3 demands.
   * Default: true.
   */
  requireChallenge?: boolean
  /**
   * How many key fetches the run may cause, and how many seconds one request may take. Default: 3
   * and 2.
   */
  budget?: { readonly keyFetches?: number; readonly perRequest?: number }
}

/** The options, checked and complete. */
export interface RunSettings {
  readonly template: RequestTemplate
  /** The claims of the good token. */
  readonly claims: Claims
  /** The scopes that the route must demand. */
  readonly scopes: readonly string[]
  readonly definitions: readonly CaseDefinition[]
  readonly skip: Readonly<Record<string, string>>
  readonly requireChallenge: boolean
  readonly keyFetches: number
  readonly perRequest: number
}

const known = {
  ...requestOptions,
  levels: true,
  only: true,
  skip: true,
  requireChallenge: true,
  budget: true,
} as const satisfies Record<keyof HostileOptions, true>

const knownLevels = {
  forgery: true,
  spec: true,
  profile: true,
  hardening: true,
  transport: true,
  limit: true,
  info: true,
} as const satisfies Record<HostileLevel, true>

const knownIds: readonly string[] = caseDefinitions.map(({ id }) => id)

const owner = 'assertRejectsHostileTokens'

export function resolveRunOptions(options: HostileOptions): RunSettings {
  const example = `${owner}(app, { issuer, path: '/' })`
  checkOptions(`the options of ${owner}`, options, known, example)
  const { budget = {}, skip = {}, requireChallenge = true } = options
  knownOptions(`option 'budget' of ${owner}`, budget, { keyFetches: true, perRequest: true })
  const { keyFetches = 3, perRequest = 2 } = budget
  return {
    template: resolveTemplate(owner, options),
    claims: resolveClaims(owner, options),
    scopes: resolveScopes(owner, options),
    definitions: selectDefinitions(options),
    skip: resolveSkip(owner, skip, knownIds),
    requireChallenge,
    keyFetches: numberWithin(`option 'budget.keyFetches' of ${owner}`, keyFetches, anyCount),
    perRequest: resolvePerRequest(owner, perRequest),
  }
}

function selectDefinitions({ levels, only }: HostileOptions): readonly CaseDefinition[] {
  for (const level of levels ?? []) {
    if (Object.hasOwn(knownLevels, level)) continue
    const fix = `holds '${level}': allowed are ${Object.keys(knownLevels).join(', ')}`
    wrongOption(`option 'levels' of ${owner}`, fix)
  }
  checkIds(`option 'only' of ${owner}`, only, knownIds)
  const selected = caseDefinitions.filter(
    ({ id, level }) => (levels?.includes(level) ?? true) && (only?.includes(id) ?? true),
  )
  if (selected.length === 0) {
    const fix = 'leave no case to run: name at least one level and a case of that level'
    wrongOption(`options 'levels' and 'only' of ${owner}`, fix)
  }
  return selected
}
