/**
 * Whether a host name, as `URL` spells it, is this machine (RFC 6761 section 6.3). Names have
 * letters, digits and hyphens alone, because a URL allows characters that mean something in headers.
 */
export function isLoopback(hostname: string): boolean {
  return /^(([a-z0-9-]+\.)*localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
}
