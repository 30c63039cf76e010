import type { Client } from '../client/client-options.ts'
import type { Emit } from '../events.ts'
import type { InsecureHosts } from '../insecure-hosts.ts'
import type { Introspection } from '../introspection/introspection.ts'
import { createIntrospection } from '../introspection/introspection.ts'
import type { IntrospectionSettings } from '../introspection/introspection-options.ts'
import { issuerFlaw } from '../issuer-url.ts'
import type { DecryptionSettings } from '../jwt/decryption-options.ts'
import type { IssuerPolicies } from '../jwt/token-kinds.ts'
import { policiesOf } from '../jwt/token-kinds.ts'
import type { KeySettings } from '../keys/remote.ts'
import { createRemoteSource } from '../keys/remote.ts'
import type { KeyLocation, KeySource } from '../keys/source.ts'
import { createStaticSource } from '../keys/static.ts'
import type { FetchLike, HttpOptions } from '../remote/http.ts'
import { createMetadata } from '../remote/metadata.ts'
import type { StatusLists } from '../status/lists.ts'
import { createStatusLists } from '../status/lists.ts'
import type { Endpoints } from './endpoints.ts'
import { createEndpoints, statedEndpoint } from './endpoints.ts'

/** An issuer whose tokens are accepted, as the configuration states it. */
export interface TrustedIssuer extends IssuerPolicies {
  readonly issuer: string
  readonly location: KeyLocation
  /** Fetches its metadata and keys, in the place of the verifier's. */
  readonly fetch: FetchLike | undefined
  /** This API as a client of the issuer. */
  readonly client: Client | undefined
  /** How it is asked about its tokens. */
  readonly introspection: IntrospectionSettings | undefined
  /** How its tokens may be encrypted; undefined if they are not. */
  readonly decryption: DecryptionSettings | undefined
  /** Where its status lists may be; undefined where they are not asked. */
  readonly statusOrigins: readonly string[] | undefined
}

/** A trusted issuer with its live keys, and what is needed to ask it for more. */
export interface ActiveIssuer extends IssuerPolicies {
  readonly issuer: string
  readonly keys: KeySource
  readonly client: Client | undefined
  /** Undefined where they are not asked. */
  readonly statusLists: StatusLists | undefined
  readonly endpoints: Endpoints
  readonly introspection: Introspection | undefined
  /** How it is asked. */
  readonly http: HttpOptions
  readonly decryption: DecryptionSettings | undefined
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
  trusted: TrustedIssuer,
  { emit, keys: settings, insecureHosts, fetch: commonFetch, now }: IssuerContext,
): ActiveIssuer {
  const { issuer, policy, kinds, location, fetch, client, decryption, statusOrigins } = trusted
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
  const endpoints = createEndpoints(metadata, insecureHosts)
  const introspection = activateIntrospection(trusted, { emit, http, keys, endpoints })
  const { clockTolerance } = policy
  const statusLists =
    statusOrigins &&
    createStatusLists({
      issuer,
      emit,
      signer: { policy, keys },
      http,
      clockTolerance,
      places: { origins: statusOrigins, insecureHosts },
    })
  return Object.freeze({
    issuer,
    policy,
    kinds,
    keys,
    client,
    statusLists,
    endpoints,
    introspection,
    decryption,
    http,
    close() {
      keys.close()
      statusLists?.close()
      metadata?.close()
      closing.abort()
    },
  })
}

function activateIntrospection(
  { issuer, policy, kinds, introspection: settings }: TrustedIssuer,
  {
    emit,
    http,
    keys,
    endpoints,
  }: Pick<ActiveIssuer, 'http' | 'keys' | 'endpoints'> & { emit: Emit },
): Introspection | undefined {
  if (settings === undefined) return undefined
  const { client, endpoint } = settings
  const { algorithms, clockTolerance } = policy
  const audience = [client.id, ...policiesOf({ policy, kinds }).flatMap((one) => one.audience)]
  return createIntrospection(settings, {
    issuer,
    emit,
    http,
    async findEndpoint() {
      if (endpoint !== undefined) return statedEndpoint(endpoint)
      return endpoints.find('introspection_endpoint')
    },
    signed: { audience, algorithms, clockTolerance, keys },
  })
}
