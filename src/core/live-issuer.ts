import type { TrustedIssuer } from './issuer-options.ts'
import { createRemoteSource } from './keys/remote-source.ts'
import type { KeySource } from './keys/source.ts'
import { createStaticSource } from './keys/static-source.ts'
import type { Settings } from './options.ts'

/** A trusted issuer with its live keys. */
export interface LiveIssuer {
  readonly issuer: string
  readonly policy: TrustedIssuer['policy']
  readonly keys: KeySource
}

/** The issuer with its keys; nothing is fetched before somebody asks. */
export function bringToLife(
  { issuer, policy, source }: TrustedIssuer,
  settings: Settings,
): LiveIssuer {
  const { emit, allowInsecureLoopback, fetch, now } = settings
  const keys =
    source.kind === 'static'
      ? createStaticSource(source.keys, { issuer, emit })
      : createRemoteSource({
          issuer,
          emit,
          algorithms: policy.algorithms,
          place: source,
          settings: settings.keys,
          allowInsecureLoopback,
          fetch,
          now,
        })
  return Object.freeze({ issuer, policy, keys })
}
