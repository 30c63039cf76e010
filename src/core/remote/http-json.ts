import { deadline } from './deadline.ts'
import { atLocation, codeOf, LoadError } from './load-error.ts'

/**
 * What the library uses of `fetch`, so that the one of undici and wrapped ones fit without a cast. A
 * redirect must not be followed: an answer that was reached through one is refused.
 */
export type FetchLike = (url: string, init: FetchInit) => Promise<FetchedResponse>

/** What the library asks `fetch` for. */
export interface FetchInit {
  method?: string
  headers: Record<string, string>
  redirect: 'manual'
  signal: AbortSignal
  body?: string
}

/** What the library reads of an answer. */
export interface FetchedResponse {
  readonly status: number
  readonly type?: string | undefined
  /** Whether a redirect was followed. */
  readonly redirected?: boolean | undefined
  readonly headers: { get(name: string): string | null }
  readonly body: FetchedBody | null
}

/** A body, read in pieces: it may be larger than what the library is ready to keep. */
export interface FetchedBody {
  getReader(): {
    read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>
    cancel(): Promise<unknown>
  }
  cancel(): Promise<unknown>
}

export interface HttpJsonOptions {
  readonly fetch: FetchLike
  readonly now: () => number
  /** Seconds for headers and body together. */
  readonly timeout: number
  readonly maxBytes: number
  /** Aborts when the verifier is closed. */
  readonly signal: AbortSignal
}

/** A JSON document as it was answered. */
export interface HttpJson {
  readonly body: unknown
  /** Seconds that `Cache-Control` allows, if it says so. */
  readonly maxAge: number | undefined
}

/**
 * Key sets have a type of their own (RFC 7517 section 8.5.2), and some servers answer 406 to
 * whoever does not name it.
 */
const mediaTypes = 'application/json, application/jwk-set+json'

/**
 * Fetches one JSON document over HTTP, in bounded time and memory. Rejects with a LoadError,
 * whatever happens.
 */
export async function fetchJson(url: string, options: HttpJsonOptions): Promise<HttpJson> {
  if (options.signal.aborted) throw new LoadError('closed')
  const controller = new AbortController()
  const abort = (): void => controller.abort()
  const cancel = deadline(options.timeout, abort)
  options.signal.addEventListener('abort', abort, { once: true })
  try {
    // A custom fetch may ignore its signal. Callers must not wait for it past the deadline.
    return await Promise.race([read(url, controller, options), aborted(controller.signal)])
  } catch (error) {
    if (error instanceof LoadError) throw atLocation(error, url)
    if (options.signal.aborted) throw new LoadError('closed')
    if (controller.signal.aborted) throw atLocation(new LoadError('timeout'), url)
    const code = codeOf(error)
    throw atLocation(new LoadError(`no connection${code ? ` (${code})` : ''}`), url)
  } finally {
    cancel()
    options.signal.removeEventListener('abort', abort)
    controller.abort()
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new LoadError('timeout')), { once: true })
  })
}

async function read(
  url: string,
  { signal }: AbortController,
  { fetch, now, maxBytes }: HttpJsonOptions,
): Promise<HttpJson> {
  const response = await fetch(url, {
    headers: { accept: mediaTypes, 'accept-encoding': 'identity' },
    // workerd does not know 'error'. With 'manual' a redirect is a status like any other that is
    // not 200.
    redirect: 'manual',
    signal,
  })
  // A custom fetch may follow redirects all the same, and so let another server give the keys. What
  // that server answered, its status included, says nothing about the place that was asked.
  if (response.redirected) {
    response.body?.cancel().catch(() => {})
    throw new LoadError('redirect', { answered: true })
  }
  if (response.status !== 200) {
    response.body?.cancel().catch(() => {})
    const redirects = response.type === 'opaqueredirect' || isRedirect(response.status)
    throw new LoadError(redirects ? 'redirect' : `status ${response.status}`, {
      answered: true,
      status: response.status,
      retryAfter: retryAfter(response.headers.get('retry-after'), now()),
    })
  }
  const text = await readText(response, maxBytes)
  try {
    return { body: JSON.parse(text), maxAge: maxAgeOf(response.headers.get('cache-control')) }
  } catch {
    throw new LoadError('not JSON', { answered: true })
  }
}

/** RFC 9110 section 15.4. A 304 to a request without conditions is an error like any other. */
function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status)
}

/**
 * The body as text. Its bytes are counted as they arrive, after decompression: a small answer may
 * inflate to gigabytes.
 */
async function readText({ body }: FetchedResponse, maxBytes: number): Promise<string> {
  if (body === null) return ''
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let bytes = 0
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done || value === undefined) return text + decoder.decode()
    bytes += value.byteLength
    if (bytes > maxBytes) {
      reader.cancel().catch(() => {})
      throw new LoadError('too large')
    }
    text += decoder.decode(value, { stream: true })
  }
}

function maxAgeOf(header: string | null): number | undefined {
  if (header === null) return undefined
  if (/(^|,)\s*no-(store|cache)\s*(,|$)/i.test(header)) return 0
  const seconds = /(?:^|,)\s*max-age\s*=\s*"?(\d{1,9})"?\s*(?:,|$)/i.exec(header)?.[1]
  return seconds === undefined ? undefined : Number(seconds)
}

/** RFC 9110 section 10.2.3: seconds or an HTTP date. */
function retryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined
  if (/^\d{1,9}$/.test(header.trim())) return Number(header)
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000)
}
