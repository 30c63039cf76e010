import type { JWK } from 'jose'
import type { Answer } from './answer.ts'
import { answerJson, answerText } from './answer.ts'
import type { OAuthEndpoint } from './oauth/endpoints.ts'
import type { IssuerModel } from './shapes/shape.ts'

/**
 * Which document or endpoint a request asked for. 'other' is everything that the issuer does not
 * serve. The endpoints of OAuth are served over HTTP alone.
 */
export type Endpoint =
  | 'openid-configuration'
  | 'oauth-authorization-server'
  | 'jwks'
  | OAuthEndpoint
  | 'other'

/** Whether the endpoint serves a discovery document. */
export function isMetadata(endpoint: Endpoint): boolean {
  return endpoint === 'openid-configuration' || endpoint === 'oauth-authorization-server'
}

/** What an issuer publishes. */
export interface Publisher {
  readonly metadata: Record<string, unknown>
  readonly jwks: { keys: JWK[] }
}

/** The endpoints of an issuer. */
export interface Endpoints {
  /** The origins on which it has endpoints. */
  readonly origins: readonly string[]
  /** @param location A URL without its query. */
  locate(location: string): Endpoint
  answer(endpoint: Endpoint, method: string): Answer
}

export function createEndpoints(
  { keysAt, metadata }: Pick<IssuerModel, 'keysAt' | 'metadata'>,
  publisher: Publisher,
): Endpoints {
  const locations = new Map<string, Endpoint>([[new URL(keysAt).href, 'jwks']])
  for (const at of [metadata?.at ?? []].flat()) {
    const isOAuth = at.includes('/.well-known/oauth-authorization-server')
    const endpoint = isOAuth ? 'oauth-authorization-server' : 'openid-configuration'
    locations.set(new URL(at).href, endpoint)
  }
  const origins = [...locations.keys()].map((location) => new URL(location).origin)

  return {
    origins: [...new Set(origins)],
    locate: (location) => locations.get(location) ?? 'other',
    answer(endpoint, method) {
      if (method !== 'GET' && method !== 'HEAD') {
        return answerText(405, 'Method not allowed', { allow: 'GET, HEAD' })
      }
      if (isMetadata(endpoint)) return answerJson(publisher.metadata)
      if (endpoint === 'jwks') return answerJson(publisher.jwks)
      return answerText(404, 'Not found')
    },
  }
}
