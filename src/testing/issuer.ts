import type { JWK } from 'jose'
import type { PublicKeyAlgorithm } from '../core/algorithms.ts'
import { numberWithin, wrongOption } from '../core/option-checks.ts'
import type { DecryptionOptions, IssuerOptions } from '../index.ts'
import { plainObject } from './arguments.ts'
import type { BadTokens } from './bad.ts'
import { createBadTokens } from './bad.ts'
import type { Claims } from './claims.ts'
import { claimsOption } from './claims.ts'
import type { TestClock } from './clock.ts'
import { createClock } from './clock.ts'
import { checkReproducible, createIds, resolveDeterminism } from './deterministic.ts'
import type { EncryptOptions } from './encrypt.ts'
import { createDecryption, encryptToken } from './encrypt.ts'
import type { Endpoint } from './endpoints.ts'
import { createEndpoints } from './endpoints.ts'
import type { Fault } from './fault.ts'
import { interceptGlobalFetch } from './global-fetch.ts'
import { createMintIdToken } from './id-token.ts'
import type { OAuthServer } from './in-process-oauth.ts'
import { createInProcessOAuth } from './in-process-oauth.ts'
import type { ServedAt } from './issuer-model.ts'
import { resolveModel } from './issuer-model.ts'
import type { TestIssuerOptions } from './issuer-options.ts'
import type { KeyRing } from './keys.ts'
import { createKeyRing } from './keys.ts'
import { createMint } from './mint.ts'
import { clockSeconds } from './number-bounds.ts'
import { apiMetadata } from './oauth/endpoints.ts'
import type { OpaqueOptions, TokenRegister } from './opaque-tokens.ts'
import { createTokenRegister } from './opaque-tokens.ts'
import type { FailOptions, Outages } from './outages.ts'
import { createOutages } from './outages.ts'
import type { RequestLog } from './requests.ts'
import { createRequestLog } from './requests.ts'
import type { IssuerService } from './service.ts'
import { createService } from './service.ts'
import type { IssuerModel } from './shapes/shape.ts'
import type { Statements } from './statements.ts'
import { createStatements } from './statements.ts'
import type { StatusListOptions, TestStatusList } from './status-lists.ts'
import { createStatusLists } from './status-lists.ts'
import type { TestKey } from './test-key.ts'
import type { Tokens } from './tokens.ts'
import { createTokens } from './tokens.ts'
import { createFetch } from './transport.ts'

/** What verifiers are told of an issuer: its URL, or what a preset gives. */
export type AnyIssuer = string | IssuerOptions

/**
 * Verifier options that trust a test issuer: nothing else differs from production. For tests only.
 */
export interface TrustOptions<I extends AnyIssuer = string> {
  /** The URL of the issuer, or with a shape, what its preset gives. */
  issuer: I
  audience: string | readonly string[]
  /** Absent when the issuer is served over HTTP. */
  fetch?: typeof globalThis.fetch
  /** The issuer's clock, in milliseconds since the epoch. */
  now: () => number
  /** Present when the issuer's URL is an http one. */
  allowInsecureLoopback?: boolean
}

