import type { Connection, Reply, Shipment } from './connection.ts'
import { failed } from './connection.ts'

/** Code that takes a standard Request: a Hono app, a Worker. */
export interface FetchHandler {
  fetch(request: Request): Response | Promise<Response>
}

/** Calls a fetch handler, with no network in between. @param timeout Seconds for an answer. */
export function createFetchClient(handler: FetchHandler, timeout: number): Connection {
  return {
    async send(shipment) {
      const leaving = new AbortController()
      const request = toRequest(shipment, leaving.signal)
      if (request === undefined) {
        return failed('impossible', `a Request with the method ${shipment.method} has no body`)
      }
      let timer: ReturnType<typeof setTimeout> | undefined
      const late = new Promise<Reply>((resolve) => {
        const hung = failed('hung', `no answer within ${timeout} s`)
        timer = setTimeout(() => resolve(hung), timeout * 1000)
      })
      try {
        return await Promise.race([answer(handler, request), late])
      } catch (error) {
        return failed('broken', `the handler threw ${nameOf(error)}`)
      } finally {
        clearTimeout(timer)
        leaving.abort()
      }
    },
    async close() {},
  }
}

function toRequest(
  { method, path, headers, body }: Shipment,
  signal: AbortSignal,
): Request | undefined {
  if (body !== undefined && (method === 'GET' || method === 'HEAD')) return undefined
  const lines = headers.map(([name, value]): [string, string] => [name, value])
  return new Request(new URL(path, 'http://localhost'), {
    method,
    headers: lines,
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

/** An error's message may quote the token: its name tells enough. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}
