import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingHttpHeaders, Server } from 'node:http'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestIssuer, faults } from 'tollgate/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createGuard } from '../../examples/recipes/nginx/guard.ts'
import { freePort } from '../free-port.ts'
import { close, listening } from './issuer.ts'

const recipe = join(import.meta.dirname, '..', '..', 'examples', 'recipes', 'nginx')
const issuer = createTestIssuer()
const dead = createTestIssuer({ url: 'https://dead.test' })
dead.fail('*', faults.refuse())
const alice = { sub: 'ålice b', scope: 'orders:read' }

/** What nginx keeps in files while it works. */
const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']

let folder: string
let nginx: ChildProcess
let port: number
let guard: Server
let app: Server
/** What the app was sent, request by request. */
let reached: IncomingHttpHeaders[] = []

const portOf = (server: Server): number => (server.address() as AddressInfo).port

/** Waits until something listens there. Rejects if the process ends before. */
async function opened(process: ChildProcess, at: number): Promise<void> {
  let complaint = ''
  process.stderr?.on('data', (data) => {
    complaint += data
  })
  const ended = Promise.race([
    once(process, 'error').then(([error]) => Promise.reject(error)),
    once(process, 'exit').then(() => Promise.reject(new Error(`nginx ended: ${complaint}`))),
  ])
  const tried = async (): Promise<void> => {
    const socket = createConnection(at, '127.0.0.1')
    try {
      await once(socket, 'connect')
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20))
      return tried()
    } finally {
      socket.destroy()
    }
  }
  await Promise.race([tried(), ended])
  ended.catch(() => {})
}

