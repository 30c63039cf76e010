import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { wrongOption } from '../core/option-checks.ts'
import type { IssuerOptions } from '../index.ts'
import type { Answer } from './answer.ts'
import { contentLength, hasNoContent, streamBody } from './answer.ts'
import { checkOptions } from './arguments.ts'
import type { AnyIssuer, TestIssuer } from './issuer.ts'
import { assembleIssuer } from './issuer.ts'
import type { TestIssuerOptions } from './issuer-options.ts'
import { issuerOptionsElsewhere, knownIssuerOptions } from './issuer-options.ts'
import { pause } from './pause.ts'
import type { IssuerService } from './service.ts'
import type { IssuerShape } from './shapes/shapes.ts'

/**
 * Options of `serveTestIssuer`: those of `createTestIssuer` without `url`, which the port decides.
 */
export interface ServeOptions extends Omit<TestIssuerOptions, 'url'> {
  /** The TCP port. Default: 0, which takes any free port. */
  port?: number
  /** The loopback host to listen on ('127.0.0.1'). */
  host?: '127.0.0.1' | 'localhost' | '::1'
  /** The path of the issuer, such as '/tenant'. Default: none, or that of the shape. */
  path?: string
}

/**
 * A test issuer that answers over HTTP. Its `trust()` has no `fetch`, so that HTTP is really used.
 */
export interface ServedTestIssuer<I extends AnyIssuer = AnyIssuer>
  extends TestIssuer<I>,
    AsyncDisposable {
  readonly port: number
  /** Stops listening, and closes open connections. */
  close(): Promise<void>
}

const { url: _, ...sharedOptions } = knownIssuerOptions
const knownServeOptions = {
  ...sharedOptions,
  port: true,
  host: true,
  path: true,
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
  const { port: wanted = 0, host = '127.0.0.1', path, ...rest } = options
  if (!['127.0.0.1', 'localhost', '::1'].includes(host)) {
    wrongOption(
      "option 'host' of serveTestIssuer",
      "must be '127.0.0.1', 'localhost' or '::1': other machines must not get tokens from it",
    )
  }
  if (path !== undefined && path !== '' && !path.startsWith('/')) {
    wrongOption("option 'path' of serveTestIssuer", "must begin with '/'")
  }
  const { createServer } = await import('node:http')
  const server = createServer()
  await listen(server, wanted, host)
  const { port } = server.address() as AddressInfo
  const origin = `http://${host === '::1' ? '[::1]' : host}:${port}`
  try {
    const { issuer, service } = assembleIssuer(rest, { origin, path })
    server.on('request', (request, response) => void serve(service, origin, request, response))
    const close = createClose(server)
    return Object.assign(issuer, { port, close, [Symbol.asyncDispose]: close })
  } catch (error) {
    server.close()
    throw error
  }
}

/** A test issuer, and the listener that answers its requests on whatever server. */
export interface IssuerWithListener {
  readonly issuer: TestIssuer
  readonly listener: RequestListener
}

/** A test issuer at a URL where the caller makes a server listen. */
export function createIssuerWithListener(
  options: TestIssuerOptions & { readonly url: string },
): IssuerWithListener {
  const { issuer, service } = assembleIssuer(options)
  const { origin } = new URL(options.url)
  return { issuer, listener: (request, response) => void serve(service, origin, request, response) }
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

async function serve(
  service: IssuerService,
  origin: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET', url: target = '/' } = request
  // The URL is not built from the Host header, because a client must not choose who the issuer is.
  const url = `${origin}${target}`
  const headers = new Headers(
    Object.entries(request.headersDistinct).flatMap(([name, values = []]) =>
      values.map((value): [string, string] => [name, value]),
    ),
  )
  const closed = new AbortController()
  response.on('close', () => closed.abort())
  try {
    const location = url.replace(/\?.*/s, '')
    const outcome = service.respond({ method, url, location, headers })
    if ('failure' in outcome) {
      if (outcome.failure !== 'hang') request.socket.resetAndDestroy()
      return
    }
    if (outcome.delay !== undefined) await pause(outcome.delay, closed.signal)
    await send(outcome, method, response, closed.signal)
  } catch {
    // A reset would also drop bytes that were sent before. They must arrive, so the socket is
    // closed.
    request.socket.destroy()
  }
}

async function send(
  answer: Answer,
  method: string,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const encoding = answer.contentEncoding
  response.writeHead(answer.status, {
    ...contentLength(answer),
    ...(encoding && { 'content-encoding': encoding }),
    ...answer.headers,
  })
  if (method !== 'HEAD' && !hasNoContent(answer.status)) {
    const body = streamBody(answer, signal)
    // Each chunk is written before the next is read. So if the body breaks, it breaks at its place.
    for await (const chunk of encoding ? await gzipped(body) : body) await write(response, chunk)
  }
  response.end()
}

async function gzipped(body: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const [{ pipeline }, { createGzip }] = await Promise.all([
    import('node:stream'),
    import('node:zlib'),
  ])
  // Errors reach the reader of the last stream. `pipeline` only requires that there is a callback.
  return pipeline(body, createGzip(), () => {})
}

function write(response: ServerResponse, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    response.write(chunk, (error) => (error ? reject(error) : resolve()))
  })
}
