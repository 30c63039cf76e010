import type { DiscoveryOptions } from './discovery.ts'
import { createDiscovery } from './discovery.ts'
import type { Lifecycle } from './lifecycle.ts'
import { createLifecycle } from './lifecycle.ts'
import type { KeySourceContext } from './source.ts'

export interface MetadataOptions extends KeySourceContext, DiscoveryOptions {
  readonly staleIfError: number
}

const maxAge = 3600

/** Where the issuer says its keys are, kept under the same rules as the keys. */
export function createMetadata(options: MetadataOptions): Lifecycle<string> {
  const { issuer, emit, staleIfError } = options
  const { timeout, now } = options.download
  const discover = createDiscovery(options)

  return createLifecycle<string>({
    load: discover,
    maxAge,
    staleIfError,
    timeout,
    // One place after the other, each for as long.
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
