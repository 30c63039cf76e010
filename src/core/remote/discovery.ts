import { isPrivateAddress, urlFlaw } from '../issuer-url.ts'
import type { Loaded } from './attempts.ts'
import type { HttpJson, HttpJsonOptions } from './http-json.ts'
import { fetchJson } from './http-json.ts'
import { isNotFound, LoadError } from './load-error.ts'

export interface DiscoveryOptions {
  readonly issuer: string
  readonly metadataUrl: string | undefined
  readonly allowInsecureLoopback: boolean
  readonly http: HttpJsonOptions
}

/** Finds the issuer's `jwks_uri`. The location that answered is asked first the next time. */
export function createDiscovery(options: DiscoveryOptions): () => Promise<Loaded<string>> {
  let locations = options.metadataUrl ? [options.metadataUrl] : wellKnownLocations(options.issuer)

  return async function discover() {
    for (const location of locations) {
      const found = await tryLocation(location, location === locations.at(-1))
      if (found === undefined) continue
      locations = [location, ...locations.filter((other) => other !== location)]
      return checkMetadata(found, location, options)
    }
    throw new LoadError('no metadata')
  }

  async function tryLocation(location: string, isLast: boolean): Promise<HttpJson | undefined> {
    try {
      return await fetchJson(location, options.http)
    } catch (error) {
      if (!isLast && isNotFound(error)) return undefined
      throw error
    }
  }
}

/**
 * OIDC Discovery section 4 appends to the issuer's path; RFC 8414 section 3.1 inserts before it,
 * both ways.
 */
function wellKnownLocations(issuer: string): string[] {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  const locations = [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
  ]
  return [...new Set(locations)]
}

function checkMetadata(
  { body }: HttpJson,
  location: string,
  { issuer, allowInsecureLoopback }: DiscoveryOptions,
): Loaded<string> {
  const document = body as { issuer?: unknown; jwks_uri?: unknown } | null
  // RFC 8414 section 3.3: identical, or not to be used.
  if (document?.issuer !== issuer) {
    const other = document?.issuer
    const slash = other === `${issuer}/` || `${String(other)}/` === issuer
    throw new LoadError(
      slash
        ? 'metadata names another issuer: a trailing slash differs'
        : 'metadata names another issuer',
    )
  }
  const jwksUri = document.jwks_uri
  if (urlFlaw(jwksUri, allowInsecureLoopback) !== undefined)
    throw new LoadError('unusable jwks_uri')
  const uri = jwksUri as string
  // A document must not point this server at its own network, unless it is there already.
  if (isPrivateAddress(uri) && new URL(uri).hostname !== new URL(location).hostname) {
    throw new LoadError('jwks_uri at a private address')
  }
  // Metadata is kept for an hour, whatever `Cache-Control` says: some servers send `no-store` with
  // every answer.
  return { value: uri, maxAge: undefined }
}
