import type { KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { Provider } from 'oidc-provider'
import {
  allowInsecureRequests,
  type Configuration,
  clientCredentialsGrant,
  discovery,
} from 'openid-client'

export type Algorithm = 'RS256' | 'ES256'

/** The clients that ask for tokens, and the lifetimes of their tokens in seconds. */
const lifetimes = { machine: 7200, brief: 5 }
type Client = keyof typeof lifetimes

export interface TokenRequest {
  /** The API that the token is for. Without a resource, the token is opaque. */
  readonly resource?: string
  readonly scope?: string
  readonly client?: Client
}

/** An oidc-provider over HTTP. It issues JWT access tokens for its resources (RFC 8707). */
export interface Issuer {
  readonly url: string
  /** Asks for an access token with openid-client. */
  token(request: TokenRequest): Promise<string>
  /** Publishes a new key before the others. New tokens are signed with it. */
  rotate(): Promise<void>
  /** Removes every published key but the first. */
  withdraw(): void
  /** The numbers of requests for metadata and for keys so far. */
  fetches(): { readonly metadata: number; readonly keys: number }
  /** Closes the port and every connection. */
  stop(): Promise<void>
  /** Listens again, at the same port. */
  resume(): Promise<void>
}

const scopes = ['orders:read', 'orders:write']
const secret = 'a secret between the provider and its clients'

/** How access tokens are encrypted to their resource, after they have been signed. */
export interface Encryption {
  readonly alg: string
  readonly enc: string
  /** The public key of the resource. */
  readonly key: KeyObject
  readonly kid: string
}

export async function startIssuer(alg: Algorithm, encrypt?: Encryption): Promise<Issuer> {
  let requests: string[] = []
  let provide: RequestListener
  let server = await listen(0)
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  let keys = [await createKey(alg)]
  restart()
  const machine = await discover('machine')
  const clients: Record<Client, Configuration> = { machine, brief: await discover('brief') }
  requests = []

  function discover(client: Client): Promise<Configuration> {
    return discovery(new URL(url), client, secret, undefined, { execute: [allowInsecureRequests] })
  }

  function listen(port: number): Promise<Server> {
    return listening((request, response) => {
      requests.push(request.url ?? '')
      provide(request, response)
    }, port)
  }

  /** Makes a new provider, because the keys of a provider cannot be changed. */
  function restart(): void {
    provide = new Provider(url, {
      adapter: EmptyAdapter,
      clientDefaults: { id_token_signed_response_alg: alg },
      clients: Object.keys(lifetimes).map(clientNamed),
      features: {
        clientCredentials: { enabled: true },
        devInteractions: { enabled: false },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: (_ctx: unknown, resource: string) => ({
            audience: resource,
            scope: scopes.join(' '),
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg }, ...(encrypt && { encrypt }) },
          }),
        },
      },
      jwks: { keys },
      scopes,
      ttl: {
        ClientCredentials: (_ctx: unknown, _token: unknown, client: { clientId: Client }) =>
          lifetimes[client.clientId],
      },
    }).callback()
  }

  return {
    url,
    async token({ client = 'machine', ...parameters }) {
      return (await clientCredentialsGrant(clients[client], { ...parameters })).access_token
    },
    async rotate() {
      keys = [await createKey(alg), ...keys]
      restart()
    },
    withdraw() {
      keys = keys.slice(0, 1)
      restart()
    },
    fetches: () => ({
      metadata: requests.filter((path) => path.startsWith('/.well-known/')).length,
      keys: requests.filter((path) => path === '/jwks').length,
    }),
    stop: () => close(server),
    async resume() {
      server = await listen(port)
    },
  }
}

export async function listening(listener: RequestListener, port = 0): Promise<Server> {
  const server = createServer(listener).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

/** Closes the server and every connection. Does nothing if the server is closed already. */
export function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

let made = 0

async function createKey(alg: Algorithm): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true })
  return { ...(await exportJWK(privateKey)), kid: `key-${++made}`, use: 'sig', alg }
}

function clientNamed(client_id: string): object {
  return {
    client_id,
    client_secret: secret,
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
  }
}

/**
 * A database that stores nothing. The client credentials grant never reads what it has stored.
 */
class EmptyAdapter {
  async upsert(): Promise<void> {}
  async find(): Promise<void> {}
}
