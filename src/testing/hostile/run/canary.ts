import type { AddressInfo } from 'node:net'
import type { TestIssuer } from '../../issuer.ts'
import { certifyPem } from '../cases/certificate.ts'

/**
 * A server that the app under test must never call. It serves the attacker's keys, so that an app
 * which follows a URL in a token also accepts the token, and it records every request.
 */
export interface Canary {
  readonly url: string
  /** The requests that arrived over the network, as `GET http://…`. */
  readonly received: readonly string[]
  close(): Promise<void>
}

const discoveryPath = '/.well-known/'

/** Listens on a free loopback port until it is closed. */
export async function startCanary(issuer: TestIssuer): Promise<Canary> {
  const { createServer } = await import('node:http')
  const received: string[] = []
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', url)
    received.push(`${request.method} ${url}${pathname}`)
    response.end(documentAt(pathname))
  })
  // A TLS handshake arrives as a client error, because it is no HTTP. The app called all the same.
  server.on('clientError', (_, socket) => {
    received.push(`a connection to ${url} that is no HTTP`)
    socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  function documentAt(pathname: string): string {
    const attacker = issuer.keys.attacker()
    if (pathname.includes(discoveryPath)) {
      const fakeIssuer = `${url}${pathname.slice(0, pathname.indexOf(discoveryPath))}`
      return JSON.stringify({ issuer: fakeIssuer, jwks_uri: `${fakeIssuer}/jwks` })
    }
    if (pathname.startsWith('/x5u/')) return certifyPem(attacker)
    const underKnownKid = { ...attacker.publicJwk, kid: issuer.keys.current.publicJwk.kid }
    return JSON.stringify({ keys: [attacker.publicJwk, underKnownKid] })
  }

  return {
    url,
    received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
