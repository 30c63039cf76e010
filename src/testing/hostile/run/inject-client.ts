import type { Connection, OutgoingRequest, Reply } from './connection.ts'
import { failedReply } from './connection.ts'
import { repliesOf } from './in-process.ts'

/** An app whose requests are made by a function, as Fastify and light-my-request have it. */
export interface InjectHandler {
  inject(request: {
    method: string
    url: string
    headers: Record<string, string>
    payload?: string
  }): PromiseLike<{
    readonly statusCode: number
    readonly headers: Readonly<Record<string, unknown>>
    readonly payload: string
  }>
}

/**
 * Calls such an app directly, without a network.
 *
 * @param timeout After how many seconds an answer counts as missing.
 */
export function createInjectClient(app: InjectHandler, timeout: number): Connection {
  const reply = repliesOf(timeout)
  return {
    async send(outgoing) {
      const names = outgoing.headers.map(([name]) => name.toLowerCase())
      if (new Set(names).size < names.length) {
        return failedReply('impossible', 'inject() takes each header once')
      }
      return reply(() => answer(app, outgoing))
    },
    async close() {},
  }
}

async function answer(
  app: InjectHandler,
  { method, path, headers, body }: OutgoingRequest,
): Promise<Reply> {
  const response = await app.inject({
    method,
    url: path,
    headers: Object.fromEntries(headers),
    ...(body !== undefined && { payload: body }),
  })
  const lines = Object.entries(response.headers).map(([name, value]) => [
    name.toLowerCase(),
    [value].flat().join(', '),
  ])
  return { status: response.statusCode, headers: Object.fromEntries(lines), body: response.payload }
}
