import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'socket.io-client'
import type { Auth } from 'tollgate'
import { createTestIssuer, faults } from 'tollgate/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { closeAtExpiry } from '../../examples/recipes/close-at-expiry.ts'
import { createChat as createSocketIoChat } from '../../examples/recipes/socket-io.ts'
import { createChat } from '../../examples/recipes/websocket.ts'
import { serving } from './serving.ts'

const issuer = createTestIssuer()
const dead = createTestIssuer({ url: 'https://dead.test' })
dead.fail('*', faults.refuse())
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

describe('examples/recipes/close-at-expiry.ts', () => {
  afterEach(() => vi.useRealTimers())
  const auth = (seconds: number) => ({ expiresAt: Date.now() / 1000 + seconds }) as Auth

  it.each([60, 90 * 86_400])('closes once after %i seconds, and not before', (seconds) => {
    vi.useFakeTimers()
    const close = vi.fn()
    closeAtExpiry(auth(seconds), close)
    vi.advanceTimersByTime(seconds * 1000 - 1)
    expect(close).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1000)
    expect(close).toHaveBeenCalledOnce()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('closes at once where the token is over, and never after it was stopped', () => {
    vi.useFakeTimers()
    const close = vi.fn()
    closeAtExpiry(auth(-5), close)
    vi.advanceTimersByTime(0)
    expect(close).toHaveBeenCalledOnce()
    closeAtExpiry(auth(60), close)()
    vi.advanceTimersByTime(61_000)
    expect(close).toHaveBeenCalledOnce()
  })
})

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
})

describe('examples/recipes/socket-io.ts', () => {
  async function chatting(
    use: (open: (token?: unknown) => ReturnType<typeof connect>) => Promise<void>,
  ) {
    const server = createServer()
    const io = createSocketIoChat(server, issuer.trust())
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
})
