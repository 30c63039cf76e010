import type { HttpOptions, HttpRequest } from './http.ts'
import { ask } from './http.ts'
import { atLocation, LoadError } from './load-error.ts'

/** A JSON document as it was answered. */
export interface HttpJson {
  readonly body: unknown
  /** Seconds that `Cache-Control` allows, if it says so. */
  readonly maxAge: number | undefined
}

/** A compact JWT as it was answered. Nothing in it is verified. */
export interface HttpJwt {
  readonly jwt: string
  /** Seconds that `Cache-Control` allows, if it says so. */
  readonly maxAge: number | undefined
}

/**
 * Key sets have a type of their own (RFC 7517 section 8.5.2), and some servers answer 406 to
 * whoever does not name it.
 */
const jsonTypes = 'application/json, application/jwk-set+json'

/** Fetches one JSON document. Rejects with a LoadError, whatever happens. */
export async function fetchJson(url: string, options: HttpOptions): Promise<HttpJson> {
  const { text, maxAge } = await ask({ url, accept: jsonTypes }, options)
  return { body: parse(text, url), maxAge }
}

/**
 * Fetches one compact JWT, whatever media type the server gives it. Rejects with a LoadError,
 * whatever happens.
 */
export async function fetchJwt(
  request: Omit<HttpRequest, 'form'>,
  options: HttpOptions,
): Promise<HttpJwt> {
  const { text, maxAge } = await ask(request, options)
  return { jwt: readJwt(text, request.url), maxAge }
}

/** Bytes. What an endpoint answers is about one token: it is never as long as a key set may be. */
const longestAnswer = 65_536

/**
 * Asks an endpoint that answers in JSON, or by a compact JWT of one of these media types. Rejects
 * with a LoadError, whatever happens.
 */
export async function askJsonOrJwt(
  request: HttpRequest,
  jwtTypes: readonly string[],
  options: HttpOptions,
): Promise<HttpJson | HttpJwt> {
  const maxBytes = Math.min(options.maxBytes, longestAnswer)
  const { text, type, maxAge } = await ask(request, { ...options, maxBytes })
  const { url } = request
  return jwtTypes.includes(type)
    ? { jwt: readJwt(text, url), maxAge }
    : { body: parse(text, url), maxAge }
}

function parse(text: string, url: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // What JSON.parse says quotes the text.
    throw atLocation(new LoadError('not JSON', { answered: true }), url)
  }
}

/** RFC 7515 section 7.1. A line break at the end of the document is no part of the JWT. */
function readJwt(text: string, url: string): string {
  const jwt = text.trim()
  if (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(jwt)) return jwt
  throw atLocation(new LoadError('no signed JWT', { answered: true }), url)
}
