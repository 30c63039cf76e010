import type { Refusal } from './challenge.ts'

/** The part of a Node response that is written. */
export interface NodeResponse {
  readonly headersSent?: boolean
  statusCode: number
  setHeader(name: string, value: string): unknown
  end(body: string): unknown
}

/** Writes with the runtime's own means: frameworks add a charset here, an ETag there. Node leaves out HEAD's body. */
export function answerNode(response: NodeResponse, { status, headers, body }: Refusal): void {
  // Somebody has answered already, e.g. a time limit.
  if (response.headersSent) return
  response.statusCode = status
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  response.end(body)
}

/** RFC 9110 section 9.3.2: the answer to HEAD has the headers, and no body. */
export function answerFetch(method: string, { status, headers, body }: Refusal): Response {
  return new Response(method === 'HEAD' ? null : body, { status, headers })
}
