import { printable } from '../events.ts'
import type { InsecureHosts } from '../insecure-hosts.ts'
import { isPrivateAddress, urlFlaw } from '../issuer-url.ts'
import { own } from '../own-members.ts'
import type { Loaded } from './attempts.ts'
import type { HttpJson } from './documents.ts'
import { fetchJson } from './documents.ts'
import type { HttpOptions } from './http.ts'
import { atLocation, LoadError } from './load-error.ts'

export interface DiscoveryOptions {
  readonly issuer: string
  readonly metadataUrl: string | undefined
  readonly insecureHosts: InsecureHosts
  readonly http: HttpOptions
  /** Whether a document that says nowhere where the keys are is of no use. */
  readonly needsKeys: boolean
}

/** What an issuer says of itself (RFC 8414 section 2). */
export interface Metadata {
  /** Where its keys are; undefined only where they are not needed. */
  readonly jwksUri: string | undefined
  readonly location: string
  /** The whole document, in which nothing is checked but its issuer. */
  readonly document: object
}

/** Reads the issuer's metadata. The location that answered is asked first the next time. */
export function createDiscovery(options: DiscoveryOptions): () => Promise<Loaded<Metadata>> {
  let locations = options.metadataUrl ? [options.metadataUrl] : wellKnownLocations(options.issuer)

  return async function discover() {
    const errors: LoadError[] = []
    for (const location of locations) {
      const found = await tryLocation(location, errors)
      if (found === undefined) continue
      locations = [location, ...locations.filter((other) => other !== location)]
      return checkMetadata(found, location, options)
    }
    throw allOf(errors)
  }

  /** The document at a location; undefined if it is not there, and the next one may have it. */
  async function tryLocation(location: string, errors: LoadError[]): Promise<HttpJson | undefined> {
    try {
      const found = await fetchJson(location, options.http)
      if (typeof own(found.body, 'issuer') === 'string') return found
      throw atLocation(new LoadError('no metadata', { answered: true }), location)
    } catch (error) {
      if (!(error instanceof LoadError)) throw error
      errors.push(error)
      if (leadsOn(error)) return undefined
      throw allOf(errors)
    }
  }
}

/**
 * Whether the next location is asked after this error: there was an answer, but no document, or one
 * that is too large to be read. A server that is overloaded or broken (408, 429, 5xx) may have the
 * document, and so may one that does not answer.
 */
function leadsOn({ details: { answered = false, status = 0 } }: LoadError): boolean {
  return answered && status < 500 && status !== 408 && status !== 429
}

/** One error that tells what every location answered: often only one of them says what is wrong. */
function allOf(errors: readonly LoadError[]): LoadError {
  const details = errors.at(-1)?.details
  return new LoadError(errors.map(({ message }) => message).join('; '), details)
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
  { issuer, metadataUrl, insecureHosts, needsKeys }: DiscoveryOptions,
): Loaded<Metadata> {
  // RFC 8414 section 3.3: identical, or not to be used. AD FS has another `iss` in access tokens
  // than in ID tokens, and names both; only where the configuration states the location does a
  // document decide that.
  const members = metadataUrl === undefined ? ['issuer'] : ['issuer', 'access_token_issuer']
  const named = members.map((name) => own(body, name)).filter((one) => typeof one === 'string')
  if (!named.includes(issuer)) {
    const slash = named.some((one) => one === `${issuer}/` || `${one}/` === issuer)
    const others = named.map((one) => `'${printable(one, 100)}'`).join(' and ')
    const what = `metadata names another issuer, ${others}`
    const why = slash ? `${what}: a trailing slash differs,` : what
    throw atLocation(new LoadError(why), location)
  }
  const metadata = { location, document: body as object }
  const jwksUri = needsKeys ? urlIn(metadata, 'jwks_uri', 'jwksUri', insecureHosts) : undefined
  // Metadata is kept for an hour, whatever `Cache-Control` says: some servers send `no-store` with
  // every answer.
  return { value: { ...metadata, jwksUri }, maxAge: undefined }
}

/**
 * A URL that the metadata names and that may be asked.
 *
 * @param option The option that states it otherwise.
 * @throws LoadError if there is none.
 */
export function urlIn(
  { document, location }: Pick<Metadata, 'document' | 'location'>,
  member: string,
  option: string | undefined,
  insecureHosts: InsecureHosts,
): string {
  const refused = (why: string): LoadError => atLocation(new LoadError(why), location)
  const url = own(document, member)
  if (url === undefined) throw refused(`no ${member} in the metadata`)
  // What came by https must not lead to keys that whoever is in between could replace.
  const cameByHttp = location.startsWith('http:')
  const hosts = cameByHttp ? insecureHosts : noHosts
  const flaw = urlFlaw(url, hosts)
  if (flaw !== undefined) {
    // Which option would allow it is only told where that option counts.
    const why = cameByHttp ? flaw : flaw.replace(/ \(.*/, '')
    throw refused(`unusable ${member}: it ${why},`)
  }
  // A document must not point this server at its own network, unless it is there already, or the
  // host was named for that.
  const host = hostOf(url as string)
  if (isPrivateAddress(url as string) && host !== hostOf(location) && !hosts.has(host)) {
    const fix = option === undefined ? '' : ` (if it is right, state it as '${option}')`
    throw refused(`${member} at a private address${fix}`)
  }
  return url as string
}

const noHosts: InsecureHosts = new Set()

function hostOf(url: string): string {
  return new URL(url).hostname
}