/** An issuer of real tokens that needs no network. Its `Symbol.dispose` resets it. */
export interface TestIssuer<I extends AnyIssuer = AnyIssuer>
  extends Tokens,
    Statements,
    Disposable {
  readonly url: string
  readonly audience: string | readonly string[]
  /** The discovery document as it is now. Empty for a shape whose metadata no verifier needs. */
  readonly metadata: Record<string, unknown>
  /** The published keys as they are now. */
  readonly jwks: { keys: JWK[] }
  readonly clock: TestClock
  readonly keys: KeyRing
  readonly requests: RequestLog
  readonly bad: BadTokens
  /**
   * A key of the app under test, made when it is first asked for, as the option `decryption` of an
   * issuer has it: `{ issuer: issuer.url, decryption: issuer.decryption }`.
   */
  readonly decryption: DecryptionOptions
  /**
   * Encrypts a token to the app under test, as an issuer does that signs and encrypts its access
   * tokens (RFC 7519 section 5.2): `issuer.encrypt(issuer.mint())`. Throws a TypeError for a wrong
   * option, and where the issuer is deterministic: each encryption holds random numbers.
   */
  encrypt(token: string, options?: EncryptOptions): string
  /** Milliseconds since the epoch, by the issuer's clock. */
  readonly now: () => number
  /** Serves the documents of the issuer. Rejects with a TypeError for any other origin. */
  readonly fetch: typeof globalThis.fetch
  /**
   * The options that make a verifier or a guard trust this issuer. Overrides replace them. They are
   * for tests only: whoever can call `mint()` can be any user of an app that trusts the issuer.
   */
  trust(): TrustOptions<I>
  trust<const O extends object>(overrides: O): Omit<TrustOptions<I>, keyof O> & O
  /**
   * Publishes a list of statuses, all of them VALID at first, until `reset()` (Token Status List).
   * Tokens refer to it by its `claim()`. A verifier asks it only where `statusList` is among the
   * options of the issuer.
   */
  statusList(options?: StatusListOptions): TestStatusList
  /**
   * An opaque token: a text that nobody but the issuer can read. The introspection endpoint answers
   * with these claims, and with those that `mint()` would add to them.
   */
  opaque(claims?: Claims, options?: OpaqueOptions): string
  /**
   * Takes a token back, opaque or not: from now on the issuer says at its endpoints that it is not
   * active. Whoever has verified it before, or does not ask, does not notice.
   */
  revoke(token: string): void
  /**
   * Whether `revoke()` has taken back the token of an Auth: for apps that refuse revoked tokens,
   * `issuer.trust({ revocation: issuer.isRevoked })`.
   */
  readonly isRevoked: (auth: { readonly token: string }) => boolean
  /**
   * Makes an endpoint fail until the result is disposed of. '*' stands for every endpoint. If
   * several faults apply to a request, the newest one does.
   */
  fail(endpoint: Endpoint | '*', fault: Fault, options?: FailOptions): Disposable
  /** Makes an endpoint fail until a function has returned, or its promise has settled. */
  during<T>(endpoint: Endpoint | '*', fault: Fault, run: () => T | Promise<T>): Promise<T>
  /**
   * Answers requests of this process to the issuer's own origin that are made by `globalThis.fetch`,
   * until the result is disposed of: for apps that cannot be given `trust()`. Requests to all other
   * origins go on to the fetch that was there before. Such an app has its own clock, so that
   * `clock.advance()` does not reach it.
   *
   * It changes a global, so no other test of the process may run at the same time.
   *
   * @throws {TypeError} if the origin is intercepted already.
   */
  interceptGlobalFetch(): Disposable
  /**
   * Restores the first keys, removes all faults and status lists, empties the log, and resets the
   * clock.
   *
   * It does not reset apps and verifiers that were made before. They keep what they know: the keys
   * and the tokens that they have cached, and the cooldown of 30 seconds after a token with an
   * unknown `kid` or a wrong signature. Create a new app where a test needs one that knows nothing.
   */
  reset(): void
}

const trustExample = "issuer.trust({ audience: 'https://api.test' })"

/** Where an issuer is: served over HTTP, or in this process, with what answers for it there. */
export type IssuerPlace = { readonly served: ServedAt } | { readonly loadServer: LoadServer }

/** Loads the authorization server of an issuer in this process. Most tests need none. */
export type LoadServer = (issuer: TestIssuer, register: TokenRegister) => Promise<OAuthServer>

