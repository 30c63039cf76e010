import type { JWK } from 'jose'
import { numberWithin } from '../core/option-checks.ts'
import { checkOptions, plainObject } from './arguments.ts'
import type { BadTokens } from './bad.ts'
import { createBadTokens } from './bad.ts'
import { claimsOption } from './claims.ts'
import type { TestClock } from './clock.ts'
import { createClock } from './clock.ts'
import type { Endpoint } from './endpoints.ts'
import { createEndpoints } from './endpoints.ts'
import type { Fault } from './fault.ts'
import type { TestIssuerOptions } from './issuer-options.ts'
import { issuerOptionsElsewhere, knownIssuerOptions } from './issuer-options.ts'
import type { KeyRing } from './keys.ts'
import { createKeyRing } from './keys.ts'
import { createMint } from './mint.ts'
import { clockSeconds } from './number-bounds.ts'
import type { FailOptions } from './outages.ts'
import { createOutages } from './outages.ts'
import type { RequestLog } from './requests.ts'
import { createRequestLog } from './requests.ts'
import type { IssuerService } from './service.ts'
import { createService } from './service.ts'
import type { Tokens } from './tokens.ts'
import { createTokens } from './tokens.ts'
import { createFetch } from './transport.ts'

/**
 * Verifier options that trust a test issuer: nothing else differs from production. For tests only.
 */
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

/** An issuer of real tokens that needs no network. Its `Symbol.dispose` resets it. */
export interface TestIssuer extends Tokens, Disposable {
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
  /** Serves the documents of the issuer. Rejects with a TypeError for any other origin. */
  readonly fetch: typeof globalThis.fetch
  /**
   * The options that make a verifier or a guard trust this issuer. Overrides replace them. They are
   * for tests only: whoever can call `mint()` can be any user of an app that trusts the issuer.
   */
  trust(): TrustOptions
  trust<const O extends object>(overrides: O): Omit<TrustOptions, keyof O> & O
  /**
   * Makes an endpoint fail until the result is disposed of. '*' stands for every endpoint. If
   * several faults apply to a request, the newest one does.
   */
  fail(endpoint: Endpoint | '*', fault: Fault, options?: FailOptions): Disposable
  /** Makes an endpoint fail until a function has returned, or its promise has settled. */
  during<T>(endpoint: Endpoint | '*', fault: Fault, run: () => T | Promise<T>): Promise<T>
  /**
   * Restores the first keys, removes all faults, empties the log, and resets the clock.
   *
   * It does not reset apps and verifiers that were made before. They keep what they know: the keys
   * and the tokens that they have cached, and the cooldown of 30 seconds after a token with an
   * unknown `kid` or a wrong signature. Create a new app where a test needs one that knows nothing.
   */
  reset(): void
}

/**
 * Creates an issuer in this process. It opens no socket, starts no timer and changes no global. Its
 * tokens are real: give `issuer.trust()` to the code under test, which then verifies them as it
 * does in production.
 *
 * @throws {TypeError} for an unknown option, and for a value that the option cannot have.
 */
export function createTestIssuer(options: TestIssuerOptions = {}): TestIssuer {
  const what = 'the options of createTestIssuer'
  const example = "createTestIssuer({ url: 'https://issuer.test' })"
  checkOptions(what, options, knownIssuerOptions, example, issuerOptionsElsewhere)
  return assembleIssuer(options, 'in-process').issuer
}

const trustExample = "issuer.trust({ audience: 'https://api.test' })"

/** Makes an issuer, and the service that answers requests to it. */
export function assembleIssuer(
  options: TestIssuerOptions,
  transport: 'in-process' | 'http',
): { issuer: TestIssuer; service: IssuerService } {
  const { url = 'https://issuer.test', audience = 'https://api.test' } = options
  const claims = claimsOption('the test issuer', options.claims)
  const expiresIn = numberWithin(
    "option 'expiresIn' of the test issuer",
    options.expiresIn ?? 300,
    clockSeconds,
  )
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
  const service = createService({ endpoints, keys, outages, recorder, now })
  const fetch = createFetch(service)
  const mint = createMint(ring, { issuer: url, audience, claims, expiresIn, now })
  const trustOptions: TrustOptions = {
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
    trust: (overrides = {}) => ({
      ...trustOptions,
      ...plainObject('the overrides of issuer.trust', overrides, trustExample),
    }),
    ...createTokens(mint),
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
  return { issuer, service }
}
