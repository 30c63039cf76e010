import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Connection } from './connection.ts'
import type { FetchHandler } from './fetch-client.ts'
import { createFetchClient } from './fetch-client.ts'
import { createHttpClient } from './http-client.ts'

/**
 * Anything that answers HTTP: an Express app or another request listener, an `http.Server`, a Koa app,
 * an object with a `fetch(request)` method, or the URL of a server on loopback.
 */
export type HostileTarget =
  | RequestListener
  | Server
  | { callback(): RequestListener }
  | FetchHandler
  | URL
  | string

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/**
 * Opens a way to the code under test. What is no server yet listens on a free loopback port until the
 * connection is closed.
 *
 * @throws {TypeError} on a URL that is not on loopback, and on what answers no HTTP.
 */
export async function openTarget(target: HostileTarget, timeout: number): Promise<Connection> {
  if (typeof target === 'function') return serve(target, timeout)
  if (typeof target === 'string' || target instanceof URL) {
    return createHttpClient(readUrl(target), timeout)
  }
  if (has(target, 'callback')) return serve(target.callback(), timeout)
  if (has(target, 'listen') && has(target, 'address')) return join(target as Server, timeout)
  if (has(target, 'fetch')) return createFetchClient(target, timeout)
  throw new TypeError(
    'The target must be an Express or Koa app, a request listener, an http.Server, an object with a fetch(request) method, or a URL on loopback.',
  )
}

function has<Name extends string>(
  target: object | null | undefined,
  name: Name,
): target is Record<Name, (...given: never[]) => unknown> {
  return typeof (target as Record<string, unknown> | null | undefined)?.[name] === 'function'
}

/** Hostile requests go to one's own machine alone. */
function readUrl(target: URL | string): URL {
  const url = URL.canParse(String(target)) ? new URL(target) : undefined
  if (url && /^https?:$/.test(url.protocol) && loopback.test(url.hostname)) {
    if (url.href === `${url.origin}/`) return url
    throw new TypeError('The target URL must be an origin alone: the rest belongs in path.')
  }
  throw new TypeError(
    `The target URL must be http or https on localhost, 127.0.0.1 or [::1]: hostile tokens are sent to nobody else's server.`,
  )
}

async function serve(listener: RequestListener, timeout: number): Promise<Connection> {
  const { createServer } = await import('node:http')
  const server = createServer((request, response) => {
    // Otherwise it would be an uncaught error of the test process, and say nothing about the case.
    const crash = (): void => void request.socket.destroy()
    try {
      const result: unknown = listener(request, response)
      if (result instanceof Promise) result.catch(crash)
    } catch {
      crash()
    }
  })
  return join(server, timeout)
}

/** A server that listens already goes on listening afterwards. */
async function join(server: Server, timeout: number): Promise<Connection> {
  const ours = !server.listening
  if (ours) await listen(server)
  const address = server.address()
  if (address === null || typeof address === 'string') {
    throw new TypeError('The server under test must listen on a TCP port.')
  }
  const scheme = 'setSecureContext' in server ? 'https' : 'http'
  const client = await createHttpClient(
    new URL(`${scheme}://${hostOf(address)}:${address.port}`),
    timeout,
  )
  return {
    send: client.send,
    async close() {
      await client.close()
      if (ours) await stop(server)
    },
  }
}

function hostOf({ address, family }: AddressInfo): string {
  if (address === '::' || address === '0.0.0.0') return '127.0.0.1'
  return family === 'IPv6' ? `[${address}]` : address
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
