import type { Algorithm } from './algorithms.ts'
import { defaultAlgorithms, isHmac } from './algorithms.ts'
import type { Auth, JWTPayload } from './auth.ts'
import type { AuthEvent } from './events.ts'
import { createEmit } from './events.ts'
import { resolveInsecureHosts } from './insecure-hosts.ts'
import type { IssuerOptions, IssuerResolver } from './issuer-options.ts'
import { issuerElsewhere, mayShareSecret, resolveIssuer, statesAudience } from './issuer-options.ts'
import type { IssuerContext, TrustedIssuer } from './issuers/active-issuer.ts'
import type { Resolver } from './issuers/resolved.ts'
import type { ReadClaims, StandardSchema, UnknownSchema } from './jwt/claims-schema.ts'
import { resolveClaims } from './jwt/claims-schema.ts'
import { needSecret, policyOf } from './jwt/policy-options.ts'
import type { Profile, ProfileName } from './jwt/profile.ts'
import { profiles } from './jwt/profile.ts'
import type { TokenPolicy } from './jwt/token-policy.ts'
import type { KeyOptions } from './key-options.ts'
import { resolveKeys } from './key-options.ts'
import {
  checkDefined,
  checkDistinct,
  kindOf,
  knownOptions,
  numberWithin,
  optionalBoolean,
  optionalFunction,
  wrongOption,
} from './option-checks.ts'
import type { FetchLike } from './remote/http.ts'
import type { RevocationStore } from './revocation.ts'
import type { RevocationCheck } from './revocation-check.ts'
import { resolveRevocation } from './revocation-check.ts'

/** `C` is the type of the claims: stated as a type argument, or what the `claims` schema gives. */
export interface VerifierOptions<C extends object = JWTPayload> {
  /**
   * Whose tokens are accepted: the exact `iss` of each issuer (https, no query, no fragment; of
   * another form with `IssuerOptions`), the options of each, or a function that gives the options
   * for an `iss`. Keys of one issuer never verify a token of another (RFC 8725bis section 3.8).
   */
  issuer: string | IssuerOptions | readonly (string | IssuerOptions)[] | IssuerResolver
  /**
   * How issuers name this API: one of these must be in the token's `aud`, exactly (RFC 9068 section
   * 4). Required, unless every issuer states its own.
   */
  audience?: string | readonly string[]
  /**
   * Signature algorithms that are accepted. Default: RS256, PS256, ES256, ES384, EdDSA, Ed25519.
   * HS256, HS384 and HS512 count for issuers with the option `secret` alone, and nothing else does
   * for those; where no issuer has it, they are refused.
   */
  algorithms?: readonly Algorithm[]
  /**
   * What an access token must look like. Default: 'rfc9068'. 'jwt' is for issuers that do not
   * follow RFC 9068.
   */
  profile?: ProfileName | Profile
  /**
   * Seconds by which the clocks of the issuer and of this API may differ, for `exp`, `nbf` and
   * `iat`. Default: 10. At most 300.
   */
  clockTolerance?: number | undefined
  /**
   * A Standard Schema (Zod, Valibot, ArkType, …) that the claims must satisfy in addition to the
   * profile. It runs after all other checks, once for each token that is cached. Its output becomes
   * `auth.claims`, so it must be an object of plain data, and it is deeply frozen. A token whose
   * claims do not satisfy the schema is refused with reason `claims`. What the schema throws or
   * rejects with is passed on unchanged.
   */
  claims?: StandardSchema<C> | undefined
  /**
   * Says whether a token is revoked: a function, or a store such as those of `tollgate/revocation`.
   * It is asked on every `verify()`, whether the token is cached or not, after all other checks, and
   * before `userinfo()` and `exchange()` send a token on. Exactly false lets the token pass, and
   * exactly true refuses it with 401 and reason `revoked`. Where it throws, rejects, or gives no
   * answer within `keys.timeout`, the answer is 503 with reason `revocation`; anything else that it
   * gives is a TypeError. Default: none, and a token is good until it expires.
   */
  // `& Auth`, because compilers before TypeScript 7 take no Auth of an interface for an Auth: a function
  // that knows no special claims would not fit.
  revocation?: ((auth: Auth<C> & Auth) => boolean | Promise<boolean>) | RevocationStore | undefined
  /** How keys are fetched and kept. */
  keys?: KeyOptions | undefined
  /**
   * How many verified tokens are cached: that their signature was right, by which key. Default:
   * 10000. False: none.
   */
  tokenCache?: number | false | undefined
  /**
   * How many issuers of an issuer resolver are kept with their keys: those of which tokens were
   * accepted. Default: 10000. From 1 to 1000000. Where there are more, the one used longest ago is
   * dropped, with the event `issuer.dropped`; its next token costs a call of the resolver and a
   * fetch of keys. 10,000 issuers with two keys each take about 300 MB. Refused without a resolver.
   */
  maxIssuers?: number | undefined
  /** Accept http issuers on localhost, 127.0.0.1 and [::1], for development and tests. Default: false. */
  allowInsecureLoopback?: boolean | undefined
  /**
   * Hosts of a development network that may be asked by http, each exactly as `URL` spells it,
   * without a port: `['keycloak']` for a container of that name. Default: none. Counts for `issuer`,
   * `metadataUrl` and `jwksUri`, and for a `jwks_uri` in metadata that came by http itself. Names of
   * one label, names that end in .local, .internal, .test or .localhost, and private addresses may
   * be listed; any other is refused, because whoever is in between could replace the keys.
   */
  allowInsecureHosts?: readonly string[] | undefined
  /**
   * Fetches metadata and keys, e.g. through a proxy or with a client certificate. An answer that
   * was reached through a redirect is refused. Default: `globalThis.fetch`, looked up at each call.
   */
  fetch?: FetchLike | undefined
  /**
   * Gives the time in milliseconds since the epoch. Default: `Date.now`, looked up at each call.
   */
  now?: (() => number) | undefined
  /**
   * Called with each event, for logs and metrics. What it throws or rejects with is ignored.
   * Default: none.
   */
  onEvent?: ((event: AuthEvent) => void) | undefined
}

