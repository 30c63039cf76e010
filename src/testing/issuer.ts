import type { JWK } from 'jose'
import type { Algorithm } from '../index.ts'
import type { BadTokens } from './bad.ts'
import { createBadTokens } from './bad.ts'
import type { TestClock } from './clock.ts'
import { createClock } from './clock.ts'
import type { Endpoint } from './endpoints.ts'
import { createEndpoints } from './endpoints.ts'
import type { Fault } from './fault.ts'
import type { KeyOrigin } from './key-source.ts'
import type { KeyRing } from './keys.ts'
import { createKeyRing } from './keys.ts'
import type { Claims, MintOptions } from './mint.ts'
import { createMint } from './mint.ts'
import { readNumber, refuseUnknown } from './options.ts'
import type { FailOptions } from './outages.ts'
import { createOutages } from './outages.ts'
import type { RequestLog } from './requests.ts'
import { createRequestLog } from './requests.ts'
import type { Site } from './site.ts'
import { createSite } from './site.ts'
import { createFetch } from './transport.ts'

/** Options of `createTestIssuer`. */
export interface TestIssuerOptions {
  /** The issuer identifier, the `iss` of every token ('https://issuer.test', which never resolves). */
  url?: string
  /** The `aud` of every token ('https://api.test'). */
  audience?: string | readonly string[]
  /** What the first key signs with ('ES256'). */
  alg?: Algorithm
  /**
   * 'random' keys, keys derived from a seed (P-256 and Ed25519: the same in every process), or
   * private JWKs, all published, of which the first signs ('random').
   */
  keys?: KeyOrigin
  /** Claims of every token, under those that `mint()` is given (none). */
  claims?: Claims
  /** Seconds from `iat` to `exp` (300). */
  expiresIn?: number
  /** Merged over the discovery documents; a member given as `undefined` is removed (none). */
  metadata?: Readonly<Record<string, unknown>>
  /** Base of the clock in milliseconds since the epoch (`Date.now`, looked up at every call). */
  now?: () => number
}

/** Verifier options that trust a test issuer: nothing else differs from production. */
export interface TrustOptions {
  issuer: string
  audience: string | readonly string[]
  /** Absent when the issuer is served over HTTP. */
  fetch?: typeof globalThis.fetch
  /** The issuer's clock, in milliseconds since the epoch. */
  now: () => number
  /** Present when the issuer's URL is an http one. */
  allowInsecureLoopback?: boolean
}

/** An issuer of real tokens that needs no network; disposing of it resets it. */
export interface TestIssuer extends Disposable {
  readonly url: string
  readonly audience: string | readonly string[]
  /** The discovery document as it is now. */
  readonly metadata: Record<string, unknown>
  /** The published keys as they are now. */
  readonly jwks: { keys: JWK[] }
  readonly clock: TestClock
  readonly keys: KeyRing
  readonly requests: RequestLog
  readonly bad: BadTokens
  /** Milliseconds since the epoch, by the issuer's clock. */
  readonly now: () => number
  /** Serves the issuer's own documents; any other origin rejects with a TypeError. */
  readonly fetch: typeof globalThis.fetch
  /** The options that make a verifier or a guard trust this issuer, with overrides on top. */
  trust(): TrustOptions
  trust<const O extends object>(overrides: O): Omit<TrustOptions, keyof O> & O
  /** A signed RFC 9068 access token. Throws a TypeError on options that cannot be met. */
  mint(claims?: Claims, options?: MintOptions): string
  /** So many tokens, each with the claims of its index. */
  mintMany(n: number, claims?: (index: number) => Claims, options?: MintOptions): string[]
  /** The value of an Authorization header. */
  bearer(claims?: Claims, options?: MintOptions): `Bearer ${string}`
  /** The Authorization header as an object. */
  headers(claims?: Claims, options?: MintOptions): { authorization: string }
  /** A plugin for the `.use()` of supertest and superagent that sets the Authorization header. */
  as(
    claims?: Claims,
    options?: MintOptions,
  ): <R extends { set(field: string, value: string): unknown }>(request: R) => void
  /** Makes an endpoint ('*': every one) fail until the result is disposed of; the newest fault wins. */
  fail(endpoint: Endpoint | '*', fault: Fault, options?: FailOptions): Disposable
  /** The same for as long as a function takes. */
  during<T>(endpoint: Endpoint | '*', fault: Fault, run: () => T | Promise<T>): Promise<T>
  /** Back to the first keys, no faults, an empty log and the base clock. */
  reset(): void
}

export const issuerOptions: Readonly<Record<keyof TestIssuerOptions, true>> = {
  url: true,
  audience: true,
  alg: true,
  keys: true,
  claims: true,
  expiresIn: true,
  metadata: true,
  now: true,
}

/**
 * An issuer in this process: no socket, no timer, no global patch. Tokens are real and are really
 * verified; pass `issuer.trust()` to the code under test.
 *
 * @throws {TypeError} on an unknown or impossible option.
 */
export function createTestIssuer(options: TestIssuerOptions = {}): TestIssuer {
  refuseUnknown('createTestIssuer()', options, issuerOptions)
  return assembleIssuer(options, 'in-process').issuer
}

/** The issuer, and the site that its transports serve. */
export function assembleIssuer(
  options: TestIssuerOptions,
  transport: 'in-process' | 'http',
): { issuer: TestIssuer; site: Site } {
  const { url = 'https://issuer.test', audience = 'https://api.test', claims = {} } = options
  const expiresIn = readNumber('expiresIn', options.expiresIn ?? 300)
  const clock = createClock(options.now)
  const { now } = clock
  const ring = createKeyRing(options.keys ?? 'random', options.alg)
  const { keys } = ring
  const recorder = createRequestLog()
  const outages = createOutages()
  const published = () => keys.all.filter((key) => key.published)
  const publisher = {
    get metadata() {
      const algorithms = [...new Set(published().map((key) => key.alg))]
      return { ...endpoints.metadata(algorithms), ...options.metadata }
    },
    get jwks() {
      return { keys: published().map((key) => ({ ...key.publicJwk })) }
    },
  }
  const endpoints = createEndpoints(url, publisher)
  const site = createSite({ endpoints, keys, outages, recorder, now })
  const fetch = createFetch(site)
  const mint = createMint(ring, { issuer: url, audience, claims, expiresIn, now })
  const bearer: TestIssuer['bearer'] = (...token) => `Bearer ${mint(...token)}`
  const trusted: TrustOptions = {
    issuer: url,
    audience,
    now,
    ...(transport === 'in-process' && { fetch }),
    ...(url.startsWith('http:') && { allowInsecureLoopback: true }),
  }
  function reset(): void {
    ring.reset()
    outages.clear()
    recorder.requests.clear()
    clock.reset()
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
    bad: createBadTokens({ mint, keys, now, expiresIn }),
    now,
    fetch,
    trust: (overrides = {}) => ({ ...trusted, ...overrides }),
    mint,
    mintMany: (n, each, mintOptions) =>
      Array.from({ length: n }, (_, index) => mint(each?.(index), mintOptions)),
    bearer,
    headers: (...token) => ({ authorization: bearer(...token) }),
    as:
      (...token) =>
      (request) => {
        request.set('Authorization', bearer(...token))
      },
    fail: outages.fail,
    async during(endpoint, fault, run) {
      const outage = outages.fail(endpoint, fault)
      try {
        return await run()
      } finally {
        outage[Symbol.dispose]()
      }
    },
    reset,
    [Symbol.dispose]: reset,
  }
  return { issuer, site }
}
