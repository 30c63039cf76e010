import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'socket.io-client'
import type { VerifierOptions } from 'tollgate'
import { createMemoryStore } from 'tollgate/revocation'
import { createTestIssuer, faults } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createChat as createSocketIoChat } from '../../examples/recipes/socket-io.ts'
import { createChat } from '../../examples/recipes/websocket.ts'
import { serving } from './serving.ts'

const issuer = createTestIssuer()
const dead = createTestIssuer({ url: 'https://dead.test' })
dead.fail('*', faults.refuse())
/** Options with a list of revoked tokens, and what puts those of alice on it. */
function revocable() {
  const revocation = createMemoryStore({ now: issuer.now })
  const options = issuer.trust({ revocation })
  const until = Math.floor(issuer.now() / 1000) + 600
  const revoke = () => revocation.revoke({ issuer: issuer.url, subject: 'alice', until })
  return { options, revoke }
}
const both = { scope: 'chat:read chat:write', sub: 'alice' }
const reader = { scope: 'chat:read' }
/** It expired 5 seconds ago, which the tolerance for clocks lets pass, so it is over at once. */
const ending = () => issuer.mint(both, { age: 65, expiresIn: 60 })

const refused: readonly (readonly [string, string | undefined, number])[] = [
  ['no token', undefined, 401],
  ['an expired token', issuer.bad.expired(both), 401],
  ['a token by the wrong key', issuer.bad.wrongKey(both), 401],
  ['a missing scope', issuer.mint({ scope: 'chat:write' }), 403],
]

describe('examples/recipes/websocket.ts', () => {
  const open = (port: number, token?: string) =>
    new WebSocket(`ws://127.0.0.1:${port}`, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    })

  it('opens for a good token, and asks each message for its scope', () =>
    serving(createChat(issuer.trust()), async (port) => {
      for (const [claims, said] of [
        [both, 'alice: hello'],
        [reader, '{"refused":403}'],
      ] as const) {
        const ws = open(port, issuer.mint(claims))
        await once(ws, 'open')
        ws.send('hello')
        const [data] = await once(ws, 'message')
        expect(String(data)).toBe(said)
        ws.terminate()
      }
    }))

  it('answers what must not be opened while it is an HTTP request', () =>
    serving(createChat(issuer.trust()), async (port) => {
      for (const [what, token, status] of refused) {
        const [, response] = await once(open(port, token), 'unexpected-response')
        expect([what, response.statusCode]).toEqual([what, status])
        expect(response.headers['www-authenticate']).toContain('Bearer realm="api"')
        response.destroy()
      }
    }))

  it('answers 503 while the issuer is down', () =>
    serving(createChat(dead.trust()), async (port) => {
      const [, response] = await once(open(port, dead.mint(both)), 'unexpected-response')
      expect(response.statusCode).toBe(503)
      response.destroy()
    }))

  it('closes when the token expires', () =>
    serving(createChat(issuer.trust()), async (port) => {
      const [code] = await once(open(port, ending()), 'close')
      expect(code).toBe(4401)
    }))

  it('closes when the token is revoked, and opens for it no more', async () => {
    const { options, revoke } = revocable()
    await serving(createChat(options), async (port) => {
      const token = issuer.mint(both)
      const ws = open(port, token)
      await once(ws, 'open')
      ws.send('hello')
      await once(ws, 'message')
      const closed = once(ws, 'close')
      await revoke()
      expect((await closed)[0]).toBe(4401)
      const [, response] = await once(open(port, token), 'unexpected-response')
      expect(response.statusCode).toBe(401)
      response.destroy()
    })
  })
})

describe('examples/recipes/socket-io.ts', () => {
  async function chatting(
    use: (open: (token?: unknown) => ReturnType<typeof connect>) => Promise<void>,
    options: VerifierOptions = issuer.trust(),
  ) {
    const server = createServer()
    const io = createSocketIoChat(server, options)
    try {
      await serving(server, (port) =>
        use((token) =>
          connect(`http://127.0.0.1:${port}`, {
            auth: { token },
            forceNew: true,
            reconnection: false,
            transports: ['websocket'],
          }),
        ),
      )
    } finally {
      await io.close()
    }
  }
  // The emitter of socket.io is none of Node's.
  const next = (socket: ReturnType<typeof connect>, event: string) =>
    // biome-ignore lint/suspicious/noExplicitAny: whatever the server sends
    new Promise<any>((resolve) => socket.once(event, resolve))

  it('connects with a good token, and asks each event for its scope', () =>
    chatting(async (open) => {
      for (const [claims, said] of [
        [both, 'alice: hello'],
        [reader, { refused: 403 }],
      ] as const) {
        const socket = open(issuer.mint(claims))
        await next(socket, 'connect')
        expect(await socket.emitWithAck('say', 'hello')).toEqual(said)
        socket.disconnect()
      }
    }))

  it('connects nobody else, and tells the status alone', () =>
    chatting(async (open) => {
      for (const [what, token, status] of [...refused, ['a number', 7, 401]] as const) {
        const error = await next(open(token), 'connect_error')
        expect([what, error.data]).toEqual([what, { status }])
        expect(error.message).toBe('refused')
      }
    }))

  it('disconnects when the token expires', () =>
    chatting(async (open) => {
      expect(await next(open(ending()), 'disconnect')).toBe('io server disconnect')
    }))

  it('disconnects when the token is revoked', async () => {
    const { options, revoke } = revocable()
    await chatting(async (open) => {
      const socket = open(issuer.mint(both))
      await next(socket, 'connect')
      await socket.emitWithAck('say', 'hello')
      const ended = next(socket, 'disconnect')
      await revoke()
      expect(await ended).toBe('io server disconnect')
    }, options)
  })
})
