import type { Awaitable } from '../awaitable.ts'
import type { Emit } from '../events.ts'
import type { RefusedJwk } from './jwk.ts'
import type { Key } from './key.ts'
import type { KeySet } from './key-set.ts'

/** Where the keys of an issuer are. */
export type KeyLocation =
  | ({ readonly kind: 'discovery'; readonly metadataUrl: string | undefined } & Fetched)
  | ({ readonly kind: 'jwks'; readonly jwksUri: string } & Fetched)
  | ({ readonly kind: 'static' } & StaticKeys)

interface Fetched {
  /** Whether the keys are those of a SPIFFE bundle. */
  readonly isBundle: boolean
}

/** Keys from the configuration. */
export interface StaticKeys {
  readonly keys: readonly Key[]
  /**
   * Members of the set that are for another issuer, purpose, algorithm or curve than those of this
   * verifier.
   */
  readonly ignored: readonly RefusedJwk[]
}

/** The keys of one issuer, as the caller who asked for them is given them. */
export interface Keys {
  readonly set: KeySet
  /**
   * Whether the fetch that brought the set was started for this caller. Where it was, the issuer
   * has published nothing newer. Where it was not, the fetch began before the caller came, and the
   * set may lack a key that is younger than it.
   */
  readonly startedForCaller: boolean
}

/** The live keys of one issuer, as the signature check asks for them. */
export interface KeySource {
  /**
   * The keys to use now. Throws or rejects with an UnavailableError if there are none.
   *
   * @param emit Where the events go that this caller causes. What is fetched for all callers is
   * reported to the verifier's own listener.
   */
  current(emit: Emit): Awaitable<Keys>
  /**
   * Newer keys than these, which did not hold the key of a token that passed every other check;
   * undefined if there are none. Rejects with an UnavailableError if that cannot be told.
   */
  newer(than: Keys, kid: string | undefined, emit: Emit): Promise<Keys | undefined>
  /** Loads keys unless there are usable ones. Never rejects: `health()` tells. */
  ensureLoaded(): Promise<void>
  health(): KeyHealth
  /** The keys that were loaded last, however old. For hints alone: no decision reads it. */
  loaded(): KeySet | undefined
  /**
   * Seconds until keys may be fetched again for a token with an unknown key; undefined where nothing
   * is ever fetched. For hints alone.
   */
  untilForced(): number | undefined
  close(): void
}

/** The state of one issuer's keys. Ages and times are in seconds. */
export interface KeyHealth {
  /** Whether tokens can be verified now. */
  readonly usable: boolean
  /** Whether the keys are past their maximum age. */
  readonly stale: boolean
  /** How many keys are in use. */
  readonly keys: number
  readonly age?: number
  /** Seconds until traffic starts the next refresh. */
  readonly nextRefresh?: number
  /** Why the last attempt failed, in the library's own words. */
  readonly lastError?: string
}
