import type { Emit } from '../events.ts'
import type { InsecureHosts } from '../insecure-hosts.ts'
import type { IssuerPolicies } from '../jwt/token-kinds.ts'
import type { KeySettings } from '../keys/remote.ts'
import { createRemoteSource } from '../keys/remote.ts'
import type { KeyLocation, KeySource } from '../keys/source.ts'
import { createStaticSource } from '../keys/static.ts'
import type { FetchLike } from '../remote/http-json.ts'

/** An issuer whose tokens are accepted, as the configuration states it. */
export interface TrustedIssuer extends IssuerPolicies {
  readonly issuer: string
  readonly location: KeyLocation
  /** Fetches its metadata and keys, in the place of the verifier's. */
  readonly fetch: FetchLike | undefined
}

/** A trusted issuer with its live keys. */
export interface ActiveIssuer extends IssuerPolicies {
  readonly issuer: string
  readonly keys: KeySource
}

/** What all issuers of a verifier have in common. */
export interface IssuerContext {
  readonly emit: Emit
  readonly keys: KeySettings
  readonly insecureHosts: InsecureHosts
  readonly fetch: FetchLike
  readonly now: () => number
}

/** Gives an issuer its keys. Nothing is fetched before somebody asks for them. */
export function activate(
  { issuer, policy, kinds, location, fetch }: TrustedIssuer,
  { emit, keys: settings, insecureHosts, fetch: commonFetch, now }: IssuerContext,
): ActiveIssuer {
  const { algorithms } = policy
  const keys =
    location.kind === 'static'
      ? createStaticSource(location, { issuer, emit })
      : createRemoteSource({
          issuer,
          emit,
          algorithms,
          location,
          settings,
          insecureHosts,
          fetch: fetch ?? commonFetch,
          now,
        })
  return Object.freeze({ issuer, policy, kinds, keys })
}
