import type { Answer, Outcome } from './answer.ts'
import { bodiless, contentLength, streamBody } from './answer.ts'
import { networkError } from './network-error.ts'
import { forever, pause } from './pause.ts'
import type { Site } from './site.ts'

/** Fetch §2.2.6: after so many redirects it is a network error. */
const maxRedirects = 20

/** A fetch that knows one site and no network. */
export function createFetch(site: Site): typeof globalThis.fetch {
  async function visit(request: Request, url: URL, redirects: number): Promise<Response> {
    request.signal.throwIfAborted()
    const { method, headers } = request
    const seen = { method, url: url.href, pathname: url.pathname, headers: new Headers(headers) }
    if (url.origin !== site.origin) {
      site.noteStray(seen)
      throw new TypeError(
        `The fetch of the test issuer ${site.origin} was asked for ${url.origin}: it serves no other origin, and never touches the network.`,
      )
    }
    const outcome = site.respond(seen)
    if ('broken' in outcome) return breakDown(outcome, request.signal)
    if (outcome.delay !== undefined) await pause(outcome.delay, request.signal)
    const target = redirectTarget(outcome, url)
    if (target && request.redirect !== 'manual') {
      if (request.redirect === 'error' || redirects === maxRedirects) {
        const cause = new Error(
          redirects === maxRedirects ? 'redirect count exceeded' : 'unexpected redirect',
        )
        throw new TypeError('fetch failed', { cause })
      }
      return visit(request, target, redirects + 1)
    }
    return toResponse(outcome, request, url, redirects > 0)
  }

  return async (input, init) => {
    const request = new Request(input as Request, init)
    return visit(request, new URL(request.url), 0)
  }
}

function breakDown(
  { broken }: Extract<Outcome, { broken: unknown }>,
  signal: AbortSignal,
): Promise<never> {
  if (broken === 'hang') return forever(signal)
  throw networkError(broken, 'fetch failed')
}

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
  const body = method === 'HEAD' || bodiless(answer.status) ? null : toStream(answer, signal)
  const response = new Response(body, {
    status: answer.status,
    headers: {
      ...contentLength(answer),
      ...(answer.contentEncoding && { 'content-encoding': answer.contentEncoding }),
      ...answer.headers,
    },
  })
  // A Response that a script makes has no URL; that of a real fetch has.
  return Object.defineProperties(response, {
    url: { value: url.href },
    redirected: { value: redirected },
  })
}

/** Pulled chunk by chunk, so that what nobody reads is never made. */
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
