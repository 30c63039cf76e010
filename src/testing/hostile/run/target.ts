import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { wrongOption } from '../../../core/option-checks.ts'
import type { Connection } from './connection.ts'
import type { FetchHandler } from './fetch-client.ts'
import { createFetchClient } from './fetch-client.ts'
import { createHttpClient, isLoopbackHost } from './http-client.ts'
import type { InjectHandler } from './inject-client.ts'
import { createInjectClient } from './inject-client.ts'

/**
 * An app that answers HTTP requests: an Express app or another request listener, an `http.Server`,
 * a Koa or Fastify app, an object with a `fetch(request)` or `inject(request)` method, or the URL of
 * a server on loopback.
 */
export type HostileTarget =
  | RequestListener
  | Server
  | { callback(): RequestListener }
  | FetchHandler
  | InjectHandler
  | URL
  | string

/**
 * Connects to the app under test. An app that is not listening yet listens on a free loopback port
 * until the connection is closed.
 *
 * @param timeout After how many seconds an answer counts as missing.
 * @throws {TypeError} for a URL that is not on loopback, and for a target that answers no HTTP.
 */
export async function openTarget(target: HostileTarget, timeout: number): Promise<Connection> {
  if (typeof target === 'function') return serve(target, timeout)
  if (typeof target === 'string' || target instanceof URL) {
    return createHttpClient(readUrl(target), timeout)
  }
  if (hasMethod(target, 'callback')) return serve(target.callback(), timeout)
  if (hasMethod(target, 'listen') && hasMethod(target, 'address'))
    return connectTo(target as Server, timeout)
  if (hasMethod(target, 'fetch')) return createFetchClient(target, timeout)
  if (hasMethod(target, 'inject')) return openInjectable(target, timeout)
  return wrongOption(
    'the target',
    'must be an Express, Koa or Fastify app, a request listener, an http.Server, an object with a fetch(request) or inject(request) method, or a URL on loopback',
  )
}

/**
 * A Fastify app is asked over HTTP, which can say what inject() cannot, such as a header twice. One
 * that speaks HTTP/2 alone is not: its server cannot close the connections that it has.
 */
async function openInjectable(app: InjectHandler, timeout: number): Promise<Connection> {
  const { server } = app as { server?: Server }
  const speaksHttp1 = hasMethod(server, 'address') && hasMethod(server, 'closeAllConnections')
  if (!hasMethod(app, 'ready') || !speaksHttp1) {
    return createInjectClient(app, timeout)
  }
  await app.ready()
  return connectTo(server as unknown as Server, timeout)
}

function hasMethod<Name extends string>(
  target: object | null | undefined,
  name: Name,
): target is Record<Name, (...given: never[]) => unknown> {
  return typeof (target as Record<string, unknown> | null | undefined)?.[name] === 'function'
}

/** The URL of a server on this machine. Attacks must never reach a server of somebody else. */
function readUrl(target: URL | string): URL {
  const url = URL.canParse(String(target)) ? new URL(target) : undefined
  if (url && /^https?:$/.test(url.protocol) && isLoopbackHost(url.hostname)) {
    if (url.href === `${url.origin}/`) return url
    wrongOption('the URL of the target', "must be an origin alone: put the rest into option 'path'")
  }
  return wrongOption(
    'the URL of the target',
    'must be http or https on localhost, 127.0.0.1 or [::1]: start the app on this machine',
  )
}

async function serve(listener: RequestListener, timeout: number): Promise<Connection> {
  const { createServer } = await import('node:http')
  const server = createServer((request, response) => {
    // An error of the app must become a result of the case. Without this, it would be an uncaught
    // error that ends the test process.
    const crash = (): void => void request.socket.destroy()
    try {
      const result: unknown = listener(request, response)
      if (result instanceof Promise) result.catch(crash)
    } catch {
      crash()
    }
  })
  return connectTo(server, timeout)
}

/** Connects to a server. A server that was listening before goes on listening afterwards. */
async function connectTo(server: Server, timeout: number): Promise<Connection> {
  const startedHere = !server.listening
  if (startedHere) await listen(server)
  const address = server.address()
  if (address === null || typeof address === 'string') {
    wrongOption('the target', 'is a server without a TCP port: let it listen on a port of loopback')
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
      if (startedHere) await stop(server)
    },
  }
}

/** The host to connect to. A server on all interfaces can be reached on loopback. */
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