/**
 * Options that say nothing of the type of the claims, such as a `VerifierOptions` that a function
 * takes: `createVerifier<Claims>(options)` states it. Options with a schema that gives claims of
 * another type are not among them.
 */
export interface UntypedOptions<C extends object = JWTPayload>
  extends Omit<VerifierOptions<C>, 'claims'> {
  claims?: UnknownSchema | undefined
}

/** The options, checked, copied and complete. */
export interface Settings extends IssuerContext {
  readonly issuers: readonly TrustedIssuer[]
  readonly resolver: Resolver | undefined
  readonly claims: ReadClaims | undefined
  readonly revocation: RevocationCheck | undefined
  /** How many verified tokens are cached; 0 for none. */
  readonly tokenCache: number
}

const known = {
  issuer: true,
  audience: true,
  algorithms: true,
  profile: true,
  clockTolerance: true,
  claims: true,
  revocation: true,
  keys: true,
  maxIssuers: true,
  tokenCache: true,
  allowInsecureLoopback: true,
  allowInsecureHosts: true,
  fetch: true,
  now: true,
  onEvent: true,
} as const satisfies Record<keyof VerifierOptions, true>

/** For adapters: their options are these and a few of their own. */
export const verifierOptionNames: Readonly<Record<string, true>> = known

export function resolveOptions(given: object): Settings {
  const options = knownOptions('the verifier options', given, known, issuerElsewhere)
  checkDefined('option', options, ['issuer'], true)
  checkDefined('option', options, ['audience'], !statesAudience(options['issuer']))
  checkDefined('option', options, ['algorithms', 'profile'])
  const fetch = optionalFunction<FetchLike>("option 'fetch'", options['fetch'])
  const now = optionalFunction<() => number>("option 'now'", options['now'])
  const onEvent = optionalFunction<(event: AuthEvent) => void>(
    "option 'onEvent'",
    options['onEvent'],
  )
  const insecureHosts = resolveInsecureHosts(
    optionalBoolean("option 'allowInsecureLoopback'", options['allowInsecureLoopback']) ?? false,
    options['allowInsecureHosts'],
  )
  const policy = resolvePolicy(options)
  const { issuer } = options
  const hmac = policy.algorithms.find(isHmac)
  if (hmac !== undefined && !mayShareSecret(issuer)) needSecret("option 'algorithms'", hmac)

  const keys = resolveKeys(options['keys'])
  const resolved = typeof issuer === 'function'
  const reading = { insecureHosts, resolved }
  const read = (one: unknown): TrustedIssuer => resolveIssuer(one, policy, reading)
  const maxIssuers = resolveMaxIssuers(options['maxIssuers'], issuer)
  const resolver = resolved ? { ask: issuer as IssuerResolver, read, maxIssuers } : undefined
  return Object.freeze({
    issuers: resolver ? [] : resolveIssuers(issuer, read),
    resolver,
    claims: resolveClaims(options['claims']),
    revocation: resolveRevocation(options['revocation'], keys.timeout),
    keys,
    tokenCache: resolveTokenCache(options['tokenCache']),
    insecureHosts,
    fetch: fetch ?? ((input, init) => globalThis.fetch(input, init)),
    now: now ?? (() => Date.now()),
    emit: createEmit(onEvent),
  })
}

function resolvePolicy(options: Record<string, unknown>): TokenPolicy {
  return policyOf("option '", options, {
    audience: undefined,
    algorithms: defaultAlgorithms,
    profile: profiles.rfc9068,
    permissionsOf: undefined,
    clockTolerance: 10,
  })
}

function resolveIssuers(
  value: unknown,
  read: (one: unknown) => TrustedIssuer,
): readonly TrustedIssuer[] {
  const list: unknown[] = Array.isArray(value) ? value : [value]
  if (value === undefined || list.length === 0) {
    wrongOption("option 'issuer'", 'is missing: name the issuer, e.g. https://login.example.com')
  }
  const issuers = list.map(read)
  checkDistinct(
    "option 'issuer'",
    issuers.map(({ issuer }) => issuer),
  )
  return Object.freeze(issuers)
}

function resolveMaxIssuers(value: unknown, issuer: unknown): number {
  if (value === undefined) return 10_000
  if (typeof issuer !== 'function') {
    wrongOption(
      "option 'maxIssuers'",
      'is for an issuer resolver, and listed issuers are all kept: leave it out',
    )
  }
  return numberWithin("option 'maxIssuers'", value, { min: 1, max: 1_000_000, whole: true })
}

function resolveTokenCache(value: unknown): number {
  if (value === undefined) return 10_000
  if (value === false) return 0
  if (typeof value !== 'number') {
    wrongOption("option 'tokenCache'", `must be a number of tokens or false, not ${kindOf(value)}`)
  }
  return numberWithin("option 'tokenCache'", value, { min: 1, max: 1_000_000, whole: true })
}
