import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { createServer, request } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { connect } from 'node:net'
import type { AuthOptions, NodeAuth, Requirements } from 'tollgate/node'
import { createAuth } from 'tollgate/node'
import { createTestIssuer, faults } from 'tollgate/testing'
import { afterEach, describe, expect, it } from 'vitest'

const issuer = createTestIssuer()
const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** A server that becomes a socket only for whoever the guard lets in, and says who it was. */
async function listen(
  requirements: Requirements | undefined,
  options: Partial<AuthOptions> = {},
): Promise<{ port: number; auth: NodeAuth; thrown: unknown[] }> {
  const auth = createAuth({ ...issuer.trust(), ...options } as AuthOptions)
  const guard = auth.requireAuth(requirements as Requirements)
  const thrown: unknown[] = []
  const answer = async (req: IncomingMessage, socket: Socket): Promise<void> => {
    const caller = await guard.upgrade(req, socket)
    if (caller === false) return
    expect(auth.getAuth(req, { optional: true })).toBe(caller)
    socket.end(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: test\r\nConnection: Upgrade\r\n\r\n${caller?.subject ?? 'nobody'}`,
    )
  }
  const server = createServer().on('upgrade', (req, socket) => {
    answer(req, socket as Socket).catch((error) => {
      thrown.push(error)
      socket.destroy()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => {
    server.close()
    server.closeAllConnections()
  })
  return { port: (server.address() as AddressInfo).port, auth, thrown }
}

/** The status and headers of the answer, and what came on the socket or as the body. */
async function upgrade(port: number, headers: Record<string, string> = {}) {
  const asked = request({
    port,
    host: '127.0.0.1',
    headers: { connection: 'Upgrade', upgrade: 'test', ...headers },
  })
  asked.end()
  const [answer, socket] = (await Promise.race([
    once(asked, 'upgrade').then(([response, raw, head]) => {
      raw.unshift(head)
      return [response, raw]
    }),
    once(asked, 'response').then(([response]) => [response, response]),
  ])) as [IncomingMessage, Socket]
  let text = ''
  for await (const chunk of socket.setEncoding('utf8')) text += chunk
  return { status: answer.statusCode, headers: answer.headers, text }
}

describe('requireAuth().upgrade', () => {
  it('gives the Auth of a good token, and leaves the socket to the application', async () => {
    const { port } = await listen({ scope: 'chat' })
    const answer = await upgrade(port, issuer.headers({ sub: 'ada', scope: 'chat' }))
    expect(answer).toMatchObject({ status: 101, text: 'ada' })
  })

  it('answers as every adapter does, with the challenge, the problem and the end of the connection', async () => {
    const { port } = await listen({ scope: 'chat' })
    const answers = [
      await upgrade(port),
      await upgrade(port, { authorization: 'Bearer "x"' }),
      await upgrade(port, { authorization: `Bearer ${issuer.bad.expired()}` }),
      await upgrade(port, issuer.headers({ scope: 'mail' })),
    ]
    expect(answers.map(({ status }) => status)).toEqual([401, 400, 401, 403])
    for (const { status, headers, text } of answers) {
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'content-type': 'application/problem+json',
        'content-length': String(text.length),
        connection: 'close',
      })
      expect(headers['www-authenticate']).toMatch(/^Bearer realm="api"/)
      expect(JSON.parse(text)).toMatchObject({ type: 'about:blank', status })
    }
    expect(answers[3]?.headers['www-authenticate']).toContain('scope="chat"')
  })

  it('answers 503 with Retry-After while keys cannot be had', async () => {
    const down = createTestIssuer()
    down.fail('*', faults.refuse())
    const { port } = await listen(undefined, down.trust())
    const { status, headers } = await upgrade(port, down.headers())
    expect([status, headers['retry-after']]).toEqual([503, '1'])
    expect(headers).not.toHaveProperty('www-authenticate')
  })

  it('lets nobody in by an anonymous pass unless the route is optional', async () => {
    const { port } = await listen({ optional: true })
    expect(await upgrade(port)).toMatchObject({ status: 101, text: 'nobody' })
    expect(await upgrade(port, { authorization: 'Bearer x.y.z' })).toMatchObject({ status: 401 })
  })

  it('tells onRefused of a refusal, and does not ask onRefuse, which needs a response', async () => {
    const seen: string[] = []
    const { port } = await listen(undefined, {
      onRefused: ({ reason }) => void seen.push(reason),
      onRefuse: () => void seen.push('onRefuse'),
    })
    await upgrade(port)
    expect(seen).toEqual(['no-credentials'])
  })

  it('rejects with what a check throws, and writes nothing', async () => {
    const failure = new Error('broken')
    const { port, thrown } = await listen({
      check: () => {
        throw failure
      },
    })
    await expect(upgrade(port, issuer.headers())).rejects.toThrow(/hang up/)
    expect(thrown).toEqual([failure])
  })

  it('outlives a caller that resets the connection while keys are fetched', async () => {
    const slow = createTestIssuer()
    const fetch: typeof globalThis.fetch = async (url, init) => {
      await new Promise((resolve) => setTimeout(resolve, 100))
      return slow.fetch(url, init)
    }
    const { port } = await listen(undefined, { ...slow.trust(), fetch })
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    socket.write(
      `GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: test\r\nAuthorization: Bearer ${slow.bad.tampered()}\r\n\r\n`,
    )
    await new Promise((resolve) => setTimeout(resolve, 30))
    socket.resetAndDestroy()
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(await upgrade(port, slow.headers({ sub: 'ada' }))).toMatchObject({ text: 'ada' })
  })
})
