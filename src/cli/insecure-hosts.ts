import type { VerifierOptions } from '../index.ts'

/** Whether `allowInsecureLoopback` covers a host. */
export function isLoopback(hostname: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
}

/**
 * The host of an http URL, as an option of a verifier. The verifier refuses a host that may be
 * outside of a development network.
 */
export function insecureHosts(url: string): Pick<VerifierOptions, 'allowInsecureHosts'> {
  if (!url.startsWith('http:') || !URL.canParse(url)) return {}
  const { hostname } = new URL(url)
  return isLoopback(hostname) ? {} : { allowInsecureHosts: [hostname] }
}
