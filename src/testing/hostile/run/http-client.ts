import type { Agent, IncomingMessage } from 'node:http'
import type { Connection, OutgoingRequest, Reply } from './connection.ts'
import { failedReply } from './connection.ts'

/** How many bytes of a body are kept. The rest is read and dropped, to bound the memory. */
const maxBodyBytes = 262_144

/** Whether a host name, as `URL` spells it, is one of this machine. */
export function isLoopbackHost(hostname: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname)
}

/**
 * Sends requests to a server over HTTP/1.1, with the header lines exactly as they are given.
 *
 * @param timeout After how many seconds an answer counts as missing.
 */
export async function createHttpClient(origin: URL, timeout: number): Promise<Connection> {
  const { Agent, request } =
    origin.protocol === 'https:' ? await import('node:https') : await import('node:http')
  const agent = new Agent({ keepAlive: true, maxSockets: 16 })

  function attempt(outgoing: OutgoingRequest): Promise<Reply | 'again'> {
    return new Promise((resolve) => {
      const { method, path, headers, body } = outgoing
      const sent = request({
        agent: agent as Agent,
        host: origin.hostname.replace(/^\[|\]$/g, ''),
        port: origin.port,
        method,
        path,
        headers: rawHeaders(origin, headers, body),
        // On loopback nobody can pretend to be the server: any certificate will do.
        ...(origin.protocol === 'https:' && {
          rejectUnauthorized: !isLoopbackHost(origin.hostname),
        }),
      })
      function finish(reply: Reply | 'again'): void {
        clearTimeout(timer)
        resolve(reply)
      }
      const timer = setTimeout(() => {
        finish(failedReply('hung', `no answer within ${timeout} s`))
        sent.destroy()
      }, timeout * 1000)
      sent.on('response', (response) => void read(response).then(finish))
      sent.on('error', (error: NodeJS.ErrnoException) => {
        // A server may close an idle connection just when a request is sent on it. Such a request
        // is sent again (RFC 9112 section 9.3.1).
        const stale = sent.reusedSocket && error.code === 'ECONNRESET'
        finish(stale ? 'again' : failedReply('broken', `the connection broke: ${error.code}`))
      })
      sent.end(body)
    })
  }

  return {
    async send(outgoing) {
      for (let tries = 0; tries < 20; tries += 1) {
        const reply = await attempt(outgoing)
        if (reply !== 'again') return reply
      }
      return failedReply('broken', 'the connection broke every time')
    },
    async close() {
      agent.destroy()
    },
  }
}

/** The headers as a flat list of names and values, because an object cannot hold a name twice. */
function rawHeaders(
  origin: URL,
  headers: OutgoingRequest['headers'],
  body: string | undefined,
): string[] {
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
    let length = 0
    response.on('data', (chunk: Buffer) => {
      if (length < maxBodyBytes) chunks.push(chunk)
      length += chunk.byteLength
    })
    response.on('error', () =>
      resolve(failedReply('broken', 'the connection broke within the answer')),
    )
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
