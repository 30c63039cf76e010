/**
 * Why a text is not an issuer identifier (RFC 8414 section 2: https, no query, no fragment), or undefined if it is one.
 * It is never normalised: `https://a.test` and `https://a.test/` are two issuers.
 */
export function issuerFlaw(issuer: unknown, allowLoopback: boolean): string | undefined {
  if (typeof issuer !== 'string' || issuer === '') return 'must be a non-empty string'
  if (/[{}]/.test(issuer)) return 'is a template: list each tenant as an issuer of its own'
  const flaw = urlFlaw(issuer, allowLoopback)
  if (flaw !== undefined) return flaw
  if (issuer.includes('?')) return 'must have no query'
  // Entra ID: tokens carry the tenant's own issuer, and these documents a template (OIDC Discovery section 4.3).
  if (/^\/(common|organizations|consumers)(\/|$)/.test(new URL(issuer).pathname)) {
    return 'stands for many tenants: list each tenant as an issuer of its own'
  }
  return undefined
}

/** Why a text is not a URL that keys or metadata may be fetched from, or undefined if it is one. */
export function urlFlaw(url: unknown, allowLoopback: boolean): string | undefined {
  if (typeof url !== 'string' || !URL.canParse(url)) return 'must be an absolute https URL'
  // URL() would drop these, and what was checked would not be what was written.
  if (/[^\x21-\x7e]|\\/.test(url)) return 'must hold no whitespace, control or non-ASCII character'
  const { protocol, hostname, username, password } = new URL(url)
  if (username !== '' || password !== '' || url.includes('@'))
    return 'must hold no user name or password'
  if (url.includes('#')) return 'must have no fragment'
  if (protocol === 'https:') return undefined
  if (protocol !== 'http:') return 'must be an https URL'
  if (!isLoopback(hostname)) return 'must be an https URL'
  return allowLoopback
    ? undefined
    : 'must be an https URL (or set allowInsecureLoopback: true in tests)'
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]'
}

/** Whether a URL names a host by an address that is not public (RFC 8725bis section 3.10). */
export function isPrivateAddress(url: string): boolean {
  const { hostname } = new URL(url)
  return (
    hostname === 'localhost' ||
    /^(0|10|127|192\.168|169\.254|172\.(1[6-9]|2\d|3[01])|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./.test(
      hostname,
    ) ||
    /^\[(::|f[cd]|fe[89ab])/.test(hostname)
  )
}
