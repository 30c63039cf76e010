/** What an endpoint answers, as data: the in-process fetch and the HTTP server both realise it. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** All bytes, or a lazy stream of them; an error thrown by the stream breaks the connection. */
  readonly body: Uint8Array | ((signal: AbortSignal) => AsyncIterable<Uint8Array>)
  /** Seconds to wait before the head is sent. */
  readonly delay?: number
  /** Over HTTP the body travels compressed; in process it is what fetch would have inflated. */
  readonly contentEncoding?: 'gzip'
}

/** A transport that breaks before there is an answer. */
export interface Breakdown {
  readonly broken: 'refuse' | 'dns' | 'reset' | 'hang'
}

/** What becomes of a request. */
export type Outcome = Answer | Breakdown

const encoder = new TextEncoder()

export function answerJson(value: unknown): Answer {
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: encoder.encode(JSON.stringify(value)),
  }
}

export function answerText(
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return {
    status,
    headers: { ...(text !== '' && { 'content-type': 'text/plain' }), ...headers },
    body: encoder.encode(text),
  }
}

/** The JSON document that an endpoint answers with, or undefined if it answers something else. */
export function readJson(answer: Answer): Record<string, unknown> | undefined {
  return answer.status === 200 && answer.body instanceof Uint8Array
    ? JSON.parse(new TextDecoder().decode(answer.body))
    : undefined
}

/** The length that a head states: that of the whole body, where it is known. */
export function contentLength(answer: Answer): Readonly<Record<string, string>> {
  return answer.body instanceof Uint8Array && !bodiless(answer.status)
    ? { 'content-length': String(answer.body.byteLength) }
    : {}
}

/** RFC 9110 §6.4.1: these statuses have no content. */
export function bodiless(status: number): boolean {
  return [204, 205, 304].includes(status)
}

/** The body as a stream, whatever it is. */
export async function* streamBody(
  answer: Answer,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (answer.body instanceof Uint8Array) {
    if (answer.body.byteLength > 0) yield answer.body
  } else yield* answer.body(signal)
}
