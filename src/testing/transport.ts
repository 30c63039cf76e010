import type { Answer, NetworkFailure } from './answer.ts'
import { contentLength, hasNoContent, streamBody } from './answer.ts'
import type { InProcessOAuth } from './in-process-oauth.ts'
import { networkError } from './network-error.ts'
import { pause, untilAborted } from './pause.ts'
import type { IssuerService } from './service.ts'

/**
 * After this many redirects, a fetch fails with a network error (Fetch Standard, HTTP-redirect
 * fetch).
 */
const maxRedirects = 20

/** A fetch that calls this service directly, and never the network. */
export function createFetch(
  service: IssuerService,
  oauth: InProcessOAuth,
): typeof globalThis.fetch {
  async function send(request: Request, url: URL, redirects: number): Promise<Response> {
    request.signal.throwIfAborted()
    const { method, headers } = request
    const received = {
      method,
      url: url.href,
      location: `${url.origin}${url.pathname}`,
      headers: new Headers(headers),
    }
    if (!service.origins.includes(url.origin)) {
      service.recordForeign(received)
      throw new TypeError(
        `tollgate: the fetch of the test issuer ${service.origins.join(' and ')} was asked for ${url.origin}: it serves no other origin, and never calls the network`,
      )
    }
    const endpoint = oauth.locate(received.location)
    const outcome = endpoint
      ? service.respondBy(
          endpoint,
          received,
          await oauth.read(endpoint, received, await request.text()),
        )
      : service.respond(received)
    if ('failure' in outcome) return fail(outcome, request.signal)
    if (outcome.delay !== undefined) await pause(outcome.delay, request.signal)
    const target = redirectTarget(outcome, url)
    if (target && request.redirect !== 'manual') {
      if (request.redirect === 'error' || redirects === maxRedirects) {
        const cause = new Error(
          redirects === maxRedirects ? 'redirect count exceeded' : 'unexpected redirect',
        )
        throw new TypeError('fetch failed', { cause })
      }
      return send(request, target, redirects + 1)
    }
    return toResponse(outcome, request, url, redirects > 0)
  }

  return async (input, init) => {
    const request = new Request(input as Request, init)
    return send(request, new URL(request.url), 0)
  }
}

function fail({ failure }: NetworkFailure, signal: AbortSignal): Promise<never> {
  if (failure === 'hang') return untilAborted(signal)
  throw networkError(failure, 'fetch failed')
}

/** Where an answer redirects to, or undefined if it is no redirect. */
function redirectTarget({ status, headers }: Answer, base: URL): URL | undefined {
  const location = headers['location']
  return location !== undefined && [301, 302, 303, 307, 308].includes(status)
    ? new URL(location, base)
    : undefined
}

function toResponse(
  answer: Answer,
  { method, signal }: Request,
  url: URL,
  redirected: boolean,
): Response {
  const body = method === 'HEAD' || hasNoContent(answer.status) ? null : toStream(answer, signal)
  const response = new Response(body, {
    status: answer.status,
    headers: {
      ...contentLength(answer),
      ...(answer.contentEncoding && { 'content-encoding': answer.contentEncoding }),
      ...answer.headers,
    },
  })
  // A Response from the constructor has an empty URL. The Response of a real fetch has its URL.
  return Object.defineProperties(response, {
    url: { value: url.href },
    redirected: { value: redirected },
  })
}

/**
 * The body as a stream. A chunk is made only when it is read, so that a huge body costs nothing.
 */
function toStream(answer: Answer, signal: AbortSignal): ReadableStream<Uint8Array> {
  const reading = new AbortController()
  const chunks = streamBody(answer, reading.signal)
  return new ReadableStream(
    {
      start(controller) {
        function abort(): void {
          controller.error(signal.reason)
          reading.abort(signal.reason)
        }
        if (signal.aborted) abort()
        else signal.addEventListener('abort', abort, { once: true })
      },
      async pull(controller) {
        const { done, value } = await chunks.next()
        if (signal.aborted) return
        if (done) controller.close()
        else controller.enqueue(value)
      },
      cancel(reason) {
        reading.abort(reason)
      },
    },
    { highWaterMark: 0 },
  )
}
