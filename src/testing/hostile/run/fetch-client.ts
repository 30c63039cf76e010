import type { Connection, OutgoingRequest, Reply } from './connection.ts'
import { failedReply } from './connection.ts'
import { repliesOf } from './in-process.ts'

/** An app that takes a standard Request, as a Hono app or a Worker does. */
export interface FetchHandler {
  fetch(request: Request): Response | Promise<Response>
}

/**
 * Calls a fetch handler directly, without a network.
 *
 * @param timeout After how many seconds an answer counts as missing.
 */
export function createFetchClient(handler: FetchHandler, timeout: number): Connection {
  const reply = repliesOf(timeout)
  return {
    async send(outgoing) {
      const controller = new AbortController()
      const request = toRequest(outgoing, controller.signal)
      if (request === undefined) {
        return failedReply('impossible', `a Request with the method ${outgoing.method} has no body`)
      }
      try {
        return await reply(() => answer(handler, request))
      } finally {
        controller.abort()
      }
    },
    async close() {},
  }
}

/** Undefined for GET and HEAD with a body: the constructor of Request throws for those. */
function toRequest(
  { method, path, headers, body }: OutgoingRequest,
  signal: AbortSignal,
): Request | undefined {
  if (body !== undefined && (method === 'GET' || method === 'HEAD')) return undefined
  const entries = headers.map(([name, value]): [string, string] => [name, value])
  return new Request(new URL(path, 'http://localhost'), {
    method,
    headers: entries,
    body: body ?? null,
    signal,
  })
}

async function answer(handler: FetchHandler, request: Request): Promise<Reply> {
  const response = await handler.fetch(request)
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
  }
}
