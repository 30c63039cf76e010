import type { Agent, IncomingMessage } from 'node:http'
import type { Connection, Reply, Shipment } from './connection.ts'
import { failed } from './connection.ts'

/** More of a body is not kept. */
const longestBody = 262_144

/** Sends to a server over HTTP/1.1, header lines as they are. @param timeout Seconds for an answer. */
export async function createHttpClient(origin: URL, timeout: number): Promise<Connection> {
  const { Agent, request } =
    origin.protocol === 'https:' ? await import('node:https') : await import('node:http')
  const agent = new Agent({ keepAlive: true, maxSockets: 16 })

  const attempt = (shipment: Shipment): Promise<Reply | 'again'> =>
    new Promise((resolve) => {
      const { method, path, headers, body } = shipment
      const sent = request({
        agent: agent as Agent,
        host: origin.hostname.replace(/^\[|\]$/g, ''),
        port: origin.port,
        method,
        path,
        headers: linesOf(origin, headers, body),
        // Only on loopback, where a certificate proves nothing.
        ...(origin.protocol === 'https:' && { rejectUnauthorized: false }),
      })
      function finish(reply: Reply | 'again'): void {
        clearTimeout(timer)
        resolve(reply)
      }
      const timer = setTimeout(() => {
        finish(failed('hung', `no answer within ${timeout} s`))
        sent.destroy()
      }, timeout * 1000)
      sent.on('response', (response) => void read(response).then(finish))
      sent.on('error', (error: NodeJS.ErrnoException) => {
        // RFC 9112 §9.3.1: an idle connection may have been closed while the request was on its way.
        const stale = sent.reusedSocket && error.code === 'ECONNRESET'
        finish(stale ? 'again' : failed('broken', `the connection broke: ${error.code}`))
      })
      sent.end(body)
    })

  return {
    async send(shipment) {
      for (let tries = 0; tries < 20; tries += 1) {
        const reply = await attempt(shipment)
        if (reply !== 'again') return reply
      }
      return failed('broken', 'the connection broke every time')
    },
    async close() {
      agent.destroy()
    },
  }
}

/** A flat list, in which a name may come twice. */
function linesOf(origin: URL, headers: Shipment['headers'], body: string | undefined): string[] {
  return [
    'host',
    origin.host,
    ...headers.flat(),
    ...(body === undefined ? [] : ['content-length', String(Buffer.byteLength(body))]),
  ]
}

function read(response: IncomingMessage): Promise<Reply> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let kept = 0
    response.on('data', (chunk: Buffer) => {
      if (kept < longestBody) chunks.push(chunk)
      kept += chunk.byteLength
    })
    response.on('error', () => resolve(failed('broken', 'the connection broke within the answer')))
    response.on('end', () => {
      const entries = Object.entries(response.headersDistinct)
      resolve({
        status: response.statusCode ?? 0,
        headers: Object.fromEntries(
          entries.map(([name, values = []]) => [name, values.join(', ')]),
        ),
        body: Buffer.concat(chunks).toString(),
      })
    })
  })
}
