import type { Client } from '../client/client-options.ts'
import type { Emit } from '../events.ts'
import type { InsecureHosts } from '../insecure-hosts.ts'
import { issuerFlaw } from '../issuer-url.ts'
import type { IssuerPolicies } from '../jwt/token-kinds.ts'
import type { KeySettings } from '../keys/remote.ts'
import { createRemoteSource } from '../keys/remote.ts'
import type { KeyLocation, KeySource } from '../keys/source.ts'
import { createStaticSource } from '../keys/static.ts'
import type { FetchLike, HttpOptions } from '../remote/http.ts'
import { createMetadata } from '../remote/metadata.ts'
import type { Endpoints } from './endpoints.ts'
import { createEndpoints } from './endpoints.ts'

/** An issuer whose tokens are accepted, as the configuration states it. */
export interface TrustedIssuer extends IssuerPolicies {
  readonly issuer: string
  readonly location: KeyLocation
  /** Fetches its metadata and keys, in the place of the verifier's. */
  readonly fetch: FetchLike | undefined
  /** This API as a client of the issuer. */
  readonly client: Client | undefined
}

/** A trusted issuer with its live keys, and what is needed to ask it for more. */
export interface ActiveIssuer extends IssuerPolicies {
  readonly issuer: string
  readonly keys: KeySource
  readonly client: Client | undefined
  readonly endpoints: Endpoints
  /** How it is asked. */
  readonly http: HttpOptions
  /** Aborts what is being fetched, and has nothing fetched any more. */
  close(): void
}

/** What all issuers of a verifier have in common. */
export interface IssuerContext {
  readonly emit: Emit
  readonly keys: KeySettings
  readonly insecureHosts: InsecureHosts
  readonly fetch: FetchLike
  readonly now: () => number
}

/** Gives an issuer its keys and endpoints. Nothing is fetched before somebody asks for them. */
export function activate(
  { issuer, policy, kinds, location, fetch, client }: TrustedIssuer,
  { emit, keys: settings, insecureHosts, fetch: commonFetch, now }: IssuerContext,
): ActiveIssuer {
  const closing = new AbortController()
  const http: HttpOptions = {
    fetch: fetch ?? commonFetch,
    now,
    timeout: settings.timeout,
    maxBytes: settings.maxBytes,
    signal: closing.signal,
  }
  const isDiscovered = location.kind === 'discovery'
  // An issuer that is no URL has no metadata, unless its location is stated.
  const hasMetadata = isDiscovered || issuerFlaw(issuer, insecureHosts) === undefined
  const metadata = hasMetadata
    ? createMetadata({
        issuer,
        emit,
        metadataUrl: isDiscovered ? location.metadataUrl : undefined,
        insecureHosts,
        http,
        staleIfError: settings.staleIfError,
        needsKeys: isDiscovered,
      })
    : undefined
  const { algorithms } = policy
  const keys =
    location.kind === 'static'
      ? createStaticSource(location, { issuer, emit })
      : createRemoteSource({ issuer, emit, algorithms, location, settings, metadata, http })
  return Object.freeze({
    issuer,
    policy,
    kinds,
    keys,
    client,
    endpoints: createEndpoints(metadata, insecureHosts),
    http,
    close() {
      keys.close()
      metadata?.close()
      closing.abort()
    },
  })
}
