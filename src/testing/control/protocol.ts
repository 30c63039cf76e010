import type { Endpoint } from '../endpoints.ts'
import type { FaultRecipe } from '../fault.ts'

/** The path of the control endpoints of a test issuer that answers over HTTP. */
export const controlPath = '/_test'

/** How an issuer introduces itself. */
export interface Introduction {
  readonly tollgate: 'development issuer'
  /** The `iss` of its tokens. */
  readonly issuer: string
  readonly audience: string | readonly string[]
  /** How often its keys were fetched. */
  readonly keyFetches: number
}

export function isIntroduction(body: unknown): body is Introduction {
  const { tollgate, issuer } = (body ?? {}) as Partial<Introduction>
  return tollgate === 'development issuer' && typeof issuer === 'string'
}

/** The private JWKs of an issuer, the one that signs first. */
export interface PrivateKeys {
  readonly keys: readonly object[]
}

/** A key, without its numbers. */
export interface KeyState {
  readonly kid: string
  readonly alg: string
  readonly published: boolean
  /** Whether it signs by default. */
  readonly signs: boolean
}

/** A fault that an endpoint has. */
export interface FaultState {
  /** What ends it. */
  readonly id: number
  readonly endpoint: Endpoint | '*'
  readonly name: string
  /** Absent for all requests. */
  readonly times?: number
  readonly after: number
}

/** Which fault an endpoint is given. */
export interface FaultRequest {
  readonly endpoint: Endpoint | '*'
  readonly fault: FaultRecipe
  readonly times?: number
  readonly after?: number
}

/**
 * One request that reached the issuer. It has no headers, because they hold the secrets of clients.
 */
export interface RemoteRequest {
  readonly endpoint: Endpoint
  readonly method: string
  readonly url: string
  /** Milliseconds since the epoch, by the issuer's clock. */
  readonly at: number
}

/** The log of requests, or the end of it. */
export interface RequestList {
  /** How many requests there were since the log was emptied. */
  readonly total: number
  readonly requests: readonly RemoteRequest[]
}

/** All that changes in an issuer. */
export interface IssuerState extends RequestList {
  readonly keys: readonly KeyState[]
  readonly faults: readonly FaultState[]
  /** Milliseconds since the epoch, by the issuer's clock. */
  readonly now: number
}
