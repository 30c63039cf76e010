import { isIP } from 'node:net'
import { connect } from 'node:tls'
import type { Finding } from './finding.ts'
import { advice, good, wrong } from './finding.ts'

/** What a TLS handshake shows. */
export interface Handshake {
  /** Why the certificate is not trusted, if it is not. */
  readonly flaw: string | undefined
  readonly protocol: string | null
  /** Milliseconds since the epoch. */
  readonly validTo: number
}

/** Undefined if there is no handshake at all. */
export function shakeHands({ hostname, port }: URL): Promise<Handshake | undefined> {
  const host = hostname.replace(/^\[|\]$/g, '')
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: Number(port || 443),
      // The certificate is only looked at. Nothing is sent.
      rejectUnauthorized: false,
      ...(isIP(host) === 0 && { servername: host }),
    })
    const finish = (handshake?: Handshake): void => {
      socket.destroy()
      resolve(handshake)
    }
    socket.setTimeout(5000, () => finish())
    socket.on('error', () => finish())
    socket.on('secureConnect', () => {
      const { authorized, authorizationError } = socket
      finish({
        flaw: authorized ? undefined : String(authorizationError),
        protocol: socket.getProtocol(),
        validTo: Date.parse(socket.getPeerCertificate().valid_to),
      })
    })
  })
}

/** Days. Certificates that are renewed by a program have more left. */
const soon = 14

/** @param now Milliseconds since the epoch. */
export function judgeTls(handshake: Handshake | undefined, now: number): Finding {
  if (handshake === undefined) {
    return wrong('tls', 'there is no TLS connection', 'check host, port and firewall')
  }
  const { flaw, protocol, validTo } = handshake
  const days = Math.floor((validTo - now) / 86_400_000)
  const says = `${protocol}, certificate valid for ${days} more days`
  if (flaw !== undefined) {
    return wrong(
      'tls',
      `the certificate is not trusted (${flaw})`,
      'have the issuer send its whole chain, or name your own authority to Node: NODE_EXTRA_CA_CERTS',
    )
  }
  return days < soon ? advice('tls', says, 'renew the certificate') : good('tls', says)
}
