import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAuth } from 'tollgate/node'

/** An API that this issuer's tokens open, and what it was asked. */
export async function startApi(issuer: string, audience: string) {
  const { requireAuth } = createAuth({ issuer, audience, allowInsecureLoopback: true })
  const guard = requireAuth({ scope: 'orders:read' })
  const asked: string[] = []
  const server = createServer(async (request, response) => {
    asked.push(`${request.method} ${request.url}`)
    if (request.url === '/moved') {
      response.writeHead(302, { location: 'http://192.0.2.1/elsewhere' }).end()
      return
    }
    if (request.url === '/hostile') {
      response.writeHead(401, {
        'www-authenticate': `Bearer realm="${markup}", error="invalid_token"`,
        'x-markup': markup,
      })
      response.end(markup)
      return
    }
    const auth = await guard(request, response)
    if (auth) response.end(JSON.stringify({ hello: auth.subject }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    asked,
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

/** What would run a script if it became HTML. It holds no quotation mark, so that headers can quote it. */
export const markup = "<img src=x onerror=alert('run')>"
