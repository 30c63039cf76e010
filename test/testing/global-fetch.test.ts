import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAuth } from 'tollgate/fetch'
import { createTestIssuer, serveTestIssuer } from 'tollgate/testing'
import { afterEach, describe, expect, it } from 'vitest'

const real = globalThis.fetch
afterEach(() => {
  expect(globalThis.fetch).toBe(real)
})

// Nothing listens there. What is not intercepted fails on loopback.
const issuer = createTestIssuer({ url: 'https://127.0.0.1:1' })
const metadata = `${issuer.url}/.well-known/openid-configuration`

describe('interceptGlobalFetch', () => {
  it('an app that has no option but the issuer and the audience trusts the issuer', async () => {
    const { guard } = createAuth({ issuer: issuer.url, audience: 'https://api.test' })
    const handler = guard(() => new Response('hello'))
    const ask = () => handler(new Request('https://api.test/', { headers: issuer.headers() }))
    const interception = issuer.interceptGlobalFetch()
    try {
      expect((await ask()).status).toBe(200)
      expect(issuer.requests.count('jwks')).toBe(1)
    } finally {
      interception[Symbol.dispose]()
    }
  })

  it.each<[string, (url: string) => Parameters<typeof fetch>]>([
    ['a text', (url) => [url]],
    ['a URL', (url) => [new URL(url)]],
    ['a Request', (url) => [new Request(url)]],
    ['a text and an init', (url) => [url, { method: 'HEAD' }]],
  ])('answers when fetch is given %s', async (_, argumentsFor) => {
    const interception = issuer.interceptGlobalFetch()
    const answer = await fetch(...argumentsFor(metadata))
    interception[Symbol.dispose]()
    expect([answer.status, answer.url]).toEqual([200, metadata])
  })

  it('other origins, also those that only begin like it, go on to the fetch that was there', async () => {
    const server = createServer(
      (req, res) => void res.end(`real ${req.method} ${req.headers['a']}`),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const asked: unknown[] = []
    globalThis.fetch = async (input, init) => {
      asked.push(input)
      return real(input, init)
    }
    const interception = issuer.interceptGlobalFetch()
    try {
      const url = `http://127.0.0.1:${port}/`
      const answer = await fetch(url, { method: 'POST', headers: { a: 'b' } })
      expect(await answer.text()).toBe('real POST b')
      for (const other of ['https://127.0.0.1:11/', 'http://127.0.0.1:1/', 'no URL']) {
        await expect(fetch(other)).rejects.toThrow()
      }
      expect(asked).toEqual([url, 'https://127.0.0.1:11/', 'http://127.0.0.1:1/', 'no URL'])
      expect(issuer.requests.all.map((request) => request.url)).not.toContain(url)
    } finally {
      interception[Symbol.dispose]()
      globalThis.fetch = real
      server.close()
    }
  })

  it('throws if the origin is intercepted already, and other issuers may be intercepted as well', async () => {
    const other = createTestIssuer({ url: 'https://127.0.0.1:7' })
    const first = issuer.interceptGlobalFetch()
    const second = other.interceptGlobalFetch()
    expect(() => issuer.interceptGlobalFetch()).toThrow(
      'tollgate: issuer.interceptGlobalFetch was called twice for https://127.0.0.1:1: dispose',
    )
    expect(() => createTestIssuer({ url: issuer.url }).interceptGlobalFetch()).toThrow(TypeError)
    const issuers = async () =>
      Promise.all(
        [issuer, other].map(async ({ url }) => {
          const answer = await fetch(`${url}/.well-known/openid-configuration`)
          return ((await answer.json()) as { issuer: string }).issuer
        }),
      )
    expect(await issuers()).toEqual([issuer.url, other.url])
    // In the order in which they were made, which is not that of nested blocks.
    first[Symbol.dispose]()
    expect(globalThis.fetch).not.toBe(real)
    await expect(issuers()).rejects.toThrow()
    second[Symbol.dispose]()
    expect(globalThis.fetch).toBe(real)
  })

  it('to dispose of it twice does not end a later interception', async () => {
    const first = issuer.interceptGlobalFetch()
    first[Symbol.dispose]()
    const second = issuer.interceptGlobalFetch()
    first[Symbol.dispose]()
    expect((await fetch(metadata)).status).toBe(200)
    second[Symbol.dispose]()
  })

  it('leaves a fetch alone that other code has put over it, and which then reaches the real one', async () => {
    const interception = issuer.interceptGlobalFetch()
    const ours = globalThis.fetch
    const theirs: typeof fetch = (input, init) => ours(input, init)
    globalThis.fetch = theirs
    interception[Symbol.dispose]()
    expect(globalThis.fetch).toBe(theirs)
    await expect(fetch(metadata)).rejects.toThrow()
    globalThis.fetch = ours
    const again = issuer.interceptGlobalFetch()
    expect((await fetch(metadata)).status).toBe(200)
    again[Symbol.dispose]()
  })

  it('a served issuer and one of a path are intercepted by their origin', async () => {
    const served = await serveTestIssuer({ path: '/tenant' })
    try {
      const interception = served.interceptGlobalFetch()
      await served.close()
      const answer = await fetch(`${served.url}/.well-known/openid-configuration`)
      expect(answer.status).toBe(200)
      interception[Symbol.dispose]()
    } finally {
      await served.close()
    }
  })
})
