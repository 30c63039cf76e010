import type { Answer } from './answer.ts'
import { answerText } from './answer.ts'
import type { Endpoint } from './endpoints.ts'
import { isLoopback } from './oauth/loopback.ts'

/** Which names the issuer answers to, and which web pages may call it. */
export interface CrossOriginPolicy {
  /**
   * The answer to a request that is not for this issuer, or comes from a foreign page, else
   * undefined. A page of somebody else could get tokens of any user: by a POST of its own, or after
   * its name has been made to point to this machine (DNS rebinding).
   */
  refusal(headers: Headers, endpoint: Endpoint): Answer | undefined
  /** The answer to a CORS preflight request, else undefined. */
  preflight(method: string, endpoint: Endpoint, headers: Headers): Answer | undefined
  /** The headers of an answer that let pages read it, where they may. */
  headersOf(endpoint: Endpoint): Readonly<Record<string, string>>
}

/**
 * Endpoints that browser apps call by fetch. Browsers are sent to the others (RFC 9700 section 2.6).
 */
const callable: readonly Endpoint[] = [
  'openid-configuration',
  'oauth-authorization-server',
  'jwks',
  'token',
  'userinfo',
  'introspection',
  'revocation',
]

/** Endpoints that an API calls. They make no token, and show nothing that is secret. */
const calledByApis: readonly Endpoint[] = [
  'openid-configuration',
  'oauth-authorization-server',
  'jwks',
  'introspection',
]

/**
 * The names that other containers have for this one: of one label, or below the reserved `internal`.
 * No public DNS server knows them, so no page of somebody else has such a name.
 */
const containerName = /^(?:[a-z\d_-]+|(?:[a-z\d_-]+\.)+internal)(?::\d+)?$/

// Requests of other origins are refused, so this lets in no page that the policy does not.
const allowed = { 'access-control-allow-origin': '*', vary: 'Origin' } as const

/**
 * @param base The URL of the issuer.
 * @param redirectUris Where clients are, beside loopback.
 */
export function createCrossOriginPolicy(
  base: string,
  redirectUris: readonly string[] = [],
): CrossOriginPolicy {
  const own = new URL(base).hostname
  const origins = redirectUris.map((uri) => new URL(uri).origin).filter((one) => one !== 'null')

  function isOwn(url: string): boolean {
    if (!/^https?:/.test(url) || !URL.canParse(url)) return false
    const { hostname } = new URL(url)
    return hostname === own || isLoopback(hostname)
  }

  /** Whether another container asks, for which the issuer may have another name than for browsers. */
  function isForApi(host: string, endpoint: Endpoint): boolean {
    return calledByApis.includes(endpoint) && containerName.test(host)
  }

  return {
    refusal(headers, endpoint) {
      const [host, origin] = [headers.get('host'), headers.get('origin')]
      if (host === null || !(isOwn(`http://${host}`) || isForApi(host, endpoint))) {
        return answerText(421, 'The Host of the request is not this issuer')
      }
      if (origin !== null && !origins.includes(origin) && !isOwn(origin)) {
        return answerText(403, 'Pages of this origin must not call the issuer')
      }
      return undefined
    },
    preflight(method, endpoint, headers) {
      const isPreflight = method === 'OPTIONS' && headers.has('access-control-request-method')
      if (!isPreflight || !callable.includes(endpoint)) return undefined
      return answerText(204, '', {
        ...allowed,
        'access-control-allow-methods': 'GET, HEAD, POST',
        // The star does not stand for Authorization (Fetch Standard, CORS-preflight fetch).
        'access-control-allow-headers': 'Authorization, *',
        'access-control-max-age': '600',
      })
    },
    headersOf: (endpoint) =>
      callable.includes(endpoint)
        ? { ...allowed, 'access-control-expose-headers': 'WWW-Authenticate' }
        : {},
  }
}
