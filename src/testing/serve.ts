import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { knownOptions, numberWithin, wrongOption } from '../core/option-checks.ts'
import type { IssuerOptions } from '../index.ts'
import { checkOptions } from './arguments.ts'
import { controlPath } from './control/protocol.ts'
import { variablesOf } from './control/variables.ts'
import type { AnyIssuer, TestIssuer } from './issuer.ts'
import type { TestIssuerOptions } from './issuer-options.ts'
import { issuerOptionsElsewhere, knownIssuerOptions } from './issuer-options.ts'
import type { AuthorizationServerOptions } from './oauth/authorization-server.ts'
import type { IssuerShape } from './shapes/shapes.ts'

/**
 * Options of `serveTestIssuer`: those of `createTestIssuer` without `url`, which the port decides.
 */
export interface ServeOptions extends Omit<TestIssuerOptions, 'url'>, AuthorizationServerOptions {
  /** The TCP port. Default: 0, which takes any free port. */
  port?: number
  /** The loopback host to listen on ('127.0.0.1'). */
  host?: '127.0.0.1' | 'localhost' | '::1'
  /** The path of the issuer, such as '/tenant'. Default: none, or that of the shape. */
  path?: string
  /**
   * Whether `connectTestIssuer` may mint tokens, rotate keys and break endpoints from other processes
   * of this machine. `{ token }`: only with this control token, of at least 16 printable ASCII
   * characters. Default: true. Web pages of other origins are refused in any case.
   */
  control?: boolean | { token: string }
}

/**
 * A test issuer that answers over HTTP. Its `trust()` has no `fetch`, so that HTTP is really used.
 * It is an authorization server as well: clients that know nothing but its URL find the endpoints of
 * OAuth 2.0 and OpenID Connect in its metadata.
 */
export interface ServedTestIssuer<I extends AnyIssuer = AnyIssuer>
  extends TestIssuer<I>,
    AsyncDisposable {
  readonly port: number
  /** Where its control endpoints are, for `connectTestIssuer`. Undefined with `control: false`. */
  readonly controlUrl: string | undefined
  /** What its control endpoints want: that of `control: { token }`, or undefined. */
  readonly controlToken: string | undefined
  /**
   * Environment variables for processes that use it, as `npx tollgate issuer` prints them: ISSUER,
   * AUDIENCE (separated by spaces), JWKS_URI, TOLLGATE_CONTROL_URL and TOLLGATE_CONTROL_TOKEN.
   */
  readonly env: Readonly<Record<string, string>>
  /** Stops listening, and closes open connections. */
  close(): Promise<void>
}

const { url: _, ...sharedOptions } = knownIssuerOptions
const knownServeOptions = {
  ...sharedOptions,
  port: true,
  host: true,
  path: true,
  users: true,
  redirectUris: true,
  control: true,
} as const satisfies Record<keyof ServeOptions, true>

const elsewhere = {
  ...issuerOptionsElsewhere,
  iss: "the issuer is where the server listens: use 'host', 'port' and 'path'",
  url: "the URL is where the server listens: use 'host', 'port' and 'path'",
}

/**
 * Starts a test issuer on a loopback port. Its URL is the member `url`.
 *
 * @throws {TypeError} for an unknown option, for a value that the option cannot have, and for a
 *   host that is not loopback.
 */
export function serveTestIssuer(
  options: ServeOptions & { shape: IssuerShape },
): Promise<ServedTestIssuer<IssuerOptions>>
export function serveTestIssuer(
  options?: ServeOptions & { shape?: undefined },
): Promise<ServedTestIssuer<string>>
export function serveTestIssuer(options: ServeOptions): Promise<ServedTestIssuer>
export async function serveTestIssuer(options: ServeOptions = {}): Promise<ServedTestIssuer> {
  const example = 'serveTestIssuer({ port: 8080 })'
  checkOptions('the options of serveTestIssuer', options, knownServeOptions, example, elsewhere)
  const { port: wanted = 0, host = '127.0.0.1', path, control: allows, ...rest } = options
  const controlOf = controlIn(allows)
  if (!['127.0.0.1', 'localhost', '::1'].includes(host)) {
    wrongOption(
      "option 'host' of serveTestIssuer",
      "must be '127.0.0.1', 'localhost' or '::1': other machines must not get tokens from it",
    )
  }
  if (path !== undefined && (typeof path !== 'string' || (path !== '' && path[0] !== '/'))) {
    wrongOption("option 'path' of serveTestIssuer", "must begin with '/'")
  }
  const ports = { min: 0, max: 65_535, whole: true }
  numberWithin("option 'port' of serveTestIssuer", wanted, ports)
  // An issuer in process needs neither a server nor OAuth, so neither is loaded for it.
  const [{ createServer }, { createIssuerWithListener }, { createControl }] = await Promise.all([
    import('node:http'),
    import('./http-issuer.ts'),
    import('./control/control.ts'),
  ])
  const server = createServer()
  await listen(server, wanted, host)
  const { port } = server.address() as AddressInfo
  const origin = `http://${host === '::1' ? '[::1]' : host}:${port}`
  try {
    const { issuer, outages, keysAt, listener } = createIssuerWithListener(rest, { origin, path })
    const control = controlOf && createControl({ issuer, outages, url: origin, ...controlOf })
    server.on('request', (request, response) => {
      if (!control?.handle(request, response)) listener(request, response)
    })
    const close = createClose(server)
    const secret = controlOf?.secret
    const place = { issuer, keysAt, origin: control && origin, secret }
    return Object.assign(issuer, {
      port,
      controlUrl: control && `${origin}${controlPath}`,
      controlToken: secret,
      env: variablesOf(place),
      close,
      [Symbol.asyncDispose]: close,
    })
  } catch (error) {
    server.close()
    throw error
  }
}

/** Undefined: there are no control endpoints. */
function controlIn(control: unknown = true): { secret: string | undefined } | undefined {
  if (typeof control === 'boolean') return control ? { secret: undefined } : undefined
  const what = "option 'control' of serveTestIssuer"
  const { token } = knownOptions(what, control, { token: true })
  if (typeof token === 'string' && /^[\x21-\x7e]{16,}$/.test(token)) return { secret: token }
  const fix = 'must be true, false or { token }, with at least 16 printable ASCII characters'
  return wrongOption(what, fix)
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function createClose(server: Server): () => Promise<void> {
  let closed: Promise<void> | undefined
  return () => {
    closed ??= new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
    return closed
  }
}