beforeAll(async () => {
  const lively = createGuard(issuer.trust())
  const waiting = createGuard(dead.trust())
  guard = await listening((req, res) =>
    (req.headers['x-test-issuer'] === 'dead' ? waiting : lively)(req, res),
  )
  app = await listening((req, res) => {
    reached.push(req.headers)
    res.writeHead(req.url === '/me/broken' ? 500 : 200).end(`the app at ${req.url}`)
  })
  port = await freePort()
  folder = mkdtempSync(join(tmpdir(), 'tollgate-nginx-'))
  cpSync(recipe, folder, { recursive: true })
  const config = readFileSync(join(folder, 'nginx.conf'), 'utf8')
    // Otherwise it takes folders that are for root alone.
    .replace('http {', `http {\n${temporary.map((name) => `${name}_temp_path tmp;`).join('\n')}`)
    .replace('127.0.0.1:4000', `127.0.0.1:${port}`)
    .replace('127.0.0.1:4001', `127.0.0.1:${portOf(guard)}`)
    .replace('127.0.0.1:4002', `127.0.0.1:${portOf(app)}`)
  writeFileSync(join(folder, 'nginx.conf'), config)
  // One process in the foreground, which ends with a signal.
  const here = 'daemon off; master_process off;'
  nginx = spawn('nginx', ['-p', folder, '-c', 'nginx.conf', '-g', here, '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  await opened(nginx, port)
})

afterAll(async () => {
  if (nginx.pid !== undefined && nginx.exitCode === null) {
    nginx.kill('SIGTERM')
    await once(nginx, 'exit')
  }
  await Promise.all([close(guard), close(app)])
  rmSync(folder, { recursive: true })
})

interface Answer {
  status: number
  headers: Record<string, readonly string[]>
  body: string
}

async function ask(
  at: number,
  path: string,
  headers: Record<string, string | string[]> = {},
  method = 'GET',
  body = '',
): Promise<Answer> {
  const asked = request({ host: '127.0.0.1', port: at, path, headers, method })
  asked.end(body)
  const [response] = await once(asked, 'response')
  let text = ''
  for await (const piece of response.setEncoding('utf8')) text += piece
  return { status: response.statusCode, headers: response.headersDistinct, body: text }
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** Beside what nginx writes of itself and of its connection. */
function told({ status, headers, body }: Answer): object {
  const { server: _, date: __, connection: ___, 'keep-alive': ____, ...rest } = headers
  return { status, headers: rest, body }
}

describe('examples/recipes/nginx behind a real nginx', () => {
  test('a good token reaches the app, with its subject and without the token', async () => {
    reached = []
    const answer = await ask(port, '/orders/7?a=b', {
      ...bearer(issuer.mint(alice)),
      'x-subject': 'forged',
    })
    expect([answer.status, answer.body]).toEqual([200, 'the app at /orders/7?a=b'])
    expect(reached).toHaveLength(1)
    expect(reached[0]).toMatchObject({ 'x-subject': encodeURIComponent(alice.sub) })
    expect(reached[0]).not.toHaveProperty('authorization')
  })

  test('the body of a request reaches the app, and not the guard', async () => {
    const sent = await ask(port, '/orders', bearer(issuer.mint(alice)), 'POST', 'a long body')
    expect(sent.status).toBe(200)
    expect(reached.at(-1)).toMatchObject({ 'content-length': '11' })
  })

  test('an anonymous caller of a public route has no subject, whatever the caller says', async () => {
    const answer = await ask(port, '/feed', { 'x-subject': 'forged', x_subject: 'forged' })
    expect(answer.status).toBe(200)
    expect(Object.keys(reached.at(-1) ?? {}).join()).not.toMatch(/subject/)
  })

  test.each<[string, Record<string, string | string[]>, number]>([
    ['no token', {}, 401],
    ['an expired token', bearer(issuer.bad.expired(alice)), 401],
    ['a token by the wrong key', bearer(issuer.bad.wrongKey(alice)), 401],
    ['a missing scope', bearer(issuer.mint()), 403],
    ['a malformed header', { authorization: 'Bearer a b' }, 400],
    ['an issuer that is down', { ...bearer(dead.mint(alice)), 'x-test-issuer': 'dead' }, 503],
  ])(
    '%s is answered as by the guard itself, and never reaches the app',
    async (_, headers, status) => {
      reached = []
      for (const method of ['GET', 'POST', 'HEAD']) {
        const direct = await ask(portOf(guard), '/refuse/orders-read', headers, method)
        const answer = await ask(port, '/orders', headers, method)
        expect(answer.status).toBe(status)
        expect(told(answer)).toEqual(told(direct))
        if (status === 503) expect(answer.headers).toHaveProperty('retry-after')
        else expect(answer.headers['www-authenticate']).toHaveLength(1)
      }
      expect(reached).toEqual([])
    },
  )

  test('two Authorization headers are refused by nginx or by the guard', async () => {
    reached = []
    const authorization = [issuer.mint(alice), issuer.mint(alice)].map((token) => `Bearer ${token}`)
    expect((await ask(port, '/orders', { authorization })).status).toBe(400)
    expect((await ask(portOf(guard), '/refuse/orders-read', { authorization })).status).toBe(400)
    expect(reached).toEqual([])
  })

  test.each([
    '/orders/../feed',
    '/feed/../orders',
    '/orders/..',
    '/orders/./../feed',
    '/orders/%2e%2E/feed',
    '/orders%2f..%2ffeed',
    '/orders/..%5cfeed',
    '/orders/..\\feed',
    '//feed',
    '/orders//..//feed?a',
  ])('%s, which nginx and the app could read differently, never reaches the app', async (path) => {
    reached = []
    expect((await ask(port, path, bearer(issuer.mint(alice)))).status).toBe(400)
    expect(reached).toEqual([])
  })

  test('a query may hold what a path may not', async () => {
    expect((await ask(port, '/feed?next=/a/../b//c%2f')).status).toBe(200)
  })

  test('nobody calls the guard by way of nginx', async () => {
    for (const path of ['/_guard/check', '/_guard/refuse', '/check/public', '/unknown']) {
      expect((await ask(port, path, bearer(issuer.mint(alice)))).status).toBe(404)
    }
  })

  test('an error of the app itself stays what it is', async () => {
    const answer = await ask(port, '/me/broken', bearer(issuer.mint(alice)))
    expect([answer.status, answer.body]).toEqual([500, 'the app at /me/broken'])
  })

  test('the guard never says yes where it is asked why not', async () => {
    const answer = await ask(portOf(guard), '/refuse/orders-read', bearer(issuer.mint(alice)))
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, ['1']])
    expect((await ask(portOf(guard), '/check/toString')).status).toBe(500)
  })

  test('without the guard, nothing reaches the app', async () => {
    reached = []
    const at = portOf(guard)
    await close(guard)
    try {
      expect((await ask(port, '/orders', bearer(issuer.mint(alice)))).status).toBe(502)
      expect(reached).toEqual([])
    } finally {
      guard = createServer(createGuard(issuer.trust())).listen(at, '127.0.0.1')
      await once(guard, 'listening')
    }
  })
})
