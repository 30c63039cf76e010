import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Answer } from './answer.ts'
import { answerText, contentLength, hasNoContent, streamBody } from './answer.ts'
import { assembleIssuer } from './assemble-issuer.ts'
import { createCrossOriginPolicy } from './cross-origin.ts'
import type { TestIssuer } from './issuer.ts'
import type { ServedAt } from './issuer-model.ts'
import { resolveModel } from './issuer-model.ts'
import type { TestIssuerOptions } from './issuer-options.ts'
import type { AuthorizationServerOptions } from './oauth/authorization-server.ts'
import { createAuthorizationServer } from './oauth/authorization-server.ts'
import { locateEndpoint, oauthEndpointsIn, oauthMetadata } from './oauth/endpoints.ts'
import type { Outages } from './outages.ts'
import { pause } from './pause.ts'

/** Options of an issuer that answers over HTTP. */
export interface HttpIssuerOptions extends TestIssuerOptions, AuthorizationServerOptions {
  /** How many requests its log keeps. Default: all. */
  readonly keptRequests?: number
}

/** A test issuer, and the listener that answers its requests on whatever server. */
export interface IssuerWithListener {
  readonly issuer: TestIssuer
  readonly outages: Outages
  /** Where it publishes its keys. */
  readonly keysAt: string
  readonly listener: RequestListener
}

/**
 * Makes an issuer with its authorization server. It does not listen: whoever calls it does, and
 * decides who can reach it.
 *
 * @param at Where clients reach it, whatever address the server listens on.
 */
export function createIssuerWithListener(
  options: HttpIssuerOptions,
  at: ServedAt,
): IssuerWithListener {
  const { users: _, redirectUris, keptRequests, ...rest } = options
  const base = `${at.origin}${at.path ?? ''}`.replace(/\/$/, '')
  const { model } = resolveModel(rest, at)
  // A shape may have endpoints of its own, and may have no metadata at all.
  const says = { ...oauthMetadata(base), ...oauthEndpointsIn(model.metadata?.says) }
  const metadata = { ...(model.metadata && says), ...rest.metadata }
  const { issuer, service, outages, register } = assembleIssuer(
    { ...rest, metadata },
    { served: at, keptRequests },
  )
  const { reset } = issuer
  function resetAll(): void {
    reset()
    server.reset()
  }
  Object.assign(issuer, { reset: resetAll, [Symbol.dispose]: resetAll })
  const server = createAuthorizationServer(issuer, base, register, options)
  const policy = createCrossOriginPolicy(base, redirectUris)

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url: target = '/' } = request
    const headers = new Headers(
      Object.entries(request.headersDistinct).flatMap(([name, values = []]) =>
        values.map((value): [string, string] => [name, value]),
      ),
    )
    const closed = new AbortController()
    response.on('close', () => closed.abort())
    try {
      // The URL is not built from the Host header, because a client must not choose who the issuer
      // is.
      const received = {
        method,
        url: `${at.origin}${target}`,
        location: `${at.origin}${target}`.replace(/\?.*/s, ''),
        headers,
      }
      const oauthEndpoint = locateEndpoint(says, received.location)
      const endpoint = oauthEndpoint ?? service.endpointOf(received)
      const early = policy.refusal(headers, endpoint) ?? policy.preflight(method, endpoint, headers)
      if (early) return await send(early, method, response, closed.signal)
      const body = oauthEndpoint && method === 'POST' ? await readBody(request) : ''
      const outcome = oauthEndpoint
        ? service.respondBy(oauthEndpoint, received, () =>
            body === undefined
              ? answerText(413, 'The form is too long', { connection: 'close' })
              : server.answer(oauthEndpoint, { method, query: queryOf(target), headers, body }),
          )
        : service.respond(received)
      if ('failure' in outcome) {
        if (outcome.failure !== 'hang') request.socket.resetAndDestroy()
        return
      }
      if (outcome.delay !== undefined) await pause(outcome.delay, closed.signal)
      const answer = { ...outcome, headers: { ...policy.headersOf(endpoint), ...outcome.headers } }
      await send(answer, method, response, closed.signal)
    } catch {
      // A reset would also drop bytes that were sent before. They must arrive, so the socket is
      // closed.
      request.socket.destroy()
    }
  }

  return {
    issuer,
    outages,
    keysAt: model.keysAt,
    listener: (request, response) => void handle(request, response),
  }
}

function queryOf(target: string): URLSearchParams {
  const at = target.indexOf('?')
  return new URLSearchParams(at < 0 ? '' : target.slice(at))
}

/** The body of a form, or undefined if it has more than 64 KiB. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const max = 65_536
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of request) {
    size += part.byteLength
    // The rest is read as well, or else the client would not get the answer.
    if (size <= max) parts.push(part)
  }
  return size > max ? undefined : Buffer.concat(parts).toString()
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
