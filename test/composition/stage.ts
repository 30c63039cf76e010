import { once } from 'node:events'
import type { RequestListener, Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { AuthEvent } from 'tollgate'
import { createTestIssuer, faults } from 'tollgate/testing'
import { afterAll, beforeAll, expect } from 'vitest'

export const issuer = createTestIssuer()
export const other = createTestIssuer({ url: 'https://other.test' })

/** Its keys cannot be had, so that every good token is answered with 503. */
export const dead = createTestIssuer({ url: 'https://dead.test' })
dead.fail('*', faults.refuse())

export const origin = 'https://app.example'

/** A browser's question before it sends a token: it never carries one itself. */
export const preflight = {
  origin,
  'access-control-request-method': 'GET',
  'access-control-request-headers': 'authorization',
}

/** What no framework writes by itself: only the guard refuses like this. */
export const challenge = 'Bearer realm="api"'

/** What a hook may throw: an error, and what is none. */
export const thrownByHooks: readonly unknown[] = [new Error('hook'), 'text', null, undefined]

/** Options which trust the issuer, and the number of verifications that were made with them. */
export function countedTrust() {
  const count = { accepted: 0 }
  const onEvent = ({ type }: AuthEvent): void => {
    if (type === 'token.accepted') count.accepted++
  }
  return { options: issuer.trust({ tokenCache: false as const, onEvent }), count }
}

/** A promise, and what settles it. */
export function gate() {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, opened }
}

/** An issuer that answers when the test says so: until then, its first verification waits. */
export function createHeldIssuer() {
  const held = createTestIssuer({ url: 'https://held.test' })
  const asked = gate()
  const answer = gate()
  const fetch: typeof globalThis.fetch = async (...request) => {
    asked.open()
    await answer.opened
    return held.fetch(...request)
  }
  return { issuer: held, asked: asked.opened, answer: answer.open, options: held.trust({ fetch }) }
}

/** Serves on a port of its own for as long as a function takes. */
export async function serving<T>(
  listener: RequestListener,
  use: (url: string, server: Server) => Promise<T>,
): Promise<T> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, server)
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds))

/** No test of a file may leave an error behind that would end a process. */
export function expectNoStrayErrors(): void {
  const strays: unknown[] = []
  const note = (error: unknown): void => void strays.push(error)
  beforeAll(() => {
    process.on('unhandledRejection', note)
    process.on('uncaughtExceptionMonitor', note)
  })
  afterAll(async () => {
    await pause(20)
    process.off('unhandledRejection', note)
    process.off('uncaughtExceptionMonitor', note)
    expect(strays).toEqual([])
  })
}
