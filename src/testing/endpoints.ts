import type { JWK } from 'jose'
import type { Answer } from './answer.ts'
import { answerJson, answerText } from './answer.ts'

/** What a request was for; 'other' is everything the issuer does not serve. */
export type Endpoint = 'openid-configuration' | 'oauth-authorization-server' | 'jwks' | 'other'

/** The endpoints that serve a discovery document. */
export function isMetadata(endpoint: Endpoint): boolean {
  return endpoint === 'openid-configuration' || endpoint === 'oauth-authorization-server'
}

/** What an issuer publishes. */
export interface Publisher {
  readonly metadata: Record<string, unknown>
  readonly jwks: { keys: JWK[] }
}

/** The endpoints of an issuer, whose identifier is `url`. */
export interface Endpoints {
  readonly origin: string
  /** The discovery document, without the caller's own members. */
  metadata(algorithms: readonly string[]): Record<string, unknown>
  locate(pathname: string): Endpoint
  answer(endpoint: Endpoint, method: string): Answer
}

export function createEndpoints(url: string, publisher: Publisher): Endpoints {
  const { origin, pathname } = readIssuerUrl(url)
  // RFC 8414 §3.1, OIDC Discovery §4: a terminating slash goes before /.well-known is put in.
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
  // RFC 8414 §2: no query and no fragment.
  if (/^https?:\/\/[^?#@]+$/.test(url) && URL.canParse(url)) return new URL(url)
  throw new TypeError(
    'url must be an http or https URL without credentials, query or fragment: it is the `iss` of the tokens.',
  )
}
