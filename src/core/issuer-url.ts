import type { InsecureHosts } from './insecure-hosts.ts'
import { isLoopback } from './insecure-hosts.ts'

/**
 * Why a text is not an issuer identifier (RFC 8414 section 2: https, no query, no fragment), or
 * undefined if it is one. An identifier is never normalised: `https://a.test` and `https://a.test/`
 * are two issuers.
 */
export function issuerFlaw(issuer: unknown, insecureHosts: InsecureHosts): string | undefined {
  if (typeof issuer !== 'string' || issuer === '') return 'must be a non-empty string'
  if (template.test(issuer)) return `is a template: ${manyTenants}`
  const flaw = mistakeIn(issuer) ?? urlFlaw(issuer, insecureHosts)
  if (flaw !== undefined) return flaw
  if (issuer.includes('?')) return 'must have no query'
  if (issuer.length > longestIssuer) return `must have at most ${longestIssuer} characters`
  return standsForTenants(issuer) ? `stands for many tenants: ${manyTenants}` : undefined
}

/** What stands for many: a part in braces, or a wildcard in the place of a host. */
const template = /[{}]|^https?:\/\/[^/]*\*/
const manyTenants =
  'each tenant is an issuer of its own. Name yours, or give a function that gives the options of each tenant that you trust (an issuer resolver)'

/** What somebody has written in place of an issuer. */
function mistakeIn(text: string): string | undefined {
  if (text.split(/[\s,;]+/).filter((part) => /^https?:\/\//.test(part)).length > 1) {
    return "is several issuers in one string: write a list, ['https://…', 'https://…']"
  }
  const [document] =
    /\/\.well-known\/(openid-configuration|oauth-authorization-server)/.exec(text) ?? []
  return (
    document &&
    `is the address of a metadata document: leave out '${document}', so that it is what tokens name as their iss. Where the document stands elsewhere, give its address as metadataUrl`
  )
}

/** Characters. */
const longestIssuer = 1024

/**
 * Whether a text may be an `iss` of whatever form (RFC 7519 section 4.1.1: StringOrURI), of an
 * issuer whose keys are known otherwise, so that nothing is fetched from what the text names. What
 * looks like a mistake may not: white space, a template, a password, a name for all tenants, the
 * address of a document.
 */
export function isIdentifier(issuer: unknown): issuer is string {
  if (typeof issuer !== 'string' || issuer.length > longestIssuer) return false
  const isPrintable = /^[\x21-\x7e]+$/.test(issuer) && !template.test(issuer)
  const isMistake = mistakeIn(issuer) !== undefined || standsForTenants(issuer)
  return isPrintable && !hasUserInfo(issuer) && !isMistake
}

/**
 * The metadata of Entra ID at these paths names a template as its issuer, while tokens name the
 * tenant. To accept the template would accept the tokens of every tenant (OIDC Discovery section
 * 4.3).
 */
function standsForTenants(issuer: string): boolean {
  const path = URL.canParse(issuer) ? new URL(issuer).pathname : `/${issuer}`
  return /^\/(common|organizations|consumers)(\/|$)/.test(path)
}

/** Why a text is not a URL that keys or metadata may be fetched from, or undefined if it is one. */
export function urlFlaw(url: unknown, insecureHosts: InsecureHosts): string | undefined {
  // URL() reads `https:host` as `https://host`: what was checked would not be what was written.
  if (typeof url !== 'string' || !/^[a-z]+:\/\/[^/]/.test(url) || !URL.canParse(url)) {
    return 'must be an absolute https URL'
  }
  if (/[^\x21-\x7e]|\\/.test(url)) return 'must hold no whitespace, control or non-ASCII character'
  if (hasUserInfo(url)) return 'must hold no user name or password'
  const { protocol, hostname } = new URL(url)
  if (url.includes('#')) return 'must have no fragment'
  if (protocol === 'https:') return undefined
  if (protocol !== 'http:') return 'must be an https URL'
  if (insecureHosts.has(hostname)) return undefined
  return isLoopback(hostname)
    ? 'must be an https URL (or, for development and tests on this machine, set allowInsecureLoopback: true)'
    : 'must be an https URL (or, on a development network, name its host in allowInsecureHosts)'
}

/**
 * Whether there is something before the host (RFC 3986 section 3.2.1), if only an `@`. In a path or
 * a query, `@` is a character like any other.
 */
function hasUserInfo(url: string): boolean {
  return /^[^/?#]*\/\/[^/?#]*@/.test(url)
}

/**
 * URL() writes every IPv4 address as four decimal numbers, also one that was given as 0x7f000001.
 */
const ipv4 = /^\d+\.\d+\.\d+\.\d+$/

/** Addresses that are not public (RFC 6890), in the form in which URL() writes them. */
const privateIPv4 =
  /^(0|10|127|169\.254|192\.168|192\.0\.0|172\.(1[6-9]|2\d|3[01])|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])|198\.1[89]|22[4-9]|2[3-5]\d)\./
const privateIPv6 = /^\[(::|64:ff9b:|f[cdef])/

/**
 * Whether a URL names a host of the internal network by its address or as localhost (RFC 8725bis
 * section 3.10). A name such as `10.keys.example.com` is no address, and what it stands for is the
 * issuer's business.
 */
export function isPrivateAddress(url: string): boolean {
  const host = new URL(url).hostname.replace(/\.$/, '')
  if (ipv4.test(host)) return privateIPv4.test(host)
  return /(^|\.)localhost$/.test(host) || privateIPv6.test(host)
}
