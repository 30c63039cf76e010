import { once } from 'node:events'
import type { IncomingMessage, RequestListener, Server } from 'node:http'
import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { FetchLike } from 'tollgate'
import { createVerifier } from 'tollgate'
import { authgear, fetchWithHost } from 'tollgate/issuers'
import { createTestIssuer } from 'tollgate/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'

const open: Server[] = []
afterEach(() => {
  vi.restoreAllMocks()
  for (const server of open.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

function serve(listener: RequestListener): Promise<string> {
  return listen(createServer(listener))
}

/** Listens on a free port of loopback, and gives the URL. */
async function listen(server: Server): Promise<string> {
  open.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A promise that is settled from outside. */
function later(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => {}
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

const init = (more: Partial<Parameters<FetchLike>[1]> = {}): Parameters<FetchLike>[1] => ({
  headers: {},
  redirect: 'manual',
  signal: new AbortController().signal,
  ...more,
})

describe('authgear with an internal endpoint', () => {
  const endpoint = 'https://auth.acme.com'
  const keys = createTestIssuer({ url: endpoint, audience: endpoint })

  /** As Authgear answers: what does not name the public origin is sent there. */
  async function serveAuthgear() {
    const asked: Pick<IncomingMessage, 'url' | 'headers'>[] = []
    const url = await serve((request, response) => {
      asked.push(request)
      const { host, 'x-forwarded-proto': proto } = request.headers
      if (host !== 'auth.acme.com' || proto !== 'https') {
        response.writeHead(307, { location: `${endpoint}${request.url}` }).end()
      } else if (request.url === '/oauth2/jwks') {
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify(keys.jwks))
      } else {
        response.writeHead(404).end()
      }
    })
    return { url, asked }
  }

  it('keys are fetched inside the network, under the public host and as https', async () => {
    const { url, asked } = await serveAuthgear()
    const verifier = createVerifier({
      issuer: authgear({ endpoint, internalEndpoint: { url: `${url}/` } }),
      allowInsecureLoopback: true,
    })
    expect(await verifier.verify(keys.mint())).toMatchObject({ issuer: endpoint })
    expect(asked.map(({ url }) => url)).toEqual(['/oauth2/jwks'])
    expect(asked[0]?.headers).toMatchObject({
      host: 'auth.acme.com',
      'x-forwarded-proto': 'https',
      accept: expect.stringContaining('application/json'),
    })
    verifier.close()
  })

  it('a fetch of your own is given the host and the scheme to send', async () => {
    const asked: unknown[] = []
    const fetch: FetchLike = async (url, { headers }) => {
      asked.push([url, headers['host'], headers['x-forwarded-proto']])
      return Response.json(keys.jwks)
    }
    const issuer = authgear({ endpoint, internalEndpoint: { url: 'http://authgear:3000', fetch } })
    const verifier = createVerifier({ issuer, allowInsecureHosts: ['authgear'] })
    await verifier.verify(keys.mint())
    expect(asked).toEqual([['http://authgear:3000/oauth2/jwks', 'auth.acme.com', 'https']])
  })

  it('T7: a fetch that ignores the host is redirected, and the redirect is not followed', async () => {
    const { url, asked } = await serveAuthgear()
    const fetch: FetchLike = (url, init) => globalThis.fetch(url, init)
    const verifier = createVerifier({
      issuer: authgear({ endpoint, internalEndpoint: { url, fetch } }),
      allowInsecureLoopback: true,
    })
    await expect(verifier.verify(keys.mint())).rejects.toMatchObject({
      status: 503,
      reason: 'keys',
    })
    expect(verifier.health()).toMatchObject([{ lastError: expect.stringContaining('redirect') }])
    expect(asked).toHaveLength(1)
  })

  it('T16: an http address that the verifier was not told to allow is refused at construction', () => {
    const at = (url: string) => authgear({ endpoint, internalEndpoint: { url } })
    expect(() => createVerifier({ issuer: at('http://authgear:3000') })).toThrow(
      /must be an https URL \(or, on a development network, name its host in allowInsecureHosts\)/,
    )
    createVerifier({ issuer: at('http://authgear:3000'), allowInsecureHosts: ['authgear'] })
    createVerifier({ issuer: at('https://authgear.internal') })
    const inCluster = (host: string) =>
      createVerifier({ issuer: at(`http://${host}:3000`), allowInsecureHosts: [host] })
    inCluster('authgear.default.svc.cluster.local')
    expect(() => inCluster('authgear.svc')).toThrow(/may be outside of your network/)
  })

  it('T16: without node:http, authgear asks for a fetch that sends the host', async () => {
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never)
    const internalEndpoint = { url: 'http://authgear:3000' }
    expect(() => authgear({ endpoint, internalEndpoint })).toThrow(
      /^tollgate: option 'internalEndpoint.fetch' of authgear\(\): is missing, and this runtime has no node:http/,
    )
    authgear({
      endpoint,
      internalEndpoint: { ...internalEndpoint, fetch: async () => new Response() },
    })
    await expect(fetchWithHost('http://127.0.0.1:9', init())).rejects.toThrow(TypeError)
  })

  it('T11: an answer without an end is cut off at maxBytes, and its connection closed', async () => {
    const closed = later()
    const url = await serve((request, response) => {
      const drip = setInterval(() => response.write('x'.repeat(1024)), 1)
      request.socket.on('close', () => {
        clearInterval(drip)
        closed.resolve()
      })
    })
    const verifier = createVerifier({
      issuer: authgear({ endpoint, internalEndpoint: { url } }),
      allowInsecureLoopback: true,
      keys: { maxBytes: 4096 },
    })
    await expect(verifier.verify(keys.mint())).rejects.toMatchObject({ reason: 'keys' })
    expect(verifier.health()).toMatchObject([{ lastError: expect.stringContaining('too large') }])
    await closed.promise
  })
})

describe('fetchWithHost', () => {
  it('what is answered is given piece by piece, with its status and headers', async () => {
    const rest = later()
    const url = await serve(async (request, response) => {
      response.writeHead(201, { 'Retry-After': '7', Vary: ['a', 'b'] })
      response.write(`${request.method} ${request.headers.host}, `)
      await rest.promise
      response.end('end')
    })
    const { status, headers, body } = await fetchWithHost(
      url,
      init({ headers: { host: 'a.test' } }),
    )
    expect([status, headers.get('Retry-After'), headers.get('vary')]).toEqual([201, '7', 'a, b'])
    expect([headers.get('cache-control'), headers.get('toString')]).toEqual([null, null])
    const reader = body?.getReader()
    const text = async (): Promise<unknown> => {
      const { done, value } = (await reader?.read()) ?? {}
      return done ? done : new TextDecoder().decode(value)
    }
    expect(await text()).toBe('GET a.test, ')
    rest.resolve()
    expect(await text()).toBe('end')
    expect(await text()).toBe(true)
  })

  it('T18: a method on a polluted Object.prototype is not sent', async () => {
    const url = await serve((request, response) => response.end(request.method))
    Object.defineProperty(Object.prototype, 'method', {
      value: 'DELETE',
      configurable: true,
      writable: true,
    })
    try {
      const { body } = await fetchWithHost(url, init())
      const { value } = (await body?.getReader().read()) ?? {}
      expect(new TextDecoder().decode(value)).toBe('GET')
    } finally {
      Reflect.deleteProperty(Object.prototype, 'method')
    }
  })

  it('a method and a body are sent', async () => {
    const url = await serve((request, response) => {
      response.writeHead(request.method === 'POST' ? 200 : 400)
      request.pipe(response)
    })
    const { status, body } = await fetchWithHost(url, init({ method: 'POST', body: 'a=b' }))
    const { value } = (await body?.getReader().read()) ?? {}
    expect([status, new TextDecoder().decode(value)]).toEqual([200, 'a=b'])
  })

  it('T7: a redirect is given as it is, and not followed', async () => {
    const asked: unknown[] = []
    const url = await serve((request, response) => {
      asked.push(request.url)
      response.writeHead(302, { location: '/elsewhere' }).end()
    })
    expect((await fetchWithHost(url, init())).status).toBe(302)
    expect(asked).toEqual(['/'])
  })

  it('an abort ends the wait for an answer', async () => {
    const url = await serve(() => {})
    const aborted = new AbortController()
    const answer = fetchWithHost(url, init({ signal: aborted.signal }))
    setTimeout(() => aborted.abort(), 5)
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('an abort in the middle of an answer ends the reading of it, and the connection', async () => {
    const closed = later()
    const url = await serve((request, response) => {
      request.socket.on('close', () => closed.resolve())
      response.write('a')
    })
    const aborted = new AbortController()
    const { body } = await fetchWithHost(url, init({ signal: aborted.signal }))
    const reader = body?.getReader()
    await reader?.read()
    aborted.abort()
    await expect(reader?.read()).rejects.toThrow()
    await closed.promise
  })

  it('an abort of an answer that nobody reads ends its connection, and no process', async () => {
    const closed = later()
    const url = await serve((request, response) => {
      request.socket.on('close', closed.resolve)
      response.write('a')
    })
    const aborted = new AbortController()
    await fetchWithHost(url, init({ signal: aborted.signal }))
    aborted.abort()
    await closed.promise
    await new Promise((resolve) => setTimeout(resolve, 20))
  })

  it.each(['the body', 'its reader'])('a cancel of %s closes the connection', async (what) => {
    const closed = later()
    const url = await serve((request, response) => {
      request.socket.on('close', () => closed.resolve())
      response.write('a')
    })
    const { body } = await fetchWithHost(url, init())
    await (what === 'the body' ? body : body?.getReader())?.cancel()
    await closed.promise
  })

  it('an answer that breaks off is an error of its reading', async () => {
    const url = await serve((request, response) => {
      response.writeHead(200, { 'content-length': '10' })
      response.write('a', () => request.socket.destroy())
    })
    const { body } = await fetchWithHost(url, init())
    const reader = body?.getReader()
    await reader?.read()
    await expect(reader?.read()).rejects.toThrow()
  })

  it('with https, the certificate is asked for by the name of the host that is sent', async () => {
    const named: string[] = []
    const server = createSecureServer({
      SNICallback(name, done) {
        named.push(name)
        done(new Error('there is no certificate'))
      },
    })
    const url = (await listen(server)).replace('http:', 'https:')
    const asked = fetchWithHost(url, init({ headers: { host: 'auth.acme.com' } }))
    await expect(asked).rejects.toThrow()
    expect(named).toEqual(['auth.acme.com'])
  })

  it('nobody who listens is an error with its code', async () => {
    await expect(fetchWithHost('http://127.0.0.1:9', init())).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    })
  })
})
