import type { JWK } from 'jose'
import { wrongOption } from '../core/option-checks.ts'
import type { Answer } from './answer.ts'
import { answerJson, answerText } from './answer.ts'

/** Which document a request asked for. 'other' is everything that the issuer does not serve. */
export type Endpoint = 'openid-configuration' | 'oauth-authorization-server' | 'jwks' | 'other'

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
  readonly origin: string
  /** The discovery document, without the members that the caller adds. */
  metadata(algorithms: readonly string[]): Record<string, unknown>
  locate(pathname: string): Endpoint
  answer(endpoint: Endpoint, method: string): Answer
}

/** @param url The identifier of the issuer. */
export function createEndpoints(url: string, publisher: Publisher): Endpoints {
  const { origin, pathname } = readIssuerUrl(url)
  // A slash at the end of the identifier is removed before /.well-known is added (RFC 8414 section
  // 3.1, OpenID Connect Discovery section 4.1).
  const path = pathname.replace(/\/$/, '')
  const base = `${origin}${path}`
  const locations = new Map<string, Endpoint>([
    [`${path}/.well-known/openid-configuration`, 'openid-configuration'],
    [`/.well-known/openid-configuration${path}`, 'openid-configuration'],
    [`/.well-known/oauth-authorization-server${path}`, 'oauth-authorization-server'],
    [`${path}/jwks`, 'jwks'],
  ])

  return {
    origin,
    metadata: (algorithms) => ({
      issuer: url,
      authorization_endpoint: `${base}/authorize`,
      token_endpoint: `${base}/token`,
      userinfo_endpoint: `${base}/userinfo`,
      jwks_uri: `${base}/jwks`,
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'client_credentials'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: algorithms,
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'none'],
      code_challenge_methods_supported: ['S256'],
    }),
    locate: (requested) => locations.get(requested) ?? 'other',
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

function readIssuerUrl(url: string): URL {
  // An issuer identifier has no query and no fragment (RFC 8414 section 2).
  if (/^https?:\/\/[^?#@]+$/.test(url) && URL.canParse(url)) return new URL(url)
  return wrongOption(
    "option 'url' of the test issuer",
    'must be an http or https URL without credentials, query or fragment',
  )
}
