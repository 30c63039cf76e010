import type { CachedDocument } from '../remote/cached-document.ts'
import { metadataMaxAge } from '../remote/metadata.ts'

/** Where the keys of an issuer are now. */
export interface Located {
  readonly uri: string
  /**
   * Seconds since the epoch until which keys from there may be used: the issuer itself has not
   * named the location for too long. Undefined: without end.
   */
  readonly until: number | undefined
}

/** Finds the keys of an issuer. */
export interface Locator {
  /** Whether a location is known already. */
  isKnown(): boolean
  /** Rejects with a LoadError if there is none. */
  locate(): Promise<Located>
  /**
   * Asks the issuer once more, beyond the schedule; undefined if there is nobody to ask, if the
   * issuer asked to be left alone, or if it gives no answer.
   */
  ask(): Promise<Located | undefined>
  /** Whether the issuer is being asked beyond the schedule at this moment. */
  isAsking(): boolean
}

/** A location that the configuration states. */
export function createFixedLocator(uri: string): Locator {
  const located: Located = { uri, until: undefined }
  return {
    isKnown: () => true,
    locate: async () => located,
    ask: async () => undefined,
    isAsking: () => false,
  }
}

export interface DiscoveringOptions {
  readonly metadata: CachedDocument<string>
  /** Seconds that keys may still be used after the metadata that named them has become stale. */
  readonly grace: number
  /** The time in milliseconds since the epoch. */
  now(): number
}

/** The location that the issuer's metadata names (RFC 8414 section 2: `jwks_uri`). */
export function createDiscoveringLocator({ metadata, grace, now }: DiscoveringOptions): Locator {
  /**
   * If the metadata cannot be read, and the issuer has moved its keys, then the old location may go
   * on to answer with keys that the issuer has withdrawn. So they have an end.
   */
  function located(uri: string): Located {
    const { age = 0 } = metadata.status()
    return { uri, until: now() / 1000 - age + metadataMaxAge + grace }
  }

  return {
    isKnown: () => metadata.status().value !== undefined,
    async locate() {
      const { value } = await metadata.current()
      return located(value)
    },
    async ask() {
      if (metadata.status().asked > 0) return undefined
      await metadata.refresh()
      const { value, lastError } = metadata.status()
      return value === undefined || lastError !== undefined ? undefined : located(value)
    },
    isAsking: () => metadata.status().attempt === 'forced',
  }
}
