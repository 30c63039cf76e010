import { createPrivateKey } from 'node:crypto'
import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import Koa from 'koa'
import { createAuth as createFastifyAuth } from 'tollgate/fastify'
import { createAuth } from 'tollgate/koa'
import type { HostileOptions, HostileTarget } from 'tollgate/testing'
import { assertRejectsHostileTokens, createTestIssuer, serveTestIssuer } from 'tollgate/testing'
import { describe, expect, test } from 'vitest'
import { createApp } from '../../examples/express.ts'
import { certifyPem } from '../../src/testing/hostile/cases/certificate.ts'
import { guardWith } from './hostile/flawed-guards.ts'

const issuer = createTestIssuer()
const app = createApp(issuer.trust())
const options = { issuer, path: '/me' }
function attack(target: HostileTarget, more: Partial<HostileOptions> = {}) {
  return assertRejectsHostileTokens(target, { ...options, ...more })
}

describe('targets', () => {
  test('a request listener can be the target', async () => {
    expect((await attack((request, response) => app(request, response))).ok).toBe(true)
  })

  test('a Koa app can be the target', async () => {
    const koa = new Koa()
    const { requireAuth } = createAuth(issuer.trust())
    koa.use(requireAuth()).use((ctx) => {
      ctx.body = 'welcome'
    })
    expect((await attack(koa)).ok).toBe(true)
  })

  async function createFastifyApp() {
    const fastify = Fastify()
    const { requireAuth } = createFastifyAuth(issuer.trust())
    fastify.route({
      method: ['GET', 'POST'],
      url: '/me',
      onRequest: requireAuth(),
      handler: async () => 'welcome',
    })
    return fastify
  }

  test('a Fastify app can be the target before it is ready, over HTTP, and answers afterwards', async () => {
    const fastify = await createFastifyApp()
    const report = await attack(fastify)
    expect([report.ok, report.results.filter(({ verdict }) => verdict === 'skipped')]).toEqual([
      true,
      [],
    ])
    expect(fastify.server.listening).toBe(false)
    expect((await fastify.inject('/me')).statusCode).toBe(401)
    await fastify.close()
  })

  test('an object with inject() can be the target, and cases that repeat a header are skipped', async () => {
    const fastify = await createFastifyApp()
    const report = await attack({ inject: (request) => fastify.inject(request as object) })
    const skipped = report.results.filter(({ verdict }) => verdict === 'skipped')
    expect(report.ok).toBe(true)
    expect(skipped.length).toBeGreaterThan(0)
    for (const { why } of skipped) expect(why).toContain('inject() takes each header once')
    await fastify.close()
    const open = { inject: async () => ({ statusCode: 200, headers: {}, payload: '' }) }
    await expect(attack(open)).rejects.toThrow('is not protected: it answered 200 without a token')
  })

  test('a server can be the target before it listens, and does not listen afterwards', async () => {
    const server = createServer(app)
    expect((await attack(server)).ok).toBe(true)
    expect(server.listening).toBe(false)
  })

  test('a server that listens, or its URL, can be the target and goes on listening', async () => {
    const server = createServer(app)
    await new Promise<void>((resolve) => server.listen(0, resolve))
    const { port } = server.address() as AddressInfo
    try {
      expect((await attack(server)).ok).toBe(true)
      expect((await attack(`http://127.0.0.1:${port}`)).ok).toBe(true)
      expect((await attack(new URL(`http://localhost:${port}/`))).ok).toBe(true)
      expect(server.listening).toBe(true)
    } finally {
      server.close()
    }
  })

  test('a server with TLS and a self-signed certificate can be the target', async () => {
    const { current } = createTestIssuer().keys
    const key = createPrivateKey({ key: current.privateJwk, format: 'jwk' })
    const pem = key.export({ type: 'pkcs8', format: 'pem' })
    const server = createSecureServer({ key: pem, cert: certifyPem(current) }, app)
    expect((await attack(server)).ok).toBe(true)
  })

  test('a fetch handler can be the target, and cases with a body are skipped for GET', async () => {
    const report = await attack(guardWith(issuer))
    const skipped = report.results.filter(({ verdict }) => verdict === 'skipped')
    expect(skipped).toMatchObject([{ id: 'wire/body-token', why: expect.stringContaining('GET') }])
    expect((await attack(guardWith(issuer), { method: 'POST' })).ran).toBe(report.ran + 1)
  })

  test('a fetch handler that throws is CRASHED, and one that hangs is HUNG', async () => {
    const careful = guardWith(issuer)
    const only = ['exp/past'] as const
    const when = (instead: () => Promise<Response>) => ({
      async fetch(request: Request) {
        const { status, headers } = await careful.fetch(request.clone())
        const isBad = status === 401 && request.headers.has('authorization')
        return isBad ? instead() : new Response(null, { status, headers })
      },
    })
    async function verdictOf(instead: () => Promise<Response>) {
      const given = { only, budget: { perRequest: 0.1 } }
      const error = await attack(when(instead), given).catch((reason) => reason)
      return error.report.results[0]
    }
    const secret = new RangeError('quotes the token')
    expect(await verdictOf(() => Promise.reject(secret))).toMatchObject({
      verdict: 'CRASHED',
      why: 'expired an hour ago; the handler threw RangeError',
    })
    expect(await verdictOf(() => new Promise(() => {}))).toMatchObject({ verdict: 'HUNG' })
  })

  test('an app that fetches keys over HTTP can be the target', async () => {
    await using served = await serveTestIssuer()
    const report = await attack(createApp(served.trust()), { issuer: served })
    expect(report.keyFetches).toBe(2)
  })
})

