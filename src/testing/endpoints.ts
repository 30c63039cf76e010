import type { JWK } from 'jose'
import { kindOf, wrongOption } from '../core/option-checks.ts'
import type { Answer } from './answer.ts'
import { answerJson, answerText } from './answer.ts'
import type { OAuthEndpoint } from './oauth/endpoints.ts'
import type { IssuerModel } from './shapes/shape.ts'
import type { StatusLists } from './status-lists.ts'

/**
 * Which document or endpoint a request asked for. 'other' is everything that the issuer does not
 * serve. An issuer in this process has the endpoints of OAuth that an API asks: token, userinfo,
 * introspection and revocation. The others are served over HTTP alone.
 */
export type Endpoint =
  | 'openid-configuration'
  | 'oauth-authorization-server'
  | 'jwks'
  | 'status-list'
  | OAuthEndpoint
  | 'other'

const known = {
  '*': true,
  'openid-configuration': true,
  'oauth-authorization-server': true,
  jwks: true,
  'status-list': true,
  authorization: true,
  token: true,
  userinfo: true,
  introspection: true,
  revocation: true,
  'end-session': true,
  other: true,
} as const satisfies Record<Endpoint | '*', true>

/** A misspelt endpoint would never fail, and nobody would ever ask it: a test would prove nothing. */
export function checkEndpoint(what: string, endpoint: Endpoint | '*'): void {
  if (typeof endpoint === 'string' && Object.hasOwn(known, endpoint)) return
  const given = typeof endpoint === 'string' ? `'${endpoint}'` : kindOf(endpoint)
  const fix = `is ${given}, which does not exist: use ${Object.keys(known).join(', ')}`
  wrongOption(`argument 'endpoint' of ${what}`, fix)
}

/** Whether the endpoint serves a discovery document. */
export function isMetadata(endpoint: Endpoint): boolean {
  return endpoint === 'openid-configuration' || endpoint === 'oauth-authorization-server'
}

/** What an issuer publishes. */
export interface Publisher {
  readonly metadata: Record<string, unknown>
  readonly jwks: { keys: JWK[] }
  readonly statusLists: Pick<StatusLists, 'has' | 'answer'>
}

/** The endpoints of an issuer. */
export interface Endpoints {
  /** The origins on which it has endpoints. */
  readonly origins: readonly string[]
  /** The origin of the issuer if it has endpoints there, and otherwise that of its keys. */
  homeOf(issuer: string): string
  /** @param location A URL without its query. */
  locate(location: string): Endpoint
  answer(endpoint: Endpoint, method: string, location: string): Answer
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
  const origins = [...new Set([...locations.keys()].map((location) => new URL(location).origin))]

  return {
    origins,
    homeOf(issuer) {
      const own = URL.canParse(issuer) ? new URL(issuer).origin : ''
      return origins.includes(own) ? own : new URL(keysAt).origin
    },
    locate(location) {
      const isList = publisher.statusLists.has(location)
      return locations.get(location) ?? (isList ? 'status-list' : 'other')
    },
    answer(endpoint, method, location) {
      if (method !== 'GET' && method !== 'HEAD') {
        return answerText(405, 'Method not allowed', { allow: 'GET, HEAD' })
      }
      if (isMetadata(endpoint)) return answerJson(publisher.metadata)
      if (endpoint === 'jwks') return answerJson(publisher.jwks)
      if (endpoint === 'status-list') return publisher.statusLists.answer(location)
      return answerText(404, 'Not found')
    },
  }
}
