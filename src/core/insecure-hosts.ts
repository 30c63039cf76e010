import { checkDistinct, kindOf, wrongOption } from './option-checks.ts'

/** Hosts that may be asked by http, as `URL` spells them. */
export type InsecureHosts = ReadonlySet<string>

const loopback: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

export function isLoopback(hostname: string): boolean {
  return loopback.includes(hostname)
}

/**
 * The hosts of `allowInsecureLoopback` and `allowInsecureHosts`.
 *
 * @throws TypeError for a host that may be outside of a development network.
 */
export function resolveInsecureHosts(allowLoopback: boolean, hosts: unknown): InsecureHosts {
  const option = "option 'allowInsecureHosts'"
  if (hosts !== undefined && !Array.isArray(hosts)) {
    wrongOption(option, `must be an array of hosts, such as ['keycloak'], not ${kindOf(hosts)}`)
  }
  const named: unknown[] = hosts === undefined ? [] : [...hosts]
  for (const host of named) {
    if (typeof host !== 'string')
      wrongOption(option, `must hold names of hosts, not ${kindOf(host)}`)
    const flaw = hostFlaw(host)
    if (flaw !== undefined) wrongOption(option, `holds '%s', which ${flaw}`, host)
  }
  checkDistinct(option, named as string[])
  return new Set([...(allowLoopback ? loopback : []), ...(named as string[])])
}

/**
 * Names that no public DNS server resolves (RFC 6761, RFC 6762 and the reserved `internal`), and
 * names of one label, as containers have.
 */
const privateName = /^[a-z\d_-]+$|^([a-z\d_-]+\.)+(local|internal|test|localhost)$/

/** RFC 6890, in the form in which URL() writes addresses. */
const privateAddress =
  /^(10|127|169\.254|192\.168|172\.(1[6-9]|2\d|3[01])|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))(\.\d+)+$|^\[(::1|f[cd][\da-f]{2}:.*|fe[89ab][\da-f]:.*)\]$/

function hostFlaw(host: string): string | undefined {
  if (host.includes('*')) return 'has a wildcard: name each host in full'
  const spelled = hostnameOf(host)
  if (spelled === undefined)
    return "is no host: write it without a scheme, port and path, such as 'keycloak'"
  if (spelled !== host)
    return 'is not spelled as URL spells it: lower case, IPv4 as four decimal numbers, IPv6 in brackets'
  if (privateName.test(host) || privateAddress.test(host)) return undefined
  return 'may be outside of your network: use https there. Names of one label, .local, .internal, .test, .localhost and private addresses may be listed'
}

/** The host of `http://host`, where that is all the URL has. */
function hostnameOf(host: string): string | undefined {
  const url = `http://${host}`
  if (host === '' || !URL.canParse(url)) return undefined
  const { hostname, href } = new URL(url)
  // URL() leaves out white space, a port that is the default one, and an empty query.
  return href === `http://${hostname}/` && !/[\s/\\?#@]|:\d*$/.test(host) ? hostname : undefined
}
