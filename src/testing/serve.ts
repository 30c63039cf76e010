import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Answer } from './answer.ts'
import { bodiless, contentLength, streamBody } from './answer.ts'
import type { TestIssuer, TestIssuerOptions } from './issuer.ts'
import { assembleIssuer, issuerOptions } from './issuer.ts'
import { refuseUnknown } from './options.ts'
import { pause } from './pause.ts'
import type { Site } from './site.ts'

/** Options of `serveTestIssuer`: those of `createTestIssuer` but `url`, which the socket gives. */
export interface ServeOptions extends Omit<TestIssuerOptions, 'url'> {
  /** TCP port (0: any free one). */
  port?: number
  /** Loopback host to listen on ('127.0.0.1'); any other is refused. */
  host?: '127.0.0.1' | 'localhost' | '::1'
  /** Path of the issuer, '/tenant' for one (none). */
  path?: string
}

/** A test issuer that answers over HTTP; its `trust()` has no `fetch`, so real HTTP is exercised. */
export interface ServedTestIssuer extends TestIssuer, AsyncDisposable {
  readonly port: number
  /** Stops listening and ends open sockets. */
  close(): Promise<void>
}

const { url: _, ...sharedOptions } = issuerOptions
const serveOptions = { ...sharedOptions, port: true, host: true, path: true } satisfies Record<
  keyof ServeOptions,
  true
>

/**
 * A test issuer on a loopback port, with its URL at `url`.
 *
 * @throws {TypeError} on an unknown or impossible option, and on a host that is not loopback.
 */
export async function serveTestIssuer(options: ServeOptions = {}): Promise<ServedTestIssuer> {
  refuseUnknown('serveTestIssuer()', options, serveOptions)
  const { port: wanted = 0, host = '127.0.0.1', path = '', ...rest } = options
  if (!['127.0.0.1', 'localhost', '::1'].includes(host)) {
    throw new TypeError(
      "host must be '127.0.0.1', 'localhost' or '::1': whoever reaches a test issuer is trusted.",
    )
  }
  if (path !== '' && !path.startsWith('/')) throw new TypeError("path must begin with '/'.")
  const { createServer } = await import('node:http')
  const server = createServer()
  await listen(server, wanted, host)
  const { port } = server.address() as AddressInfo
  const url = `http://${host === '::1' ? '[::1]' : host}:${port}${path}`
  try {
    const { issuer, site } = assembleIssuer({ ...rest, url }, 'http')
    server.on('request', (request, response) => void serve(site, request, response))
    const close = createClose(server)
    return Object.assign(issuer, { port, close, [Symbol.asyncDispose]: close })
  } catch (error) {
    server.close()
    throw error
  }
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
  site: Site,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET', url: target = '/' } = request
  // Not from the Host header: whoever asks does not decide who the issuer is.
  const url = `${site.origin}${target}`
  const headers = new Headers(
    Object.entries(request.headersDistinct).flatMap(([name, values = []]) =>
      values.map((value): [string, string] => [name, value]),
    ),
  )
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  try {
    const pathname = target.replace(/\?.*/s, '')
    const outcome = site.respond({ method, url, pathname, headers })
    if ('broken' in outcome) {
      if (outcome.broken !== 'hang') request.socket.resetAndDestroy()
      return
    }
    if (outcome.delay !== undefined) await pause(outcome.delay, gone.signal)
    await send(outcome, method, response, gone.signal)
  } catch {
    // Not a reset, which would take back what was sent before.
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
  if (method !== 'HEAD' && !bodiless(answer.status)) {
    const body = streamBody(answer, signal)
    // Each chunk is on its way before the next is asked for: what breaks then breaks in its place.
    for await (const chunk of encoding ? await gzipped(body) : body) await write(response, chunk)
  }
  response.end()
}

async function gzipped(body: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const [{ pipeline }, { createGzip }] = await Promise.all([
    import('node:stream'),
    import('node:zlib'),
  ])
  // The last stream passes errors on; the callback only has to be there.
  return pipeline(body, createGzip(), () => {})
}

function write(response: ServerResponse, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    response.write(chunk, (error) => (error ? reject(error) : resolve()))
  })
}
