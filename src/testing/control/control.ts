import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TestIssuer } from '../issuer.ts'
import type { Outages } from '../outages.ts'
import type { ControlAnswer } from './access.ts'
import { refusalOf, refuse } from './access.ts'
import type { Operations } from './operations.ts'
import { createOperations } from './operations.ts'
import { controlPath } from './protocol.ts'

export interface ControlOptions {
  readonly issuer: TestIssuer
  readonly outages: Outages
  /** Where the issuer is reached. The `iss` of some issuers is no URL. */
  readonly url: string
  /** What a request must carry as its Bearer token. Undefined: nothing, on loopback alone. */
  readonly secret: string | undefined
  /** What this issuer can be told beside what every issuer can. */
  readonly more?: Operations
}

/** The control endpoints of an issuer that answers over HTTP. */
export interface Control {
  /** Answers a request to a control endpoint. False: it is for the issuer itself. */
  handle(request: IncomingMessage, response: ServerResponse): boolean
}

/** The most bytes that a request may send. */
const longestBody = 65_536

/**
 * Control endpoints, for tests and commands in other processes. Whoever can ask them can be any user
 * of an app that trusts the issuer. So a web page that a developer visits must not reach them, and
 * other machines need the secret.
 */
export function createControl(options: ControlOptions): Control {
  const { issuer, outages, url, secret, more = {} } = options
  const operations: Operations = { ...createOperations(issuer, outages), ...more }

  async function answer(request: IncomingMessage, target: string): Promise<ControlAnswer> {
    const refusal = refusalOf(request, { url, secret })
    if (refusal !== undefined) return refusal
    const [path = '', query = ''] = target.split(/\?(.*)/s)
    const [, place = '', id] = /^(.*?)(?:\/(\d{1,9}))?$/s.exec(path) ?? []
    const operation = `${request.method} ${place}`
    if (!Object.hasOwn(operations, operation)) return refuse(404, 'there is no such operation')
    try {
      const body = await readJson(request)
      const input = {
        body,
        id: id === undefined ? undefined : Number(id),
        query: new URLSearchParams(query),
      }
      return { status: 200, body: await operations[operation]?.(input) }
    } catch (error) {
      return refuse(400, (error as Error).message.replace(/^tollgate: /, ''))
    }
  }

  return {
    handle(request, response) {
      const target = request.url ?? ''
      if (!/^\/_test(?:[/?]|$)/.test(target)) return false
      void answer(request, target.slice(controlPath.length)).then(({ status, body }) => {
        response.writeHead(status, {
          'content-type': 'application/json',
          'cache-control': 'no-store',
          'cross-origin-resource-policy': 'same-origin',
          'x-content-type-options': 'nosniff',
          // What is left of a body that was too long is not read.
          ...(status !== 200 && { connection: 'close' }),
        })
        response.end(JSON.stringify(body))
      })
      return true
    },
  }
}

/** The body, or undefined if there can be none. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  if (request.method !== 'POST' && request.method !== 'PUT') return undefined
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.byteLength
    if (length > longestBody) throw new Error(`the body has more than ${longestBody} bytes`)
    chunks.push(chunk)
  }
  if (length === 0) return {}
  try {
    return JSON.parse(Buffer.concat(chunks).toString())
  } catch {
    throw new Error('the body is no JSON')
  }
}
