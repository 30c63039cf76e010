import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../free-port.ts'

/*
 * What the page of the command line says of compose files, with processes in the place of
 * containers: an issuer, an API, and a browser that logs in at the one and calls the other.
 */

const root = join(import.meta.dirname, '..', '..')
const processes: ChildProcess[] = []
/** What a client app in the browser has: a page to which the issuer sends the user back. */
let client: Server
let callback: string

beforeAll(async () => {
  client = createServer((_request, response) => response.end('back in the app'))
  await once(client.listen(0, '127.0.0.1'), 'listening')
  callback = `http://localhost:${portOf(client)}/callback`
})
afterAll(() => client.close())
afterEach(async () => {
  for (const child of processes.splice(0)) {
    child.kill()
    if (child.exitCode === null) await once(child, 'exit')
  }
})

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

/** Starts a container, and gives the lines NAME=value that it prints, as soon as it has the last. */
async function start(
  last: string,
  command: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<string, string>>> {
  const node = ['--import', 'tsx', '--import', './test/cli/compose/names.ts']
  const { NODE_OPTIONS: _, ...inherited } = process.env
  const child = spawn(process.execPath, [...node, '--conditions=@tollgate/source', ...command], {
    cwd: root,
    env: { ...inherited, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  processes.push(child)
  let printed = ''
  let notes = ''
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    notes += chunk
  })
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    printed += chunk
    const lines = [...printed.matchAll(/^(\w+)=(.*)\n/gm)].map(([, name, value]) => [name, value])
    const found: Record<string, string> = Object.fromEntries(lines)
    if (last in found) return found
  }
  throw new Error(`${command.join(' ')} ended, and had printed: ${printed}${notes}`)
}

const startIssuer = (port: number, url: string) =>
  start('TOKEN', [
    'src/cli/main.ts',
    'issuer',
    '--host',
    '127.0.0.1',
    '--port',
    String(port),
    '--url',
    url,
  ])

async function startApi(environment: Readonly<Record<string, string>>): Promise<string> {
  const { PORT } = await start('PORT', ['test/cli/compose/api.ts'], environment)
  return `http://127.0.0.1:${PORT}`
}

/** Calls a route of the API, and gives the status, and of an answer with a body, the body. */
async function call(api: string, token?: string): Promise<readonly unknown[]> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const response = await fetch(`${api}/orders`, { headers })
  return [response.status, response.status === 200 ? await response.json() : undefined]
}

/** A browser keeps cookies, follows redirects, and fills in the form that it is shown. */
function createBrowser() {
  const cookies = new Map<string, string>()
  const visited: string[] = []
  async function go(url: URL, body?: URLSearchParams): Promise<{ url: URL; page: string }> {
    visited.push(url.origin)
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
    const headers = { accept: 'text/html', ...(cookie !== '' && { cookie }) }
    const method = body === undefined ? 'GET' : 'POST'
    const init = { method, headers, redirect: 'manual' as const, ...(body && { body }) }
    const response = await fetch(url, init)
    for (const one of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(one) ?? []
      cookies.set(name, value)
    }
    const location = response.headers.get('location')
    if (location !== null) return go(new URL(location, url))
    return { url, page: await response.text() }
  }
  /** Sends the form that has a field for the user, with the hidden fields that the page gave it. */
  function logIn(as: string, { url, page }: { url: URL; page: string }) {
    const forms = page.match(/<form[\s\S]*?<\/form>/g) ?? []
    const form = forms.find((one) => /<input(?=[^>]*name="user")/.test(one)) ?? ''
    const hidden = form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)
    const fields = [...hidden].map(([, name = '', value = '']) => [text(name), text(value)])
    const [, action = ''] = /<form[^>]*action="([^"]*)"/.exec(form) ?? []
    const target = new URL(text(action), url)
    return go(target, new URLSearchParams([...fields, ['user', as]]))
  }
  return { go, logIn, visited, cookies }
}

function text(html: string): string {
  return html.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&')
}

interface Metadata {
  readonly issuer: string
  readonly authorization_endpoint: string
  readonly token_endpoint: string
}

/** Logs a user in by the authorization code flow with PKCE (RFC 7636), as a browser app does. */
async function tokensFor(user: string, scope: string, issuer: string) {
  const wellKnown = await fetch(`${issuer}/.well-known/openid-configuration`)
  const metadata = (await wellKnown.json()) as Metadata
  const verifier = randomBytes(32).toString('base64url')
  const state = randomBytes(8).toString('hex')
  const ofClient = { client_id: 'shop', redirect_uri: callback }
  const authorization = new URL(metadata.authorization_endpoint)
  authorization.search = new URLSearchParams({
    ...ofClient,
    response_type: 'code',
    scope,
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString()

  const browser = createBrowser()
  const back = await browser.logIn(user, await browser.go(authorization))
  expect(back.page).toBe('back in the app')
  const { code = '', ...answer } = Object.fromEntries(back.url.searchParams)
  expect(answer).toEqual({ state, iss: metadata.issuer })

  async function redeem(code_verifier: string) {
    const body = { ...ofClient, grant_type: 'authorization_code', code, code_verifier }
    const response = await fetch(metadata.token_endpoint, {
      method: 'POST',
      body: new URLSearchParams(body),
    })
    return (await response.json()) as Record<string, string>
  }
  return { browser, redeem, verifier }
}

/** Milliseconds: three processes have to start, on a machine that may be busy. */
const limit = 90_000

describe('an issuer and an API in containers', () => {
  test(
    'tokens that name the issuer as browsers reach it pass at an API that fetches the keys at the name of the service',
    async () => {
      const port = await freePort()
      const {
        ISSUER = '',
        AUDIENCE = '',
        JWKS_URI,
      } = await startIssuer(port, `http://localhost:${port}`)
      expect({ ISSUER, JWKS_URI }).toEqual({
        ISSUER: `http://localhost:${port}`,
        JWKS_URI: `http://localhost:${port}/jwks`,
      })
      const api = await startApi({ ISSUER, AUDIENCE, JWKS_URI: `http://issuer:${port}/jwks` })
      expect(await call(api)).toEqual([401, undefined])

      const { browser, redeem, verifier } = await tokensFor('alice', 'openid orders:read', ISSUER)
      expect(browser.visited).toEqual([ISSUER, ISSUER, new URL(callback).origin])
      const tokens = await redeem(verifier)
      expect(await call(api, tokens['access_token'])).toEqual([200, { ordersOf: 'alice' }])
      expect(await call(api, tokens['id_token'])).toEqual([401, undefined])

      const other = await tokensFor('bob', 'openid', ISSUER)
      expect((await other.redeem('x'.repeat(43)))['error']).toBe('invalid_grant')
      const lacking = await tokensFor('bob', 'openid', ISSUER)
      const { access_token } = await lacking.redeem(lacking.verifier)
      expect(await call(api, access_token)).toEqual([403, undefined])
    },
    limit,
  )

  test(
    'tokens that name the issuer by the name of its service pass at an API that is given that name',
    async () => {
      const port = await freePort()
      const { ISSUER = '', AUDIENCE = '', TOKEN } = await startIssuer(port, `http://issuer:${port}`)
      expect(ISSUER).toBe(`http://issuer:${port}`)
      const api = await startApi({ ISSUER, AUDIENCE })
      // The first token of the issuer is one of a user without any scope.
      expect(await call(api, TOKEN)).toEqual([403, undefined])
      expect(await call(api, `${TOKEN}x`)).toEqual([401, undefined])
    },
    limit,
  )
})
