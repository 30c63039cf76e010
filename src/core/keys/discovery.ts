import { isPrivateAddress, urlFlaw } from '../issuer-url.ts'
import type { Downloaded, DownloadOptions } from './download.ts'
import { download } from './download.ts'
import type { Loaded } from './lifecycle.ts'
import { LoadError, saysNotHere } from './load-error.ts'

export interface DiscoveryOptions {
  readonly issuer: string
  readonly metadataUrl: string | undefined
  readonly allowInsecureLoopback: boolean
  readonly download: DownloadOptions
}

/** Finds the issuer's `jwks_uri`. The place that answered is asked first the next time. */
export function createDiscovery(options: DiscoveryOptions): () => Promise<Loaded<string>> {
  let places = options.metadataUrl ? [options.metadataUrl] : wellKnownPlaces(options.issuer)

  return async function discover() {
    for (const place of places) {
      const found = await tryPlace(place, place === places.at(-1))
      if (found === undefined) continue
      places = [place, ...places.filter((other) => other !== place)]
      return checkMetadata(found, place, options)
    }
    throw new LoadError('no metadata')
  }

  async function tryPlace(place: string, isLast: boolean): Promise<Downloaded | undefined> {
    try {
      return await download(place, options.download)
    } catch (error) {
      if (!isLast && saysNotHere(error)) return undefined
      throw error
    }
  }
}

/** OIDC Discovery section 4 appends to the issuer's path; RFC 8414 section 3.1 inserts before it, both ways. */
function wellKnownPlaces(issuer: string): string[] {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  const places = [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
  ]
  return [...new Set(places)]
}

function checkMetadata(
  { body, maxAge }: Downloaded,
  place: string,
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
  if (isPrivateAddress(uri) && new URL(uri).hostname !== new URL(place).hostname) {
    throw new LoadError('jwks_uri at a private address')
  }
  return { value: uri, maxAge }
}
