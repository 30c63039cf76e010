import { kindOf, wrongOption } from '../../core/option-checks.ts'

/**
 * An answer as clients of tests give it: a fetch `Response`, a response of supertest and superagent,
 * what Fastify's `inject()` gives, or the `IncomingMessage` of a Node client.
 */
export type ResponseLike =
  | Response
  | {
      readonly status: number
      readonly headers: Readonly<Record<string, unknown>>
      readonly body?: unknown
      readonly text?: string
    }
  | {
      readonly statusCode?: number | undefined
      readonly headers: Readonly<Record<string, unknown>>
      readonly payload?: string
    }

/** What is read of an answer, whatever client gave it. */
export interface Received {
  readonly status: number
  /** Several headers of one name are joined with `, `. Undefined if there is none. */
  header(name: string): string | undefined
  readonly headers: string
  /** Undefined if it cannot be read here: that of a fetch Response can be read only once. */
  readonly body: string | undefined
  /** The request of this answer, if the client tells. */
  readonly request: SentRequest | undefined
}

export interface SentRequest {
  readonly method: string
  /** The token that it carried in Authorization, if any. */
  readonly token: string | undefined
  readonly hasCredentials: boolean
}

/**
 * Reads an answer. It does not use up the body of a fetch Response.
 *
 * @throws {TypeError} for what is no answer, such as a promise of one.
 */
export function readAnswer(call: string, response: ResponseLike): Received {
  const given = `the answer that ${call} was given`
  if (typeof response !== 'object' || response === null) {
    wrongOption(given, `must be a response, not ${kindOf(response)}`)
  }
  if ('then' in response) wrongOption(given, 'is a promise of an answer: await it first')
  const { status, statusCode, text, payload, body } = response as {
    status?: unknown
    statusCode?: unknown
    text?: unknown
    payload?: unknown
    body?: unknown
  }
  const code = typeof status === 'number' ? status : statusCode
  const { headers } = response
  if (typeof code !== 'number' || typeof headers !== 'object' || headers === null) {
    wrongOption(given, "must have a status and headers, as supertest's and fetch's have")
  }
  const named = isFetchHeaders(headers) ? [...headers.entries()] : Object.entries(headers)
  const lines = new Map(
    named.map(([name, value]) => [name.toLowerCase(), [value].flat().join(', ')]),
  )
  return {
    status: code,
    header: (name) => lines.get(name.toLowerCase()),
    headers: [...lines].map(([name, value]) => `${name}: ${value}`).join('\n'),
    body: isFetchHeaders(headers) ? undefined : bodyOf([text, payload, body]),
    request: requestOf(response),
  }
}

function isFetchHeaders(headers: object): headers is Headers {
  return typeof (headers as Partial<Headers>).get === 'function'
}

function bodyOf(places: readonly unknown[]): string | undefined {
  const text = places.find((place) => typeof place === 'string')
  if (text !== undefined) return text as string
  const value = places.find((place) => typeof place === 'object' && place !== null)
  return value === undefined ? undefined : JSON.stringify(value)
}

/** Where clients keep the request: supertest and Node in `req`, `inject()` in `raw.req`. */
interface WithRequest {
  readonly req?: { readonly method?: unknown; getHeaders?: () => Record<string, unknown> }
  readonly raw?: {
    readonly req?: { readonly method?: unknown; readonly headers?: Record<string, unknown> }
  }
}

function requestOf(response: object): SentRequest | undefined {
  const { req, raw } = response as WithRequest
  const sent =
    typeof req?.getHeaders === 'function'
      ? { method: req.method, headers: req.getHeaders() }
      : raw?.req
  if (typeof sent?.method !== 'string' || !sent.headers) return undefined
  const headers = Object.entries(sent.headers).map(
    ([name, value]) => [name.toLowerCase(), String(value)] as const,
  )
  const authorization = headers.find(([name]) => name === 'authorization')?.[1]
  return {
    method: sent.method,
    token: authorization?.split(' ').at(-1),
    // A gateway's header may hold the token in the place of Authorization (option `tokenHeader`).
    hasCredentials:
      authorization !== undefined ||
      headers.some(([name, value]) => name !== 'host' && /^[^\s.]+\.[^\s.]*\./.test(value)),
  }
}
