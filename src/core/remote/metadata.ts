import type { IssuerReport } from '../events.ts'
import type { CachedDocument } from './cached-document.ts'
import { createCachedDocument } from './cached-document.ts'
import type { DiscoveryOptions } from './discovery.ts'
import { createDiscovery } from './discovery.ts'

export interface MetadataOptions extends IssuerReport, DiscoveryOptions {
  readonly staleIfError: number
  /** Called when the metadata names another location than before. */
  onMoved(): void
}

/**
 * Seconds. Metadata changes seldom, so the headers of the issuer do not shorten or lengthen this.
 */
export const metadataMaxAge = 3600

/** Where the issuer says its keys are, kept under the same rules as the keys. */
export function createMetadata(options: MetadataOptions): CachedDocument<string> {
  const { issuer, emit, staleIfError, onMoved } = options
  const { timeout, now } = options.http

  return createCachedDocument<string>({
    load: createDiscovery(options),
    maxAge: metadataMaxAge,
    staleIfError,
    timeout,
    // There are three locations; they are asked one after the other, and each may take as long as
    // the timeout.
    lostAfter: 3 * timeout,
    now,
    onLoaded(jwksUri, duration, previous) {
      emit?.({ type: 'metadata.refreshed', issuer, duration })
      const moved = previous !== undefined && previous !== jwksUri
      if (!moved) return
      emit?.({ type: 'metadata.moved', issuer })
      onMoved()
    },
    onFailed({ message: error }, duration, retryAfter) {
      emit?.({ type: 'metadata.refresh-failed', issuer, error, duration, retryAfter })
    },
  })
}
