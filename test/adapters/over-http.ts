import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Served } from './adapter.ts'

/**
 * Sends requests over real HTTP/1.1, each on its own connection. The server takes headers of twice
 * the usual size, as Node does with --max-http-header-size, so that the longest tokens come through.
 */
export async function overHttp(listener: RequestListener): Promise<Served> {
  const server = createServer({ maxHeaderSize: 32_768 }, listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    async exchange(path, headers, method) {
      const sent = request({
        host: '127.0.0.1',
        port,
        path,
        method,
        agent: false,
        headers: ['Host', `127.0.0.1:${port}`, 'Content-Length', '0', ...headers.flat()],
      }).end()
      const [response] = await once(sent, 'response')
      let body = ''
      for await (const chunk of response.setEncoding('utf8')) body += chunk
      return { status: response.statusCode, headers: response.headers, body }
    },
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