/** Makes an issuer, the service that answers requests to it, and the list of its faults. */
export function assembleIssuer(
  given: TestIssuerOptions,
  place: IssuerPlace,
): { issuer: TestIssuer; service: IssuerService; outages: Outages; register: TokenRegister } {
  const options = resolveDeterminism(given)
  const served = 'served' in place ? place.served : undefined
  const { url, audience, model, alg } = resolveModel(options, served)
  const claims = claimsOption('the test issuer', options.claims)
  const expiresIn = numberWithin(
    "option 'expiresIn' of the test issuer",
    options.expiresIn ?? 300,
    clockSeconds,
  )
  const clock = createClock(options.now)
  const { now } = clock
  const origin = options.keys ?? 'random'
  const ring = createKeyRing(origin, options.alg ?? (origin === 'random' ? alg : undefined))
  const { keys } = ring
  const recorder = createRequestLog()
  const outages = createOutages()
  // Over HTTP, the server says where its endpoints are. The endpoints of a shape may be anywhere.
  const says = served === undefined && options.shape === undefined ? apiMetadata(baseOf(url)) : {}
  const published = () => keys.all.filter((key) => key.published)
  const publisher = {
    get metadata() {
      return { ...metadataOf(url, model, published()), ...says, ...options.metadata }
    },
    get jwks() {
      return { keys: published().map((key) => ({ ...key.publicJwk, ...model.keyMembers })) }
    },
    get statusLists() {
      return statusLists
    },
  }
  const endpoints = createEndpoints(model, publisher)
  const service = createService({ endpoints, keys, outages, recorder, now })
  const oauth = createInProcessOAuth(says, async () => {
    if ('served' in place) throw new TypeError('tollgate: this issuer answers over HTTP')
    return place.loadServer(issuer, register)
  })
  const fetch = createFetch(service, oauth)
  const ids = createIds(options.deterministic)
  function checkAlgorithm(signs: PublicKeyAlgorithm, option = "option 'alg' of issuer.mint"): void {
    if (options.deterministic) checkReproducible(option, signs)
  }
  checkAlgorithm(keys.current.alg, "option 'alg' of the test issuer")
  const defaults = { issuer: url, model, claims, expiresIn, now, ids, checkAlgorithm }
  const { mint, mintOther, mintStatement, steps } = createMint(ring, defaults)
  const statusLists = createStatusLists(mintStatement, endpoints.homeOf(url))
  const register = createTokenRegister(mint, ids, options.deterministic)
  const trustOptions: TrustOptions<AnyIssuer> = {
    issuer: model.issuer,
    audience,
    now,
    ...(served === undefined && { fetch }),
    ...(model.keysAt.startsWith('http:') && { allowInsecureLoopback: true }),
  }
  let decryption: DecryptionOptions | undefined
  function decryptionOf(): DecryptionOptions {
    decryption ??= createDecryption()
    return decryption
  }
  function reset(): void {
    ring.reset()
    outages.clear()
    recorder.requests.clear()
    statusLists.reset()
    clock.reset()
    ids.reset()
    register.reset()
    oauth.reset()
  }

  const issuer: TestIssuer = {
    url,
    audience,
    get metadata() {
      return publisher.metadata
    },
    get jwks() {
      return publisher.jwks
    },
    clock,
    keys,
    requests: recorder.requests,
    bad: createBadTokens({ mint, mintOther, keys, now, expiresIn, ids }),
    get decryption() {
      return decryptionOf()
    },
    encrypt(token, encryption = {}) {
      if (options.deterministic) {
        wrongOption('issuer.encrypt', 'is not for a deterministic issuer: each encryption differs')
      }
      return encryptToken(token, encryption, decryptionOf().keys[0] as JWK)
    },
    now,
    fetch,
    trust: (overrides = {}) => ({
      ...trustOptions,
      ...plainObject('the overrides of issuer.trust', overrides, trustExample),
    }),
    ...createTokens(mint, createMintIdToken(steps, defaults)),
    ...createStatements(mintStatement, { issuer: url, audience, model }),
    statusList: statusLists.create,
    opaque: register.opaque,
    revoke: register.revoke,
    isRevoked: ({ token }) => register.isRevoked(token),
    fail: outages.fail,
    async during(endpoint, fault, run) {
      const outage = outages.fail(endpoint, fault)
      try {
        return await run()
      } finally {
        outage[Symbol.dispose]()
      }
    },
    interceptGlobalFetch: () => interceptGlobalFetch(service.origins, fetch),
    reset,
    [Symbol.dispose]: reset,
  }
  return { issuer, service, outages, register }
}

/** The URL of an issuer, without a slash at its end. */
export function baseOf(url: string): string {
  return url.replace(/\/$/, '')
}

/** The discovery document: what is the same for all issuers (RFC 8414), and what this one adds. */
function metadataOf(
  url: string,
  { keysAt, metadata }: IssuerModel,
  published: readonly TestKey[],
): Record<string, unknown> {
  if (metadata === undefined) return {}
  return {
    issuer: url,
    jwks_uri: keysAt,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [...new Set(published.map((key) => key.alg))],
    ...metadata.says,
  }
}
