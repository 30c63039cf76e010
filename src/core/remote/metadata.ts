import type { IssuerReport } from '../events.ts'
import type { CachedDocument } from './cached-document.ts'
import { createCachedDocument } from './cached-document.ts'
import type { DiscoveryOptions, Metadata } from './discovery.ts'
import { createDiscovery } from './discovery.ts'

export interface MetadataOptions extends IssuerReport, DiscoveryOptions {
  readonly staleIfError: number
}

/**
 * Seconds. Metadata changes seldom, so the headers of the issuer do not shorten or lengthen this.
 */
export const metadataMaxAge = 3600

/**
 * What the issuer says of itself, kept under the same rules as its keys. All that is looked up in it
 * shares one document.
 */
export interface CachedMetadata extends CachedDocument<Metadata> {
  /** Has a function called when the metadata names another location of the keys than before. */
  onMoved(listener: () => void): void
}

export function createMetadata(options: MetadataOptions): CachedMetadata {
  const { issuer, emit, staleIfError } = options
  const { timeout, now } = options.http
  let tellMoved = (): void => {}

  const document = createCachedDocument<Metadata>({
    load: createDiscovery(options),
    maxAge: metadataMaxAge,
    staleIfError,
    timeout,
    // There are three locations; they are asked one after the other, and each may take as long as
    // the timeout.
    lostAfter: 3 * timeout,
    now,
    onLoaded({ jwksUri }, duration, previous) {
      emit?.({ type: 'metadata.refreshed', issuer, duration })
      const moved = previous !== undefined && previous.jwksUri !== jwksUri
      if (!moved) return
      emit?.({ type: 'metadata.moved', issuer })
      tellMoved()
    },
    onFailed({ message: error }, duration, retryAfter) {
      emit?.({ type: 'metadata.refresh-failed', issuer, error, duration, retryAfter })
    },
  })
  return {
    ...document,
    onMoved(listener) {
      tellMoved = listener
    },
  }
}
