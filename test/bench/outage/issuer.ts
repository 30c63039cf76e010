import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { VirtualClock } from './clock.ts'

export type Documents = Readonly<Record<'metadata' | 'keys', unknown>>

export interface Fetches {
  readonly metadata: number
  readonly keys: number
}

/** An issuer that answers by HTTP on 127.0.0.1. Its answers take virtual time. */
export interface ScriptedIssuer {
  readonly url: string
  readonly jwksUri: string
  /** From now on, the issuer answers 503. It also does so at first. */
  goDown(): void
  comeBack(documents: Documents): void
  /** When the issuer sends the next answer to a request that it has, in seconds of the scenario. */
  nextAnswer(): number | undefined
  /** How many requests have come so far, answered or not. */
  fetches(): Fetches
  close(): void
}

const metadataPaths = [
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
]
// get-jwks looks here by default; the others find the address by discovery, or by an option.
const jwksPath = '/.well-known/jwks.json'

export async function startIssuer(clock: VirtualClock, latency: number): Promise<ScriptedIssuer> {
  const counts = { metadata: 0, keys: 0 }
  const due: number[] = []
  let served: Documents | undefined

  const server = createServer((request, response) => {
    const name = documentAt(request.url)
    if (name === undefined) throw new Error(`A contender asked for ${request.url}`)
    counts[name] += 1
    due.push(clock.now() + latency)
    setTimeout(() => {
      due.shift()
      if (served === undefined) refuse(response)
      else answer(response, served[name])
    }, latency * 1000)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    url,
    jwksUri: `${url}${jwksPath}`,
    goDown() {
      served = undefined
    },
    comeBack(documents) {
      served = documents
    },
    nextAnswer: () => due[0],
    fetches: () => ({ ...counts }),
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function documentAt(path: string | undefined): keyof Documents | undefined {
  if (path === jwksPath) return 'keys'
  return metadataPaths.includes(path ?? '') ? 'metadata' : undefined
}

function answer(response: ServerResponse, document: unknown): void {
  const body = JSON.stringify(document)
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}

/**
 * Answers like a load balancer without a server behind it. It closes the connection, because some
 * clients never read the body to its end.
 */
function refuse(response: ServerResponse): void {
  response.writeHead(503, { connection: 'close', 'content-length': 0 })
  response.end()
}
