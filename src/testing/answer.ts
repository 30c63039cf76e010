/** What an endpoint answers, as data. The in-process fetch and the HTTP server both send it. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /**
   * The whole body, or a function that streams it. If the stream throws an error, the connection
   * breaks there.
   */
  readonly body: Uint8Array | ((signal: AbortSignal) => AsyncIterable<Uint8Array>)
  /** Seconds to wait before the head is sent. */
  readonly delay?: number
  /** Over HTTP, the body is sent compressed. In process, it is given as fetch would inflate it. */
  readonly contentEncoding?: 'gzip'
}

/** A network failure before there is an answer. */
export interface NetworkFailure {
  readonly failure: 'refuse' | 'dns' | 'reset' | 'hang'
}

/** How a request ends. */
export type Outcome = Answer | NetworkFailure

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

/** The JSON document in an answer, or undefined if the answer has none. */
export function readJson(answer: Answer): Record<string, unknown> | undefined {
  return answer.status === 200 && answer.body instanceof Uint8Array
    ? JSON.parse(new TextDecoder().decode(answer.body))
    : undefined
}

/** The Content-Length header. It is left out where the length of the body is not known. */
export function contentLength(answer: Answer): Readonly<Record<string, string>> {
  return answer.body instanceof Uint8Array && !hasNoContent(answer.status)
    ? { 'content-length': String(answer.body.byteLength) }
    : {}
}

/** Whether answers with this status have no content (RFC 9110 section 6.4.1). */
export function hasNoContent(status: number): boolean {
  return [204, 205, 304].includes(status)
}

/** The body as a stream. */
export async function* streamBody(
  answer: Answer,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (answer.body instanceof Uint8Array) {
    if (answer.body.byteLength > 0) yield answer.body
  } else yield* answer.body(signal)
}
