import type { IncomingMessage } from 'node:http'
import { get, request } from 'node:http'
import { connect } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import type { ServedTestIssuer } from 'tollgate/testing'
import { faults, serveTestIssuer } from 'tollgate/testing'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

let issuer: ServedTestIssuer
let jwks: string

beforeAll(async () => {
  issuer = await serveTestIssuer()
  jwks = `${issuer.url}/jwks`
})
afterAll(() => issuer.close())
afterEach(() => issuer.reset())

/** Sends a request, and resolves to the bytes of the answer, which fetch would inflate. */
function raw(url: string, init: { method?: string; headers?: Record<string, string> } = {}) {
  return new Promise<{ head: IncomingMessage; body: Buffer }>((resolve, reject) => {
    request(url, { agent: false, ...init }, (head) => {
      const parts: Buffer[] = []
      head.on('data', (part) => parts.push(part))
      head.on('end', () => resolve({ head, body: Buffer.concat(parts) }))
      head.on('error', reject)
    })
      .on('error', reject)
      .end()
  })
}

describe('a served issuer', () => {
  test('the tokens of a served issuer verify with keys that jose fetches over HTTP', async () => {
    expect(issuer.url).toBe(`http://127.0.0.1:${issuer.port}`)
    const document = await (await fetch(`${issuer.url}/.well-known/openid-configuration`)).json()
    expect(document).toEqual(issuer.metadata)
    expect(document.issuer).toBe(issuer.url)
    const { payload } = await jwtVerify(
      issuer.mint({ sub: 'alice' }),
      createRemoteJWKSet(new URL(document.jwks_uri)),
      { issuer: issuer.url, audience: issuer.audience as string },
    )
    expect(payload.sub).toBe('alice')
    expect(issuer.requests.count('jwks')).toBe(1)
    expect(issuer.requests.all[0]).toMatchObject({
      endpoint: 'openid-configuration',
      method: 'GET',
      url: `${issuer.url}/.well-known/openid-configuration`,
    })
  })

  test('trust() of a served issuer has no fetch', () => {
    expect(issuer.trust({ tokenCache: false })).toEqual({
      issuer: issuer.url,
      audience: issuer.audience,
      now: issuer.now,
      allowInsecureLoopback: true,
      tokenCache: false,
    })
  })

  test('a served issuer does not take its URL from the Host header', async () => {
    for (const host of [`localhost:${issuer.port}`, 'other.localhost']) {
      const { body } = await raw(`${issuer.url}/.well-known/openid-configuration`, {
        headers: { host, 'x-forwarded-host': 'evil.test' },
      })
      expect(JSON.parse(body.toString())).toEqual(issuer.metadata)
      expect(body.toString()).not.toMatch(/evil|localhost/)
      expect(issuer.requests.all.at(-1)?.url).toMatch(issuer.url)
    }
  })

  test('a served issuer answers 405 to methods other than GET and HEAD', async () => {
    const post = await raw(jwks, { method: 'POST' })
    expect([post.head.statusCode, post.head.headers['allow']]).toEqual([405, 'GET, HEAD'])
    const head = await raw(jwks, { method: 'HEAD' })
    expect([head.head.statusCode, head.body.byteLength]).toEqual([200, 0])
    expect(Number(head.head.headers['content-length'])).toBeGreaterThan(0)
  })

  test('a served issuer answers 404 to other paths, whatever they look like', async () => {
    for (const path of ['/', '//evil.test/jwks', '/jwks/', '/%', '/a b']) {
      const answer = await new Promise<string>((resolve) => {
        const socket = connect(issuer.port, '127.0.0.1')
        socket.end(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
        socket.once('data', (data) => resolve(data.toString().slice(9, 12)))
      })
      expect([path, answer]).toEqual([path, path === '/a b' ? '400' : '404'])
    }
    expect((await fetch(`${jwks}?x=1`)).status).toBe(200)
  })

  test('the keys of a served issuer have no private member', async () => {
    const { keys } = await (await fetch(jwks)).json()
    expect(Object.keys(keys[0]).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
  })

  test('a served issuer can have a path in its URL', async () => {
    await using tenant = await serveTestIssuer({ path: '/tenant' })
    expect(tenant.url).toBe(`http://127.0.0.1:${tenant.port}/tenant`)
    const metadata = new URL('/.well-known/oauth-authorization-server/tenant', tenant.url)
    expect((await (await fetch(metadata)).json()).issuer).toBe(tenant.url)
    expect((await fetch(`${tenant.url}/jwks`)).status).toBe(200)
  })

  test('env has the variables of apps that use it, and of whoever tells it what to do', async () => {
    await using own = await serveTestIssuer({ audience: ['one', 'two'] })
    expect(own.env).toEqual({
      ISSUER: own.url,
      AUDIENCE: 'one two',
      JWKS_URI: `${own.url}/jwks`,
      TOLLGATE_CONTROL_URL: own.controlUrl,
    })
    expect(own.controlToken).toBeUndefined()
    const token = 'a-control-token-of-this-test'
    await using guarded = await serveTestIssuer({ control: { token } })
    expect(guarded.env).toMatchObject({ TOLLGATE_CONTROL_TOKEN: token })
    await using silent = await serveTestIssuer({ control: false, shape: 'keycloak' })
    expect(Object.keys(silent.env)).toEqual(['ISSUER', 'AUDIENCE', 'JWKS_URI'])
    expect((await fetch(silent.env['JWKS_URI'] ?? '')).status).toBe(200)
  })

  test('a served issuer can listen on localhost by name', async () => {
    await using local = await serveTestIssuer({ host: 'localhost', alg: 'EdDSA' })
    expect(local.url).toBe(`http://localhost:${local.port}`)
    expect((await (await fetch(`${local.url}/jwks`)).json()).keys[0].alg).toBe('EdDSA')
  })

  test('a served issuer listens on the given port, and rejects if the port is taken', async () => {
    const first = await serveTestIssuer()
    await expect(serveTestIssuer({ port: first.port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    })
    await first.close()
    await using second = await serveTestIssuer({ port: first.port })
    expect(second.port).toBe(first.port)
  })

  test.each([
    [{ host: '0.0.0.0' }, /option 'host' of serveTestIssuer must be '127\.0\.0\.1'/],
    [{ host: 'example.com' }, /option 'host' of serveTestIssuer must be '127\.0\.0\.1'/],
    [{ url: 'http://x.test' }, /unknown option 'url' in the options of serveTestIssuer: .*'path'/],
    [{ path: 'tenant' }, /option 'path' of serveTestIssuer must begin/],
    [{ path: '/a?b' }, /query/],
    [{ prot: 1 }, /unknown option 'prot' in the options of serveTestIssuer: did you mean 'port'/],
    [{ alg: 'HS256' }, /option 'alg' of the test issuer must be one of RS256, .*, not 'HS256'/],
  ])('serveTestIssuer rejects with a TypeError for the options %o', async (options, message) => {
    const served = serveTestIssuer(options as object)
    await expect(served).rejects.toThrow(TypeError)
    await expect(served).rejects.toThrow(message)
  })
})

describe('faults over HTTP', () => {
  function failing(fault: Parameters<typeof issuer.fail>[1]) {
    issuer.fail('jwks', fault)
    return fetch(jwks)
  }

  test.each([faults.refuse(), faults.dnsFailure(), faults.reset()])(
    'over HTTP, the fault $name makes fetch fail',
    async (fault) => {
      await expect(failing(fault)).rejects.toThrow('fetch failed')
    },
  )

  test('over HTTP, reset with a number of bytes breaks the body', async () => {
    const response = await failing(faults.reset(5))
    expect(response.status).toBe(200)
    await expect(response.text()).rejects.toThrow('terminated')
  })

  test('over HTTP, hang gives no answer until the client aborts', async () => {
    issuer.fail('jwks', faults.hang())
    const controller = new AbortController()
    const answer = fetch(jwks, { signal: controller.signal })
    await expect.poll(() => issuer.requests.count('jwks')).toBe(1)
    controller.abort(new Error('enough'))
    await expect(answer).rejects.toThrow('enough')
  })

  test('over HTTP, slow and drip send the whole document in the end', async () => {
    expect(await (await failing(faults.slow(0.01))).json()).toEqual(issuer.jwks)
    expect(await (await failing(faults.drip(10_000))).json()).toEqual(issuer.jwks)
  })

  test('over HTTP, drip sends pieces, and a client may leave before the end', async () => {
    const response = await failing(faults.drip(100))
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    expect((await reader.read()).value?.byteLength).toBeLessThan(JSON.stringify(issuer.jwks).length)
    await reader.cancel()
    issuer.reset()
    expect((await fetch(jwks)).status).toBe(200)
  })

  test('over HTTP, huge is streamed, and stops when nobody reads', async () => {
    const response = await failing(faults.huge(2 ** 50))
    expect(response.headers.get('content-length')).toBeNull()
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    expect((await reader.read()).done).toBe(false)
    await reader.cancel()
    const small = await failing(faults.huge(100_000))
    expect(JSON.parse(await small.text())).toEqual(issuer.jwks)
  })

  test('over HTTP, gzipBomb is small when it is sent and large when it is inflated', async () => {
    issuer.fail('jwks', faults.gzipBomb(5_000_000))
    const { head, body } = await raw(jwks)
    expect(head.headers['content-encoding']).toBe('gzip')
    expect(body.byteLength).toBeLessThan(20_000)
    const inflated = gunzipSync(body)
    expect(inflated).toHaveLength(5_000_000)
    expect(JSON.parse(inflated.toString())).toEqual(issuer.jwks)
  })

  test('over HTTP, truncate is a complete answer with half a document', async () => {
    const whole = JSON.stringify(issuer.jwks)
    expect(await (await failing(faults.truncate())).text()).toBe(whole.slice(0, whole.length >> 1))
  })

  test('over HTTP, the faults status, body and redirect answer as in process', async () => {
    const busy = await failing(faults.status(503, { headers: { 'retry-after': '9' } }))
    expect([busy.status, busy.headers.get('retry-after')]).toEqual([503, '9'])
    expect((await failing(faults.status(204))).status).toBe(204)
    expect(await (await failing(faults.body('<html>', 'text/html'))).text()).toBe('<html>')
    issuer.fail('jwks', faults.redirect('https://evil.test/'))
    const { head } = await raw(jwks)
    expect([head.statusCode, head.headers.location]).toEqual([302, 'https://evil.test/'])
  })

  test('over HTTP, a faulty document is the same as in process', async () => {
    issuer.fail('*', faults.jwks.unknownKty())
    const served = await (await fetch(jwks)).json()
    expect(served).toEqual(await (await issuer.fetch(jwks)).json())
    expect(served.keys).toHaveLength(2)
  })
})

describe('close', () => {
  test('close ends open connections, and may be called twice', async () => {
    const closing = await serveTestIssuer()
    closing.fail('jwks', faults.hang())
    const hanging = new Promise<Error>((resolve) => {
      get(`${closing.url}/jwks`).on('error', resolve)
    })
    await expect.poll(() => closing.requests.count('jwks')).toBe(1)
    await closing.close()
    expect(await hanging).toMatchObject({ code: 'ECONNRESET' })
    await closing.close()
    await expect(fetch(closing.url)).rejects.toThrow('fetch failed')
  })

  test('await using closes a served issuer at the end of the block', async () => {
    let url = ''
    {
      await using scoped = await serveTestIssuer()
      url = scoped.url
      expect((await fetch(`${url}/jwks`)).status).toBe(200)
    }
    await expect(fetch(url)).rejects.toThrow('fetch failed')
  })
})
