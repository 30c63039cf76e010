import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** An answer of a control endpoint. */
export interface ControlAnswer {
  readonly status: number
  readonly body: unknown
}

export function refuse(status: number, error: string): ControlAnswer {
  return { status, body: { error } }
}

/** Who may reach an issuer that can be told to mint, rotate and break. */
export interface AccessRules {
  /** Where the issuer is reached. */
  readonly url: string
  /** What a request must carry as its Bearer token. Undefined: nothing, on loopback alone. */
  readonly secret: string | undefined
}

/** Why a request to a control endpoint is refused before it is looked at. */
export function refusalOf(request: IncomingMessage, rules: AccessRules): ControlAnswer | undefined {
  const { host = '', origin, authorization = '' } = request.headers
  if (!isKnownHost(host, rules)) return refuse(403, 'the Host is not known')
  // A browser sends the Origin with every POST of a page, and says of every request where it is from.
  // A page of another port of this machine is of the same site and still of another origin.
  if (origin !== undefined && ![`http://${host}`, `https://${host}`].includes(origin)) {
    return refuse(403, 'the Origin is not that of the issuer')
  }
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    return refuse(403, 'a page of another origin must not ask')
  }
  if (!hasSecret(authorization.replace(/^Bearer +/i, ''), rules)) {
    return refuse(401, 'the control token is missing or wrong')
  }
  const isJson = /^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')
  const hasBody = request.method === 'POST' || request.method === 'PUT'
  if (hasBody && !isJson) return refuse(415, 'send application/json')
  return undefined
}

const loopbackHost = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/
/** Only a name can be made to stand for another machine. */
const address = /^(\d+(\.\d+){3}|\[[\da-f:.]+\])(:\d+)?$/

/**
 * Whether the request was sent to this issuer. A name of an attacker can be made to stand for a
 * loopback address (DNS rebinding). Then the page of the attacker has the origin of this server, but
 * the Host is still that name.
 */
export function isKnownHost(host: string, { url, secret }: AccessRules): boolean {
  if (loopbackHost.test(host)) return true
  if (secret === undefined) return false
  return address.test(host) || host === new URL(url).host
}

/** Whether this is the secret, or none is wanted. */
export function hasSecret(given: string, { secret }: AccessRules): boolean {
  return secret === undefined || isSame(given, secret)
}

/** Compares in a time that does not tell how much of it is right. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
