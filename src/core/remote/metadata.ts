import type { IssuerReport } from '../events.ts'
import type { CachedDocument } from './cached-document.ts'
import { createCachedDocument } from './cached-document.ts'
import type { DiscoveryOptions } from './discovery.ts'
import { createDiscovery } from './discovery.ts'

export interface MetadataOptions extends IssuerReport, DiscoveryOptions {
  readonly staleIfError: number
}

const maxAge = 3600

/** Where the issuer says its keys are, kept under the same rules as the keys. */
export function createMetadata(options: MetadataOptions): CachedDocument<string> {
  const { issuer, emit, staleIfError } = options
  const { timeout, now } = options.http

  return createCachedDocument<string>({
    load: createDiscovery(options),
    maxAge,
    staleIfError,
    timeout,
    // There are three locations; they are asked one after the other, and each may take as long as
    // the timeout.
    lostAfter: 3 * timeout,
    now,
    onLoaded(jwksUri, duration, previous) {
      emit?.({ type: 'metadata.refreshed', issuer, duration })
      const moved = previous !== undefined && previous !== jwksUri
      if (moved) emit?.({ type: 'metadata.moved', issuer })
    },
    onFailed({ message: error }, duration, retryAfter) {
      emit?.({ type: 'metadata.refresh-failed', issuer, error, duration, retryAfter })
    },
  })
}
