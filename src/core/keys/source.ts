import type { Emit } from '../events.ts'
import type { KeySet } from './key-set.ts'

/** The live keys of one issuer, as the signature check asks for them. */
export interface KeySource {
  /** The keys to use now. Throws or rejects with an UnavailableError if there are none. */
  current(): KeySet | Promise<KeySet>
  /**
   * Newer keys than these, when they did not hold the key of a token that passed every other check; undefined if there
   * are none to be had. Rejects with an UnavailableError if that cannot be told.
   */
  renew({ set, fetched }: Renewed, kid: string | undefined): Promise<Renewed | undefined>
  /** Makes sure of usable keys if they can be had. Never rejects: `health()` tells. */
  settle(): Promise<void>
  health(): KeyHealth
  close(): void
}

export interface Renewed {
  readonly set: KeySet
  /** Whether it was fetched for this token: then there is nothing newer to be had. */
  readonly fetched: boolean
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
  /** Why the last attempt failed, in words of the library's own. */
  readonly lastError?: string
}

/** What an issuer's keys report, with its name filled in. */
export interface KeySourceContext {
  readonly issuer: string
  readonly emit: Emit
}
