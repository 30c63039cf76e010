import type { Awaitable } from '../awaitable.ts'
import type { HeaderPolicy } from '../jwt/token-policy.ts'
import type { ActiveIssuer } from './active-issuer.ts'

/** Whose tokens a verifier accepts. */
export interface Issuers {
  /** What a header may say before it is known whose token it is. */
  readonly headerPolicy: HeaderPolicy
  /** The issuers that the configuration lists. */
  readonly listed: readonly ActiveIssuer[]
  /** Every issuer loaded so far. */
  all(): readonly ActiveIssuer[]
  /** Told that the signature of a token of this issuer was right. */
  proven(issuer: ActiveIssuer): void
  /**
   * The issuer with exactly this name (RFC 9068 section 4). Where a token has no `iss`: the issuer
   * that is listed with the prefix of its `sub`. Asks nobody over the network, unless a resolver
   * does. Rejects with an UnavailableError if the resolver fails.
   */
  find(iss: unknown, sub: unknown): Awaitable<ActiveIssuer | undefined>
  /**
   * Whether an issuer, of which a token was accepted before, is still the one that its name stands
   * for.
   */
  trusts(issuer: ActiveIssuer): Awaitable<boolean>
  /** Drops an issuer with its keys. Throws a TypeError where issuers are listed. */
  forget(name: string): void
  close(): void
}
