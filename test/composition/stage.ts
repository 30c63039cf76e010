import { once } from 'node:events'
import type { RequestListener, Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { AuthEvent } from 'tollgate'
import { createTestIssuer, faults } from 'tollgate/testing'
import { afterAll, beforeAll, expect } from 'vitest'

export const issuer = createTestIssuer()
export const other = createTestIssuer({ url: 'https://other.test' })

/** An issuer whose keys cannot be loaded, so that every good token is answered with 503. */
export const dead = createTestIssuer({ url: 'https://dead.test' })
dead.fail('*', faults.refuse())

export const origin = 'https://app.example'

/**
 * The headers of a CORS preflight, which a browser sends without a token before the real request.
 */
export const preflight = {
  origin,
  'access-control-request-method': 'GET',
  'access-control-request-headers': 'authorization',
}

/** The challenge of a guard. No framework writes it by itself. */
export const challenge = 'Bearer realm="api"'

/** Values that a hook may throw: an error, and values that are no error. */
export const thrownByHooks: readonly unknown[] = [new Error('hook'), 'text', null, undefined]

/** Options that trust the issuer, and a count of the verifications that are made with them. */
export function countedTrust() {
  const count = { accepted: 0 }
  const onEvent = ({ type }: AuthEvent): void => {
    if (type === 'token.accepted') count.accepted++
  }
  return { options: issuer.trust({ tokenCache: false as const, onEvent }), count }
}

/** A promise, and the function that resolves it. */
export function createDeferred() {
  let resolve = (): void => {}
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { resolve, promise }
}

/** An issuer that answers only when the test lets it. Until then, the first verification waits. */
export function createHeldIssuer() {
  const held = createTestIssuer({ url: 'https://held.test' })
  const asked = createDeferred()
  const answer = createDeferred()
  const fetch: typeof globalThis.fetch = async (...request) => {
    asked.resolve()
    await answer.promise
    return held.fetch(...request)
  }
  return {
    issuer: held,
    asked: asked.promise,
    answer: answer.resolve,
    options: held.trust({ fetch }),
  }
}

/** Serves the listener on a free port until the function has ended. */
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

/**
 * Fails the file if one of its tests causes an unhandled error, which would end a process.
 */
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
