import type { VerifierOptions } from '../index.ts'

/**
 * The host of an http URL, as an option of a verifier. The verifier refuses a host that may be
 * outside of a development network.
 */
export function insecureHosts(url: string): Pick<VerifierOptions, 'allowInsecureHosts'> {
  if (!url.startsWith('http:') || !URL.canParse(url)) return {}
  const { hostname } = new URL(url)
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  return isLoopback ? {} : { allowInsecureHosts: [hostname] }
}
