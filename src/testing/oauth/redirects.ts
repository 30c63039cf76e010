import { wrongOption } from '../../core/option-checks.ts'
import { isLoopback } from './loopback.ts'

/** Where a browser may be sent with a code, or after a logout. */
export interface Redirects {
  allows(uri: string): boolean
  /** The schemes of the URIs that are listed, such as 'com.example.app:'. */
  readonly schemes: readonly string[]
}

/** @param listed URIs that are allowed as they are, beside all that are on loopback. */
export function createRedirects(listed: readonly string[] = []): Redirects {
  const option = "option 'redirectUris' of serveTestIssuer"
  if (!Array.isArray(listed)) {
    wrongOption(option, "must be a list: redirectUris: ['com.example.app:/callback']")
  }
  for (const uri of listed) {
    if (!isSafe(uri)) {
      wrongOption(option, 'must have absolute URIs alone, without fragment, credentials and code')
    }
  }
  return {
    allows: (uri) => listed.includes(uri) || (isSafe(uri) && isOnLoopback(uri)),
    schemes: [...new Set(listed.map((uri) => new URL(uri).protocol))],
  }
}

/** Whether a URI can be put into a Location header, and runs no code of its own. */
function isSafe(uri: unknown): boolean {
  // The characters of a URI (RFC 3986 section 2) but '#': a redirect URI has no fragment (RFC 6749
  // section 3.1.2).
  if (typeof uri !== 'string' || !/^[\w\-.~:/?[\]@!$&'()*+,;=%]+$/.test(uri)) return false
  if (!URL.canParse(uri)) return false
  const { protocol, username, password } = new URL(uri)
  const runsCode = ['javascript:', 'data:', 'vbscript:', 'blob:'].includes(protocol)
  return !runsCode && username === '' && password === ''
}

function isOnLoopback(uri: string): boolean {
  const { protocol, hostname } = new URL(uri)
  return ['http:', 'https:'].includes(protocol) && isLoopback(hostname)
}

/** The URI with these parameters added to its query. */
export function withParameters(
  uri: string,
  parameters: Readonly<Record<string, string | undefined>>,
): string {
  const given = Object.entries(parameters).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  )
  if (given.length === 0) return uri
  return `${uri}${uri.includes('?') ? '&' : '?'}${new URLSearchParams(given)}`
}
