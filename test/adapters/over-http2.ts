import { once } from 'node:events'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { connect, createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import type { Headers, Served } from './adapter.ts'

/** Sends requests over HTTP/2 without TLS, each as a stream of one session. */
export async function overHttp2(
  listener: (req: Http2ServerRequest, res: Http2ServerResponse) => void,
): Promise<Served> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  return {
    async exchange(path, headers, method) {
      const stream = session.request({ ...joined(headers), ':path': path, ':method': method })
      const [{ ':status': status, ...fields }] = await once(stream, 'response')
      let body = ''
      for await (const chunk of stream.setEncoding('utf8')) body += chunk
      return { status, headers: fields, body }
    },
    async close() {
      session.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/**
 * Node's HTTP/2 client sends only one field of each name. This joins equal fields as intermediaries
 * do (RFC 9110 section 5.3), and removes the spaces around their values.
 */
function joined(headers: Headers): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const [given, value] of headers) {
    const name = given.toLowerCase()
    fields[name] = name in fields ? `${fields[name]}, ${value}` : value
  }
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value.trim()]))
}
