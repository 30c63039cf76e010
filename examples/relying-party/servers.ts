import { once } from 'node:events'
import type { RequestListener, Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { AuthEvent } from 'tollgate'
import { createMemoryStore } from 'tollgate/revocation'
import { createApi } from './api.ts'
import type { Setting } from './identity-provider.ts'
import { createIdentityProvider } from './identity-provider.ts'
import { createWeb } from './web.ts'

export interface RelyingParty extends Setting {
  stop(): Promise<void>
}

/** Starts the identity provider, the API and the page, each at a free port of this machine. */
export async function startRelyingParty(
  onEvent: (event: AuthEvent) => void,
): Promise<RelyingParty> {
  const servers = { issuer: await listen(), api: await listen(), web: await listen() }
  const setting: Setting = {
    issuer: originOf(servers.issuer.server, '127.0.0.1'),
    api: originOf(servers.api.server, '127.0.0.1'),
    // Another name than that of the issuer, because browsers share cookies between ports.
    web: originOf(servers.web.server, 'localhost'),
    client: { id: 'orders-web', secret: crypto.randomUUID() },
  }
  servers.issuer.serve(await createIdentityProvider(setting))
  const trust = { issuer: setting.issuer, audience: setting.api, allowInsecureLoopback: true }
  servers.api.serve(createApi({ ...trust, onEvent }, createMemoryStore(), setting.client.id))
  servers.web.serve(await createWeb(setting))

  return {
    ...setting,
    async stop() {
      await Promise.all(Object.values(servers).map(({ server }) => close(server)))
    },
  }
}

/** A server that learns later what it serves: each of the three must know where the others are. */
async function listen() {
  let listener: RequestListener = (_req, res) => void res.writeHead(503).end()
  const server = createServer((req, res) => listener(req, res)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    server,
    serve(next: RequestListener): void {
      listener = next
    },
  }
}

function originOf(server: Server, host: string): string {
  return `http://${host}:${(server.address() as AddressInfo).port}`
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
