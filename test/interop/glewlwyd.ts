import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { JWK } from 'jose'
import { exportJWK, generateKeyPair } from 'jose'

export type Algorithm = 'RS256' | 'ES256'

/**
 * A client of the issuer, which may ask for tokens with its credentials and introspect them.
 * glewlwyd compares the secret without the decoding of RFC 6749 section 2.3.1, so that it must be
 * one that encoding does not change.
 */
export const client = { id: 'machine', secret: 'a-secret-of-the-client-machine' }

/** glewlwyd, a single sign-on server written in C, in a folder of its own. */
export interface Glewlwyd {
  /** The `iss` of its tokens. */
  readonly url: string
  /** Asks for an access token by the client credentials grant. */
  token(request: { readonly scope: string; readonly resource?: string }): Promise<string>
  /** Takes a token back (RFC 7009). */
  revoke(token: string): Promise<void>
  /** Signs with a new key from now on, and publishes the old one beside it. */
  rotate(): Promise<void>
  /** Ends it and removes its folder. */
  stop(): Promise<void>
}

/** The scripts that create its database, which Debian ships for its own set-up. */
const tables = '/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3'
/** The account that these scripts create. */
const administrator = { username: 'admin', password: 'password' }

export async function startGlewlwyd(
  alg: Algorithm,
  resources: readonly string[],
): Promise<Glewlwyd> {
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-glewlwyd-'))
  const port = await freePort()
  const origin = `http://localhost:${port}`
  const url = `${origin}/api/oidc`
  const database = join(folder, 'database')
  await run('sqlite3', [database], await readFile(tables, 'utf8'))
  const file = join(folder, 'glewlwyd.conf')
  await writeFile(file, configuration({ port, origin, database }))

  const server = spawn('glewlwyd', ['--config-file', file], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [server.stdout, server.stderr]) {
    stream.on('data', (part) => {
      output += part
    })
  }
  // Without the program, the test fails: it never leaves itself out.
  const ended = Promise.race([
    once(server, 'error').then(([error]) => Promise.reject(error)),
    once(server, 'exit').then(() => Promise.reject(new Error(`glewlwyd ended: ${output}`))),
  ])
  await Promise.race([answers(`${origin}/config`), ended])
  ended.catch(() => {})

  const cookie = await signIn()
  let keys: readonly JWK[] = [await createKey(alg)]
  await administrate('POST', '/mod/plugin/', plugin())
  for (const name of scopes) await administrate('POST', '/scope/', { name, display_name: name })
  await administrate('POST', '/client/', {
    client_id: client.id,
    password: client.secret,
    client_secret: client.secret,
    confidential: true,
    enabled: true,
    name: client.id,
    redirect_uri: [],
    authorization_type: ['client_credentials'],
    token_endpoint_auth_method: ['client_secret_basic'],
    resource: resources,
    scope: scopes,
  })

  async function signIn(): Promise<string> {
    const response = await send('POST', `${origin}/api/auth/`, administrator, {})
    return response.headers
      .getSetCookie()
      .map((one) => one.replace(/;.*/s, ''))
      .join('; ')
  }

  async function administrate(method: string, path: string, body?: object): Promise<void> {
    await send(method, `${origin}/api${path}`, body, { cookie })
  }

  function plugin(): object {
    return {
      module: 'oidc',
      name: 'oidc',
      display_name: 'OpenID Connect',
      parameters: {
        iss: url,
        'jwt-type': 'rsa',
        'jwt-key-size': '256',
        'jwks-private': JSON.stringify({ keys }),
        'jwks-show': true,
        'access-token-duration': 3600,
        'refresh-token-duration': 1209600,
        'code-duration': 600,
        'allow-non-oidc': true,
        'auth-type-client-enabled': true,
        'introspection-revocation-allowed': true,
        'introspection-revocation-allow-target-client': true,
        'resource-allowed': true,
        'resource-client-property': 'resource',
        'resource-scope': {},
        'resource-scope-and-client-property': false,
        'allowed-scope': ['openid', ...scopes],
      },
    }
  }

  const authorization = `Basic ${btoa(`${client.id}:${client.secret}`)}`

  async function ask(endpoint: string, form: Record<string, string>): Promise<Response> {
    const response = await fetch(`${url}/${endpoint}`, {
      method: 'POST',
      headers: { authorization },
      body: new URLSearchParams(form),
    })
    if (!response.ok) throw new Error(`${endpoint} answers ${response.status}: ${output}`)
    return response
  }

  return {
    url,
    async token(request) {
      const response = await ask('token', { grant_type: 'client_credentials', ...request })
      return ((await response.json()) as { access_token: string }).access_token
    },
    async revoke(token) {
      await ask('revoke', { token, token_type_hint: 'access_token' })
    },
    async rotate() {
      keys = [await createKey(alg), ...keys]
      await administrate('PUT', '/mod/plugin/oidc', plugin())
      await administrate('PUT', '/mod/plugin/oidc/reset/')
    },
    async stop() {
      if (server.exitCode === null) {
        const gone = once(server, 'exit')
        server.kill('SIGKILL')
        await gone
      }
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const scopes = ['orders:read', 'orders:write']

async function send(
  method: string,
  url: string,
  body: object | undefined,
  headers: Record<string, string>,
): Promise<Response> {
  const response = await fetch(url, {
    method,
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`)
  return response
}

function configuration({ port, origin, database }: Record<string, string | number>): string {
  return `
    port = ${port}
    bind_address = "127.0.0.1"
    external_url = "${origin}"
    login_url = "login.html"
    api_prefix = "api"
    log_mode = "console"
    log_level = "WARNING"
    session_key = "GLEWLWYD2_SESSION_ID"
    session_expiration = 3600
    admin_scope = "g_admin"
    profile_scope = "g_profile"
    user_module_path = "/usr/lib/glewlwyd/user"
    client_module_path = "/usr/lib/glewlwyd/client"
    user_auth_scheme_module_path = "/usr/lib/glewlwyd/scheme"
    plugin_module_path = "/usr/lib/glewlwyd/plugin"
    hash_algorithm = "SHA512"
    database = { type = "sqlite3" path = "${database}" };
  `
}

let made = 0

async function createKey(alg: Algorithm): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true })
  return { ...(await exportJWK(privateKey)), kid: `key-${++made}`, use: 'sig', alg }
}

async function run(program: string, args: readonly string[], input: string): Promise<void> {
  const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'inherit'] })
  child.stdin.end(input)
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`${program} ended with ${code}`)
}

async function answers(url: string): Promise<void> {
  for (;;) {
    const response = await fetch(url).catch(() => undefined)
    await response?.text()
    if (response !== undefined) return
    await pause(20)
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
