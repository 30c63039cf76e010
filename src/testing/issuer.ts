import type { JWK } from 'jose'
import type { DecryptionOptions, IssuerOptions } from '../index.ts'
import type { BadTokens } from './bad.ts'
import type { Claims } from './claims.ts'
import type { TestClock } from './clock.ts'
import type { EncryptOptions } from './encrypt.ts'
import type { Endpoint } from './endpoints.ts'
import type { Fault } from './fault.ts'
import type { KeyRing } from './keys.ts'
import type { OpaqueOptions } from './opaque-tokens.ts'
import type { FailOptions } from './outages.ts'
import type { RequestLog } from './requests.ts'
import type { Statements } from './statements.ts'
import type { StatusListOptions, TestStatusList } from './status-lists.ts'
import type { Tokens } from './tokens.ts'

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
