import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer as createSocketServer } from 'node:net'
import express from 'express'
import type { VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createAuth } from 'tollgate/express'
import type { ServedTestIssuer } from 'tollgate/testing'
import { faults, serveTestIssuer } from 'tollgate/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { askJsonOrJwt } from '../../../src/core/remote/documents.ts'
import { LoadError } from '../../../src/core/remote/load-error.ts'
import { verdictOf } from '../verdict.ts'

let issuer: ServedTestIssuer
afterEach(() => issuer?.close())

const quick = { timeout: 2 }

async function createStage(options: Partial<VerifierOptions> = {}) {
  issuer = await serveTestIssuer()
  issuer.clock.freeze()
  const verifier = createVerifier({ ...issuer.trust(), keys: quick, ...options })
  const outcome = (): Promise<string> => verdictOf(verifier.verify(issuer.mint()))
  return { verifier, outcome }
}

/** The bytes that the process uses after garbage collection: its heap and its buffers. */
function memory(): number {
  globalThis.gc?.()
  const { heapUsed, external, arrayBuffers } = process.memoryUsage()
  return heapUsed + external + arrayBuffers
}

describe('T12: keys over real sockets', () => {
  it('after the issuer was stopped, loaded keys verify tokens, and a new verifier answers 503', async () => {
    const { outcome, verifier } = await createStage()
    expect(await outcome()).toBe('accepted')
    await issuer.close()
    issuer.clock.advance(601)
    expect(await outcome()).toBe('accepted')
    expect(verifier.health()[0]).toMatchObject({
      usable: true,
      stale: true,
      // A pooled socket that was closed, or a new one that is refused.
      lastError: expect.stringMatching(
        /^no connection \((ECONNREFUSED|UND_ERR_SOCKET)\) at http:\/\/127\.0\.0\.1:\d+\/jwks$/,
      ),
    })
    const cold = createVerifier({ ...issuer.trust(), keys: quick })
    await expect(cold.verify(issuer.mint())).rejects.toMatchObject({ status: 503 })
  })

  it('an issuer that accepts connections and never answers is given up at the deadline', async () => {
    const silent = createSocketServer().listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const sockets: { destroy(): void }[] = []
    silent.on('connection', (socket) => sockets.push(socket))
    try {
      const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
      const { verifier } = await createStage({ issuer: url })
      await expect(verifier.verify(issuer.mint({ iss: url }))).rejects.toMatchObject({
        status: 503,
      })
      expect(verifier.health()[0]?.lastError).toBe(
        `timeout at ${url}/.well-known/openid-configuration`,
      )
    } finally {
      for (const socket of sockets) socket.destroy()
      silent.close()
    }
  })

  it.each([
    ['one byte per second', faults.drip(1), 'timeout'],
    ['100 MB', faults.huge(100 * 1024 * 1024), 'too large'],
    ['a gzip bomb of 1 GB', faults.gzipBomb(1024 * 1024 * 1024), 'too large'],
    ['a redirect', faults.redirect('http://127.0.0.1:9/'), 'redirect'],
    ['a connection reset in the middle', faults.reset(20), 'no connection (UND_ERR_SOCKET)'],
    ['no answer at all', faults.hang(), 'timeout'],
    ['half a body', faults.truncate(), expect.stringMatching(/^not JSON$|^no connection/)],
  ])(
    'an issuer that gives %s costs bounded time and memory, with and without loaded keys',
    async (_, fault, lastError) => {
      const { outcome, verifier } = await createStage()
      const cold = createVerifier({ ...issuer.trust(), keys: quick })
      expect(await outcome()).toBe('accepted')
      issuer.fail('jwks', fault)
      const before = memory()
      issuer.clock.advance(601)
      expect(await outcome()).toBe('accepted')
      expect(verifier.health()[0]).toMatchObject({ usable: true, stale: true })
      const [what, where] = verifier.health()[0]?.lastError?.split(' at ') ?? []
      expect(what).toEqual(lastError)
      expect(where).toBe(`${issuer.url}/jwks`)
      await expect(cold.verify(issuer.mint())).rejects.toMatchObject({ status: 503 })
      expect(memory() - before).toBeLessThan(32 * 1024 * 1024)
    },
  )

  it.each([
    ['the keys', 'jwks', 'the right keys', '/jwks'],
    ['the keys', 'jwks', 'nothing', '/nothing'],
    ['the metadata', 'openid-configuration', 'the right metadata', '/metadata'],
    ['the metadata', 'openid-configuration', 'nothing', '/nothing'],
  ] as const)(
    'T13: an answer is refused when a custom fetch followed a redirect from the place of %s (%s) to %s',
    async (_what, endpoint, _there, path) => {
      const follow: typeof globalThis.fetch = (url, init) =>
        globalThis.fetch(url, { ...init, redirect: 'follow' })
      const { outcome, verifier } = await createStage({ fetch: follow })
      const documents: Readonly<Record<string, unknown>> = {
        '/jwks': issuer.jwks,
        '/metadata': issuer.metadata,
      }
      const elsewhere = createServer((req, res) => {
        const document = documents[req.url ?? '']
        res.writeHead(document === undefined ? 404 : 200).end(JSON.stringify(document))
      }).listen(0, '127.0.0.1')
      await once(elsewhere, 'listening')
      try {
        const { port } = elsewhere.address() as AddressInfo
        const redirect = faults.redirect(`http://127.0.0.1:${port}${path}`)
        issuer.fail(endpoint, redirect)
        // After a redirect, discovery asks the next place.
        if (endpoint !== 'jwks') issuer.fail('oauth-authorization-server', redirect)
        expect(await outcome()).toBe('503 keys')
        expect(verifier.health()[0]?.lastError).toMatch(/^redirect at /)
      } finally {
        elsewhere.close()
        elsewhere.closeAllConnections()
      }
    },
  )

  it('a fetch of keys goes on for other requests when the request that started it is aborted', async () => {
    issuer = await serveTestIssuer()
    const { requireAuth } = createAuth(issuer.trust())
    const app = express().get('/', requireAuth(), (_req, res) => void res.json({}))
    const server = createServer(app).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    try {
      issuer.fail('jwks', faults.slow(0.5))
      const headers = issuer.headers()
      const first = request({ port, host: '127.0.0.1', headers, agent: false })
      first.on('error', () => {})
      first.end()
      await once(first, 'socket')
      while (issuer.requests.count('jwks') === 0)
        await new Promise((resolve) => setTimeout(resolve, 5))
      first.destroy()
      const second = await fetch(`http://127.0.0.1:${port}/`, { headers })
      expect(second.status).toBe(200)
      expect(issuer.requests.count('jwks')).toBe(1)
    } finally {
      server.close()
      server.closeAllConnections()
    }
  })

  it('a verifier never keeps a process alive', async () => {
    issuer = await serveTestIssuer()
    const script = `
      import { createVerifier } from 'tollgate'
      const verifier = createVerifier({ issuer: ${JSON.stringify(issuer.url)}, audience: ${JSON.stringify(issuer.audience)}, allowInsecureLoopback: true })
      const { subject } = await verifier.verify(${JSON.stringify(issuer.mint())})
      process.stdout.write(subject)
    `
    const { execFile } = await import('node:child_process')
    const tsx = new URL('../../../node_modules/tsx/dist/cli.mjs', import.meta.url).pathname
    const printed = await new Promise<string>((resolve, reject) => {
      const child = execFile(
        process.execPath,
        [tsx, '--conditions=@tollgate/source', '--input-type=module', '--eval', script],
        { timeout: 20_000 },
        (error, stdout) => (error ? reject(error) : resolve(stdout)),
      )
      child.stdin?.end()
    })
    expect(printed).toBe('user-1')
  })
})

describe('asking an endpoint over sockets', () => {
  it.each([
    ['no answer', faults.hang(), 'timeout'],
    ['a redirect', faults.redirect('http://127.0.0.1:9/'), 'redirect'],
    ['more bytes than may be', faults.body('x'.repeat(5000)), 'too large'],
    ['a connection that is reset', faults.reset(), 'no connection'],
  ])('%s ends in bounded time with a LoadError', async (_, fault, message) => {
    issuer = await serveTestIssuer()
    issuer.fail('introspection', fault)
    const options = {
      fetch: globalThis.fetch,
      now: Date.now,
      timeout: 0.5,
      maxBytes: 1024,
      signal: new AbortController().signal,
    }
    const url = `${issuer.url}/introspect`
    const request = { url, accept: 'application/json', form: { token: 'a token' } }
    const error = await askJsonOrJwt(request, [], options).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(LoadError)
    expect(error.message).toContain(message)
  })
})
