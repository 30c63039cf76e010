import type { Connection } from '../core/auth.ts'
import { InvalidRequestError } from '../core/errors.ts'
import { memberOf } from '../core/own-members.ts'
import type { Closes, Closing, FetchClosing } from './closing.ts'
import { onFetchClosed, onNodeClosed } from './closing.ts'

/** What a decision needs of a request, however the runtime hands it over. */
export interface RequestHead extends Connection {
  readonly method: string
  /**
   * The target as the client sent it, before any router changed it (RFC 9110 section 7.1): a path,
   * or a whole URL.
   */
  readonly target: string
  /**
   * A header by its name in lower case; several of one name are joined with `, ` as fetch does.
   * Undefined if there is none.
   *
   * @throws InvalidRequestError if it holds something other than text, as a hand-made event of a
   * serverless function may. It must not count as absent.
   */
  header(name: string): string | undefined
}

/**
 * The part of a Node request that is read. Serverless adapters leave the raw list empty, and others
 * leave it out.
 */
export interface NodeRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly rawHeaders?: readonly string[]
  readonly method?: string | undefined
  readonly url?: string | undefined
  /** The target that the client sent: routers of Express and Connect change `url`. */
  readonly originalUrl?: string | undefined
}

/**
 * @param closing The response, or the socket of a request that becomes a WebSocket.
 * @param target What the client sent, where the framework keeps it elsewhere.
 */
export function nodeHead(
  given: NodeRequest,
  closing?: object,
  target?: string,
): RequestHead & Closes<Closing | undefined> {
  const request = isPolluted(Object.prototype) ? unpolluted(given) : given
  return {
    method: request.method ?? '',
    target: target ?? request.originalUrl ?? request.url ?? '',
    header(name) {
      const value = headerOf(request, name)
      if (value === undefined || typeof value === 'string') return value
      throw new InvalidRequestError('malformed-credentials')
    },
    closing: closing as Closing | undefined,
    onClosed: onNodeClosed,
  }
}

/**
 * Whether Object.prototype has a member that nodeHead reads. It would be read as a member of every
 * request that lacks it. Each name is written out: to ask memberOf for each member of each request
 * would take 0.2 µs more.
 */
function isPolluted(prototype: object): boolean {
  return (
    'headers' in prototype ||
    'rawHeaders' in prototype ||
    'method' in prototype ||
    'url' in prototype ||
    'originalUrl' in prototype
  )
}

/** What nodeHead reads of a request, without anything that stands on Object.prototype. */
function unpolluted(request: NodeRequest): NodeRequest {
  return {
    headers: memberOf(request, 'headers') ?? {},
    rawHeaders: memberOf(request, 'rawHeaders') ?? [],
    method: memberOf(request, 'method'),
    url: memberOf(request, 'url'),
    originalUrl: memberOf(request, 'originalUrl'),
  }
}

/**
 * A header of a Node request: its text, undefined if there is none, or whatever else stands there.
 * Of two headers with one name Node keeps only the first in `headers`, though the raw list shows
 * both. The first alone must not decide: a proxy in front may have judged the second.
 */
function headerOf({ headers, rawHeaders }: NodeRequest, name: string): unknown {
  const raw = rawHeadersOf(rawHeaders, name)
  if (raw !== undefined) return raw
  const value: unknown = Object.hasOwn(headers, name) ? headers[name] : undefined
  return Array.isArray(value) ? joined(value) : value
}

/**
 * Undefined if there is none, or one value that is text: such a value says nothing more than
 * `headers`, where a middleware may have replaced it.
 */
function rawHeadersOf(rawHeaders: unknown, name: string): unknown {
  if (!Array.isArray(rawHeaders)) return undefined
  const values: unknown[] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const rawName: unknown = rawHeaders[i]
    // The length is compared first: to lower the case of every name of a request would take longer
    // than all the rest.
    if (typeof rawName !== 'string' || rawName.length !== name.length) continue
    if (rawName.toLowerCase() === name) {
      values.push(i + 1 < rawHeaders.length ? rawHeaders[i + 1] : '')
    }
  }
  return values.length > 1 || values.some(isNoText) ? joined(values) : undefined
}

/** As one text, as fetch joins several values. Values that are not all text stay what they are. */
function joined(values: readonly unknown[]): unknown {
  return values.some(isNoText) ? values : values.join(', ')
}

function isNoText(value: unknown): boolean {
  return typeof value !== 'string'
}

/** The part of a fetch request that is read. */
export interface FetchRequest extends FetchClosing {
  readonly method: string
  readonly url: string
}

/** The Fetch standard joins several headers of one name with `, `. */
export function fetchHead(request: FetchRequest): RequestHead & Closes<FetchClosing> {
  const { method, url, headers } = request
  return {
    method,
    target: url,
    header: (name) => headers.get(name) ?? undefined,
    closing: request,
    onClosed: onFetchClosed,
  }
}
