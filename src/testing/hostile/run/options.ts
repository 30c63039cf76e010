import type { TestIssuer } from '../../issuer.ts'
import type { Claims } from '../../mint.ts'
import { readNumber, refuseUnknown } from '../../options.ts'
import type { Definition, HostileId, HostileLevel } from '../cases/case.ts'
import { definitions } from '../cases/catalogue.ts'
import type { Base } from './connection.ts'

/** The request that the good token passes with, and the token. */
export interface GuardedRequest {
  /** The issuer that the app trusts. */
  issuer: TestIssuer
  /** A path that a good token gets a 2xx from, and a request without a token does not. */
  path: string
  /** The method ('GET'). */
  method?: string
  /** More headers; Authorization is not one of them (none). */
  headers?: Readonly<Record<string, string>>
  /** The body: a string as it is, anything else as JSON (none). */
  body?: unknown
  /** Claims of the good token (those of `issuer.mint()`). */
  claims?: Claims
  /** Its scope, separated by spaces or as a list (that of `claims`). */
  scope?: string | readonly string[]
}

/** Options of `assertRejectsHostileTokens`. */
export interface HostileOptions extends GuardedRequest {
  /** The levels to run (all). An app with `profile: 'jwt'` leaves out 'profile' and 'hardening'. */
  levels?: readonly HostileLevel[]
  /** The cases to run (all of the levels). */
  only?: readonly HostileId[]
  /** Cases to leave out, each with the reason, which the report shows (none). */
  skip?: Readonly<Partial<Record<HostileId, string>>>
  /** Whether a refusal must carry a Bearer or DPoP challenge, as RFC 6750 §3 demands (true). */
  requireChallenge?: boolean
  /** What the run may cost the issuer in key fetches (3), and one request in seconds (2). */
  budget?: { readonly keyFetches?: number; readonly perRequest?: number }
}

/** The options, checked. */
export interface Run {
  readonly base: Base
  readonly wanted: readonly Definition[]
  readonly skip: Readonly<Record<string, string>>
  readonly requireChallenge: boolean
  readonly keyFetches: number
  readonly perRequest: number
}

export const requestOptions: Readonly<Record<keyof GuardedRequest, true>> = {
  issuer: true,
  path: true,
  method: true,
  headers: true,
  body: true,
  claims: true,
  scope: true,
}

const runOptions = {
  ...requestOptions,
  levels: true,
  only: true,
  skip: true,
  requireChallenge: true,
  budget: true,
} satisfies Record<keyof HostileOptions, true>

const levels: Readonly<Record<HostileLevel, true>> = {
  forgery: true,
  spec: true,
  profile: true,
  hardening: true,
  transport: true,
  limit: true,
  info: true,
}

const owner = 'assertRejectsHostileTokens()'

export function readRun(options: HostileOptions): Run {
  refuseUnknown(owner, options, runOptions)
  const { budget = {}, skip = {}, requireChallenge = true } = options
  refuseUnknown(`${owner} budget`, budget, { keyFetches: true, perRequest: true })
  return {
    base: readBase(owner, options),
    wanted: choose(options),
    skip: readReasons(owner, skip, known),
    requireChallenge,
    keyFetches: readNumber('budget.keyFetches', budget.keyFetches ?? 3, 0),
    perRequest: readNumber('budget.perRequest', budget.perRequest ?? 2, 0.001),
  }
}

const known = new Set<string>(definitions.map(({ id }) => id))

function choose({ levels: chosen, only }: HostileOptions): readonly Definition[] {
  for (const level of chosen ?? []) {
    if (!Object.hasOwn(levels, level)) {
      throw new TypeError(`levels are ${Object.keys(levels).join(', ')}, and not "${level}".`)
    }
  }
  refuseStrangers('only', only, known)
  const wanted = definitions.filter(
    ({ id, level }) => (chosen?.includes(level) ?? true) && (only?.includes(id) ?? true),
  )
  if (wanted.length === 0) throw new TypeError('levels and only leave no case to run.')
  return wanted
}

/** A misspelt name would leave out what it does not mean to. */
export function refuseStrangers(
  option: string,
  ids: readonly string[] | undefined,
  all: ReadonlySet<string>,
): void {
  const stranger = ids?.find((id) => !all.has(id))
  if (stranger === undefined) return
  throw new TypeError(`${option} names "${stranger}", and there is no such thing.`)
}

/** What is left out is left out for a reason. */
export function readReasons(
  where: string,
  skip: Readonly<Record<string, string | undefined>>,
  all: ReadonlySet<string>,
): Readonly<Record<string, string>> {
  refuseStrangers('skip', Object.keys(skip), all)
  for (const [id, reason] of Object.entries(skip)) {
    if (typeof reason !== 'string' || reason.trim() === '') {
      throw new TypeError(`${where} skips "${id}" only for a reason: skip: { '${id}': 'why' }.`)
    }
  }
  return skip as Readonly<Record<string, string>>
}

/** The good request without its token. */
export function readBase(where: string, options: GuardedRequest): Base {
  const { issuer, path, method = 'GET', headers = {}, body } = options
  if (typeof issuer?.mint !== 'function') {
    throw new TypeError(`${where} needs the test issuer that the app trusts, as issuer.`)
  }
  if (typeof path !== 'string' || !path.startsWith('/')) {
    throw new TypeError(`${where} needs a path that begins with '/'.`)
  }
  const names = Object.keys(headers).map((name) => name.toLowerCase())
  if (names.includes('authorization')) {
    throw new TypeError(`${where} sends the Authorization header itself: give claims or scope.`)
  }
  const isJson = body !== undefined && typeof body !== 'string'
  return {
    method: method.toUpperCase(),
    path,
    headers: {
      ...(isJson && !names.includes('content-type') && { 'content-type': 'application/json' }),
      ...headers,
    },
    body: isJson ? JSON.stringify(body) : body,
  }
}
