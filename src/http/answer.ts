import type { AnswerHeaders } from '../core/errors.ts'
import type { Refusal } from './challenge.ts'

/** The part of a Node response that is written. */
export interface NodeResponse {
  readonly headersSent?: boolean
  statusCode: number
  setHeader(name: string, value: string): unknown
  end(body: string): unknown
}

/**
 * Writes with the runtime's own means: some frameworks would add a charset, others an ETag. Node
 * leaves out the body of an answer to HEAD.
 */
export function answerNode(response: NodeResponse, { status, headers, body }: Refusal): void {
  // Somebody has answered already, for example a time limit.
  if (response.headersSent) return
  response.statusCode = status
  addToNode(response, headers)
  response.end(body)
}

/** Adds headers to the answer that a route will give. */
export function addToNode(response: NodeResponse, headers: AnswerHeaders | undefined): void {
  if (headers === undefined) return
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
}

/** RFC 9110 section 9.3.2: the answer to HEAD has the same headers as that to GET, and no body. */
export function answerFetch(method: string, { status, headers, body }: Refusal): Response {
  return new Response(method === 'HEAD' ? null : body, { status, headers })
}

/**
 * The answer of a route, with these headers added. A copy: the headers of some answers cannot be
 * changed.
 */
export function addToFetch(response: Response, headers: AnswerHeaders | undefined): Response {
  if (headers === undefined) return response
  const copy = new Response(response.body, response)
  for (const [name, value] of Object.entries(headers)) copy.headers.set(name, value)
  return copy
}
