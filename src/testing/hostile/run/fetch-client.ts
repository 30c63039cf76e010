import type { Connection, OutgoingRequest, Reply } from './connection.ts'
import { failedReply } from './connection.ts'

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
  return {
    async send(outgoing) {
      const controller = new AbortController()
      const request = toRequest(outgoing, controller.signal)
      if (request === undefined) {
        return failedReply('impossible', `a Request with the method ${outgoing.method} has no body`)
      }
      let timer: ReturnType<typeof setTimeout> | undefined
      const late = new Promise<Reply>((resolve) => {
        const hung = failedReply('hung', `no answer within ${timeout} s`)
        timer = setTimeout(() => resolve(hung), timeout * 1000)
      })
      try {
        return await Promise.race([answer(handler, request), late])
      } catch (error) {
        return failedReply('broken', `the handler threw ${nameOf(error)}`)
      } finally {
        clearTimeout(timer)
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

/** The name of an error. The message is left out of the report, because it may quote the token. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}
