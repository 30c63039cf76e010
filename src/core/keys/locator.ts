import type { CachedMetadata } from '../remote/metadata.ts'
import { metadataMaxAge } from '../remote/metadata.ts'

/** Finds the keys of an issuer. */
export interface Locator {
  /** Whether a location is known already. */
  isKnown(): boolean
  /** Where the keys are. Rejects with a LoadError if that is not known. */
  locate(): Promise<string>
  /**
   * Asks the issuer once more where its keys are, beyond the schedule; undefined if there is nobody
   * to ask, if the issuer asked to be left alone, or if it gives no answer.
   */
  ask(): Promise<string | undefined>
  /** Whether the issuer is being asked beyond the schedule at this moment. */
  isAsking(): boolean
  /**
   * Seconds since the epoch after which keys must not be used, because the issuer has not said for
   * too long where they are.
   */
  endsAt(): number
}

/** A location that the configuration states. */
export function createFixedLocator(uri: string): Locator {
  return {
    isKnown: () => true,
    locate: async () => uri,
    ask: async () => undefined,
    isAsking: () => false,
    endsAt: () => Infinity,
  }
}

/**
 * The location that the issuer's metadata names (RFC 8414 section 2: `jwks_uri`).
 *
 * @param grace Seconds that keys may be used after the metadata that named them has become stale.
 * Without this end, an old location that goes on to answer would keep keys alive that the issuer
 * has withdrawn, for as long as its metadata cannot be read.
 */
export function createDiscoveringLocator(metadata: CachedMetadata, grace: number): Locator {
  return {
    isKnown: () => metadata.loadedAt() !== undefined,
    locate: async () => (await metadata.current()).value.jwksUri as string,
    async ask() {
      if (metadata.status().asked > 0) return undefined
      await metadata.refresh()
      const { value, lastError } = metadata.status()
      return lastError === undefined ? value?.jwksUri : undefined
    },
    isAsking: () => metadata.status().attempt === 'forced',
    endsAt: () => (metadata.loadedAt() ?? Infinity) + metadataMaxAge + grace,
  }
}
