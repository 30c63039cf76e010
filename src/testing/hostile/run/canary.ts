import type { AddressInfo } from 'node:net'
import type { TestIssuer } from '../../issuer.ts'
import { certifyPem } from '../cases/certificate.ts'

/** A server that serves the attacker's keys, and notes whoever comes for them. */
export interface Canary {
  readonly url: string
  /** What was asked for, by way of the network. */
  readonly heard: readonly string[]
  close(): Promise<void>
}

const discovery = '/.well-known/'

/** Listens on loopback until it is closed. */
export async function openCanary(issuer: TestIssuer): Promise<Canary> {
  const { createServer } = await import('node:http')
  const heard: string[] = []
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', url)
    heard.push(`${request.method} ${url}${pathname}`)
    response.end(documentAt(pathname))
  })
  // A TLS handshake is no HTTP, and heard all the same.
  server.on('clientError', (_, socket) => {
    heard.push(`a connection to ${url} that is no HTTP`)
    socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  function documentAt(pathname: string): string {
    const attacker = issuer.keys.attacker()
    if (pathname.includes(discovery)) {
      const owner = `${url}${pathname.slice(0, pathname.indexOf(discovery))}`
      return JSON.stringify({ issuer: owner, jwks_uri: `${owner}/jwks` })
    }
    if (pathname.startsWith('/x5u/')) return certifyPem(attacker)
    const known = { ...attacker.publicJwk, kid: issuer.keys.current.publicJwk.kid }
    return JSON.stringify({ keys: [attacker.publicJwk, known] })
  }

  return {
    url,
    heard,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
