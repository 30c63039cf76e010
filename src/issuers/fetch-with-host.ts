import type { IncomingMessage } from 'node:http'
import type { FetchLike } from '../core/exports.ts'

type Answer = Awaited<ReturnType<FetchLike>>

/** The module of Node that asks a URL; undefined on runtimes without it. */
function httpFor(
  url: string,
): typeof import('node:http') | typeof import('node:https') | undefined {
  return new URL(url).protocol === 'https:'
    ? globalThis.process?.getBuiltinModule?.('node:https')
    : globalThis.process?.getBuiltinModule?.('node:http')
}

/** Whether `fetchWithHost` can ask a URL on this runtime. */
export function canFetchWithHost(url: string): boolean {
  return httpFor(url) !== undefined
}

/**
 * Fetches like `globalThis.fetch`, but sends the header `host` that it is given, which
 * `globalThis.fetch` ignores. For an issuer that is asked at an address of the internal network and
 * knows itself by its public name alone. With https, the certificate must be for that name.
 *
 * It uses `node:http` and `node:https`, follows no redirects and decompresses nothing.
 *
 * @throws TypeError on a runtime without these modules.
 */
export const fetchWithHost: FetchLike = async (url, init) => {
  // Without a prototype: a method that other code has put on Object.prototype must not be taken.
  const asked: typeof init = Object.assign(Object.create(null), init)
  const { method = 'GET', headers, signal, body } = asked
  const http = httpFor(url)
  if (http === undefined) {
    throw new TypeError(
      'tollgate: fetchWithHost() needs node:http, which this runtime does not have',
    )
  }
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers, signal })
    request.once('error', reject)
    request.once('response', (response) => resolve(answerOf(response)))
    request.end(body)
  })
}

function answerOf(response: IncomingMessage): Answer {
  const cancel = async (): Promise<void> => void response.destroy()
  return {
    status: response.statusCode ?? 0,
    headers: {
      get(name) {
        const values = Object.entries(response.headersDistinct)
        const found = values.find(([key]) => key === name.toLowerCase())
        return found?.[1]?.join(', ') ?? null
      },
    },
    body: {
      cancel,
      getReader() {
        const pieces: AsyncIterator<Uint8Array> = response[Symbol.asyncIterator]()
        return {
          cancel,
          async read() {
            const { done = false, value } = await pieces.next()
            return { done, value }
          },
        }
      },
    },
  }
}
