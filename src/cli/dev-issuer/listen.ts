import type { RequestListener, Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { undecided } from '../failure.ts'
import { escaped } from '../io.ts'

/** Servers that have one port and one listener in common. */
export interface Listening {
  readonly port: number
  /** Answers requests from now on. */
  serve(listener: RequestListener): void
  close(): Promise<void>
}

const loopback = ['127.0.0.1', '::1']

/** Whether nobody but this machine can reach the hosts. */
export function isLoopbackOnly(host: string | undefined): boolean {
  return host === undefined || host === 'localhost' || loopback.includes(host)
}

/**
 * Listens on the host, or on both loopback addresses: what `localhost` stands for depends on who
 * asks. Without IPv6, one of them is enough.
 *
 * @param wanted The port, or 0 for any free one.
 */
export async function listenOn(host: string | undefined, wanted: number): Promise<Listening> {
  const hosts = host === undefined || host === 'localhost' ? loopback : [host]
  const servers: Server[] = []
  let port = wanted
  const close = async (): Promise<void> => void (await Promise.all(servers.map(closeServer)))
  for (const each of hosts) {
    try {
      const server = await listen(each, port)
      servers.push(server)
      port = (server.address() as AddressInfo).port
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException
      const lacksIPv6 = ['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(code) && servers.length > 0
      if (lacksIPv6) continue
      await close()
      undecided(whyNot(each, port, code))
    }
  }
  return {
    port,
    close,
    serve(listener) {
      for (const server of servers) server.on('request', listener)
    },
  }
}

function whyNot(host: string, port: number, code: string): string {
  const where = `cannot listen on ${escaped(host, 60)}, port ${port}`
  if (code === 'EADDRINUSE') return `${where}: it is in use. Choose another with --port`
  return `${where} (${code})`
}

function listen(host: string, port: number): Promise<Server> {
  const server = createServer()
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve(server)
    })
  })
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