describe('wrong targets and options', () => {
  test.each([
    'https://api.example.com',
    'http://192.168.0.1',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
    'http://localhost@example.com',
    'http://0.0.0.0',
    'http://[::]',
    'ftp://127.0.0.1',
    'file:///etc/passwd',
    'not a url',
    '',
  ])('assertRejectsHostileTokens throws for a URL that is not on loopback: %j', async (url) => {
    await expect(attack(url)).rejects.toThrow(TypeError)
    await expect(attack(url)).rejects.toThrow(/on localhost, 127.0.0.1 or \[::1\]/)
  })

  test.each(['http://127.0.0.1/api', 'http://u:p@localhost', 'http://localhost?x=1'])(
    'assertRejectsHostileTokens throws for a URL with more than an origin: %s',
    async (url) => {
      await expect(attack(url)).rejects.toThrow(/an origin alone/)
    },
  )

  test.each([undefined, null, 1, {}, { get: () => 1 }])(
    'assertRejectsHostileTokens throws for a target that answers no HTTP: %j',
    async (target) => {
      await expect(attack(target as never)).rejects.toThrow(
        /^tollgate: the target must be an Express, Koa or Fastify app/,
      )
    },
  )

  test.each<readonly [object, RegExp]>([
    [{ issuer: undefined }, /option 'issuer' of \w+ must be the test issuer that the app trusts/],
    [{ path: undefined }, /option 'path' of \w+ must be a string that begins/],
    [{ path: 'me' }, /option 'path' of \w+ must be a string that begins with '\/'/],
    [{ scopes: 'a' }, /unknown option 'scopes' in the options of \w+: did you mean 'scope'\?/],
    [
      { budget: { jwksFetches: 1 } },
      /unknown option 'jwksFetches' in option 'budget' of \w+: known are keyFetches/,
    ],
    [
      { budget: { keyFetches: Number.NaN } },
      /option 'budget.keyFetches' of \w+ must be a number from 0 to \d+, not NaN/,
    ],
    [
      { budget: { perRequest: 0 } },
      /option 'budget.perRequest' of \w+ must be a number from 0.001/,
    ],
    [{ headers: { Authorization: 'x' } }, /must not hold Authorization, .*: give claims or scope/],
    [{ levels: ['all'] }, /option 'levels' of \w+ holds 'all': allowed are forgery, spec/],
    [{ levels: [] }, /options 'levels' and 'only' of \w+ leave no case to run: name at least one/],
    [
      { only: ['alg/nothing'] },
      /option 'only' of \w+ names 'alg\/nothing', .*: the ids of this family are alg\/none/,
    ],
    [{ skip: { 'alg/nothing': 'x' } }, /option 'skip' of \w+ names 'alg\/nothing'/],
    [
      { skip: { 'alg/none': '' } },
      /option 'skip' of \w+ needs a reason for 'alg\/none': write skip: \{/,
    ],
    [
      { skip: { 'alg/none': undefined } },
      /option 'skip' of \w+ needs a reason for 'alg\/none': write skip: \{/,
    ],
    [
      { skip: { 'alg/none': true } },
      /option 'skip' of \w+ needs a reason for 'alg\/none': write skip: \{/,
    ],
  ])('assertRejectsHostileTokens throws for the options %o', async (more, message) => {
    await expect(attack(app, more)).rejects.toThrow(TypeError)
    await expect(attack(app, more)).rejects.toThrow(message)
  })

  test('cases for another key type are left out, and a run without a case throws', async () => {
    const only = ['alg/rsa-other-digest', 'sig/zeros'] as const
    expect((await attack(app, { only })).ran).toBe(1)
    await expect(attack(app, { only: ['alg/rsa-other-digest'] })).rejects.toThrow(
      /option 'only' of \w+ names no case for an issuer that signs ES256: name one for/,
    )
  })
})
