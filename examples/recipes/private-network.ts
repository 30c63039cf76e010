import { readFileSync } from 'node:fs'
import type { FetchLike, VerifierOptions } from 'tollgate'
import type { Dispatcher } from 'undici'
import { Agent, ProxyAgent, fetch as undiciFetch } from 'undici'

/** Fetches by way of an HTTP proxy, such as `http://user:password@proxy.internal:3128`. */
export function viaProxy(proxy: string): FetchLike {
  return by(new ProxyAgent(proxy))
}

/** Trusts the certificate authority of a private network, and no public one. */
export function trusting(caFile: string): FetchLike {
  return by(new Agent({ connect: { ca: readFileSync(caFile) } }))
}

/** Both: the proxy passes the bytes on, and the certificate is that of the issuer. */
export function viaProxyTrusting(proxy: string, caFile: string): FetchLike {
  return by(new ProxyAgent({ uri: proxy, requestTls: { ca: readFileSync(caFile) } }))
}

/** One dispatcher for all requests, because it keeps connections open. */
function by(dispatcher: Dispatcher): FetchLike {
  // The fetch of the same undici: that of Node may not take a dispatcher of another version.
  return (url, init) => undiciFetch(url, { ...init, dispatcher })
}

/** For `createAuth`. An issuer may also have a `fetch` of its own. */
export const behindProxy = {
  issuer: 'https://login.example.com',
  audience: 'https://api.example.com',
  fetch: viaProxy('http://proxy.internal:3128'),
} satisfies VerifierOptions
