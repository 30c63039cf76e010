import { own, withoutPrototype } from '../own-members.ts'
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

export interface HttpOptions {
  readonly fetch: FetchLike
  readonly now: () => number
  /** Seconds for headers and body together. */
  readonly timeout: number
  readonly maxBytes: number
  /** Aborts when the verifier is closed. */
  readonly signal: AbortSignal
}

/** What is asked of a server. */
export interface HttpRequest {
  readonly url: string
  /** The media types that are understood. */
  readonly accept: string
  /** The value of the header Authorization. It reaches no error. */
  readonly authorization?: string | undefined
  /** The fields of a form, which is then sent by POST. They reach no error. */
  readonly form?: Readonly<Record<string, string>> | undefined
}

/** An answer with status 200, read to its end. */
export interface HttpAnswer {
  readonly text: string
  /** The media type in lower case and without parameters; '' if the answer names none. */
  readonly type: string
  /** Seconds that `Cache-Control` allows, if it says so. */
  readonly maxAge: number | undefined
}

/**
 * Asks a server over HTTP, in bounded time and memory. Rejects with a LoadError, whatever happens.
 */
export async function ask(request: HttpRequest, options: HttpOptions): Promise<HttpAnswer> {
  if (options.signal.aborted) throw new LoadError('closed')
  const { url } = request
  const controller = new AbortController()
  const abort = (): void => controller.abort()
  const cancel = deadline(options.timeout, abort)
  const forget = onAbort(options.signal, abort)
  try {
    // A custom fetch may ignore its signal. Callers must not wait for it past the deadline.
    const asked = withoutPrototype(request)
    return await Promise.race([read(asked, controller, options), aborted(controller.signal)])
  } catch (error) {
    if (error instanceof LoadError) throw atLocation(error, url)
    if (options.signal.aborted) throw new LoadError('closed')
    if (controller.signal.aborted) throw atLocation(new LoadError('timeout'), url)
    const code = codeOf(error)
    throw atLocation(new LoadError(`no connection${code ? ` (${code})` : ''}`), url)
  } finally {
    cancel()
    forget()
    controller.abort()
  }
}

const listeners = new WeakMap<AbortSignal, Set<() => void>>()

/**
 * Calls back when a signal aborts, until the function that it gives is called. One listener stands
 * for all requests of an issuer: Node warns of a leak where a signal has more than ten.
 */
function onAbort(signal: AbortSignal, abort: () => void): () => void {
  const known = listeners.get(signal)
  const aborts = known ?? new Set()
  if (known === undefined) {
    listeners.set(signal, aborts)
    const abortAll = (): void => {
      for (const each of aborts) each()
    }
    signal.addEventListener('abort', abortAll, { once: true })
  }
  aborts.add(abort)
  return () => void aborts.delete(abort)
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new LoadError('timeout')), { once: true })
  })
}

async function read(
  request: HttpRequest,
  { signal }: AbortController,
  { fetch, now, maxBytes }: HttpOptions,
): Promise<HttpAnswer> {
  const response = await fetch(request.url, { ...initOf(request), signal })
  if (typeof response?.headers?.get !== 'function') throw unreadable()
  const { status, headers } = response
  // A custom fetch may follow redirects all the same, and so let another server give the keys. What
  // that server answered, its status included, says nothing about the place that was asked.
  if (response.redirected) {
    response.body?.cancel().catch(() => {})
    throw new LoadError('redirect', { answered: true })
  }
  if (status !== 200) {
    const oauthError = await oauthErrorOf(request, response, signal)
    const redirects = response.type === 'opaqueredirect' || isRedirect(status)
    const named = oauthError === undefined ? '' : ` (${oauthError})`
    throw new LoadError(redirects ? 'redirect' : `status ${status}${named}`, {
      answered: true,
      status,
      oauthError,
      retryAfter: retryAfter(headers.get('retry-after'), now()),
    })
  }
  return {
    text: await readText(response, maxBytes, signal),
    type: mediaTypeIn(headers.get('content-type')),
    maxAge: maxAgeOf(headers.get('cache-control')),
  }
}

/** A custom fetch may give what another HTTP client gives. That is no failure of the connection. */
function unreadable(): LoadError {
  return new LoadError("what 'fetch' gave is no Response")
}

function initOf({ accept, authorization, form }: HttpRequest): Omit<FetchInit, 'signal'> {
  const headers: Record<string, string> = { accept, 'accept-encoding': 'identity' }
  if (authorization !== undefined) headers['authorization'] = authorization
  // workerd does not know 'error'. With 'manual' a redirect is a status like any other that is not
  // 200.
  const redirect = 'manual'
  if (form === undefined) return { headers, redirect }
  headers['content-type'] = 'application/x-www-form-urlencoded'
  return { method: 'POST', headers, redirect, body: new URLSearchParams({ ...form }).toString() }
}

/** RFC 9110 section 8.3.1. */
function mediaTypeIn(header: string | null): string {
  return (header ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

/** RFC 9110 section 15.4. A 304 to a request without conditions is an error like any other. */
function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status)
}

/** The codes that OAuth has for the refusal of a form (RFC 6749 section 5.2, RFC 8693 section 2.2.2). */
const oauthErrors: readonly unknown[] = [
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
  'access_denied',
]

/** Octets of an answer that refuses a form. */
const longestRefusal = 16_384

/**
 * The code by which an answer refuses a form. Only these codes are taken over: any other text may
 * repeat the token or the secret that was sent.
 */
async function oauthErrorOf(
  { authorization, form }: HttpRequest,
  response: FetchedResponse,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (form === undefined && authorization !== undefined) {
    response.body?.cancel().catch(() => {})
    return challengeErrorIn(response.headers.get('www-authenticate'))
  }
  if (form === undefined || response.status >= 500 || response.status < 400) {
    response.body?.cancel().catch(() => {})
    return undefined
  }
  try {
    const code = own(JSON.parse(await readText(response, longestRefusal, signal)), 'error')
    return oauthErrors.includes(code) ? (code as string) : undefined
  } catch {
    return undefined
  }
}

/**
 * The code by which a challenge refuses a token (RFC 6750 section 3.1). Only these are taken over:
 * any other text may repeat the token.
 */
function challengeErrorIn(challenge: string | null): string | undefined {
  return /(?:^|[\s,])error\s*=\s*"?(invalid_token|insufficient_scope)"?(?:$|[\s,])/i.exec(
    challenge ?? '',
  )?.[1]
}

/**
 * The body as text. Its bytes are counted as they arrive, after decompression: a small answer may
 * inflate to gigabytes.
 */
async function readText(
  { body }: FetchedResponse,
  maxBytes: number,
  signal: AbortSignal,
): Promise<string> {
  if (body === null) return ''
  if (typeof body?.getReader !== 'function') throw unreadable()
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let bytes = 0
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done || value === undefined) return text + decoder.decode()
    bytes += value.byteLength
    // A custom fetch may ignore its signal, and its answer may drip without end.
    if (bytes > maxBytes || signal.aborted) {
      reader.cancel().catch(() => {})
      throw new LoadError('too large', { answered: true, status: 200 })
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
