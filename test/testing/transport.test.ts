import { createTestIssuer, faults } from 'tollgate/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'

afterEach(() => {
  vi.restoreAllMocks()
})

describe('discovery', () => {
  test.each([
    ['https://issuer.test', '/.well-known/openid-configuration', 'openid-configuration'],
    [
      'https://issuer.test',
      '/.well-known/oauth-authorization-server',
      'oauth-authorization-server',
    ],
    ['https://issuer.test/', '/.well-known/openid-configuration', 'openid-configuration'],
    [
      'https://issuer.test/',
      '/.well-known/oauth-authorization-server',
      'oauth-authorization-server',
    ],
    ['https://issuer.test/a', '/a/.well-known/openid-configuration', 'openid-configuration'],
    ['https://issuer.test/a', '/.well-known/openid-configuration/a', 'openid-configuration'],
    [
      'https://issuer.test/a/',
      '/.well-known/oauth-authorization-server/a',
      'oauth-authorization-server',
    ],
    ['https://issuer.test/a/', '/a/.well-known/openid-configuration', 'openid-configuration'],
    ['http://localhost:1', '/.well-known/openid-configuration', 'openid-configuration'],
  ])('the discovery document of %s is served at %s', async (url, path, endpoint) => {
    const issuer = createTestIssuer({ url })
    const response = await issuer.fetch(new URL(path, url))
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(response.url).toBe(new URL(path, url).href)
    const document = await response.json()
    expect(document).toEqual(issuer.metadata)
    expect(document.issuer).toBe(url)
    expect(issuer.requests.all.map((request) => request.endpoint)).toEqual([endpoint])
    const keys = await issuer.fetch(document.jwks_uri)
    expect(await keys.json()).toEqual(issuer.jwks)
    expect(issuer.requests.count('jwks')).toBe(1)
  })

  test('an issuer with a path serves no document at other paths', async () => {
    const issuer = createTestIssuer({ url: 'https://issuer.test/a' })
    const misplaced = [
      '/.well-known/openid-configuration',
      '/.well-known/oauth-authorization-server',
      '/a/.well-known/oauth-authorization-server',
      '/jwks',
    ]
    for (const path of misplaced) {
      expect((await issuer.fetch(`https://issuer.test${path}`)).status).toBe(404)
    }
    expect(issuer.requests.count('other')).toBe(4)
  })

  test('members of the option metadata replace those of the discovery document', async () => {
    const issuer = createTestIssuer({
      metadata: { introspection_endpoint: 'https://x.test', token_endpoint: undefined },
    })
    const url = `${issuer.url}/.well-known/openid-configuration`
    const document = await (await issuer.fetch(url)).json()
    expect(document.introspection_endpoint).toBe('https://x.test')
    expect(document).not.toHaveProperty('token_endpoint')
  })
})

describe('the in-process fetch', () => {
  const issuer = createTestIssuer()
  const jwks = `${issuer.url}/jwks`

  test('the in-process fetch takes a string, a URL and a Request', async () => {
    for (const input of [jwks, new URL(jwks), new Request(jwks)]) {
      expect(await (await issuer.fetch(input)).json()).toEqual(issuer.jwks)
    }
  })

  test('the in-process fetch serves the keys that are published now', async () => {
    issuer.keys.rotate()
    expect(await (await issuer.fetch(jwks)).json()).toEqual(issuer.jwks)
    expect(issuer.jwks.keys).toHaveLength(2)
  })

  test.each([
    'https://other.test/jwks',
    'http://issuer.test/jwks',
    'https://issuer.test:444/jwks',
    'https://issuer.test.evil.test/jwks',
  ])(
    'the in-process fetch rejects for %s, records it, and never calls the network',
    async (url) => {
      const network = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('network'))
      issuer.requests.clear()
      await expect(issuer.fetch(url)).rejects.toThrow(/serves no other origin/)
      expect(issuer.requests.all).toMatchObject([{ endpoint: 'other', url }])
      expect(network).not.toHaveBeenCalled()
    },
  )

  test('the in-process fetch answers 405 to methods other than GET and HEAD', async () => {
    const response = await issuer.fetch(jwks, { method: 'POST', body: 'x' })
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
    const head = await issuer.fetch(jwks, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
  })

  test('the in-process fetch states the length of a document', async () => {
    const response = await issuer.fetch(jwks)
    const { byteLength } = await response.arrayBuffer()
    expect(response.headers.get('content-length')).toBe(String(byteLength))
  })

  test('the in-process fetch rejects with the reason of a signal aborted before it', async () => {
    const reason = new Error('gone')
    issuer.requests.clear()
    await expect(issuer.fetch(jwks, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(issuer.requests.count()).toBe(0)
  })

  test('a body whose request is aborted before it is read rejects with the reason', async () => {
    const controller = new AbortController()
    const response = await issuer.fetch(jwks, { signal: controller.signal })
    const reason = new Error('gone')
    controller.abort(reason)
    await expect(response.text()).rejects.toBe(reason)
  })
})

describe('redirects', () => {
  const issuer = createTestIssuer()
  const jwks = `${issuer.url}/jwks`
  const discovery = `${issuer.url}/.well-known/openid-configuration`

  test('the in-process fetch follows a redirect on the origin of the issuer', async () => {
    using _ = issuer.fail('openid-configuration', faults.redirect('/jwks'))
    const response = await issuer.fetch(discovery)
    expect(await response.json()).toEqual(issuer.jwks)
    expect([response.redirected, response.url]).toEqual([true, jwks])
  })

  test('the in-process fetch does not follow a redirect to another origin', async () => {
    using _ = issuer.fail('jwks', faults.redirect('https://evil.test/jwks'))
    await expect(issuer.fetch(jwks)).rejects.toThrow(/evil\.test/)
    expect(issuer.requests.all.at(-1)?.url).toBe('https://evil.test/jwks')
  })

  test('a redirect is returned with redirect manual, and rejects with redirect error', async () => {
    using _ = issuer.fail('jwks', faults.redirect('https://evil.test/jwks'))
    const response = await issuer.fetch(jwks, { redirect: 'manual' })
    expect([response.status, response.headers.get('location')]).toEqual([
      302,
      'https://evil.test/jwks',
    ])
    await expect(issuer.fetch(jwks, { redirect: 'error' })).rejects.toThrow('fetch failed')
  })

  test('the in-process fetch rejects after 20 redirects in a circle', async () => {
    using _ = issuer.fail('jwks', faults.redirect('/jwks'))
    issuer.requests.clear()
    await expect(issuer.fetch(jwks)).rejects.toThrow('fetch failed')
    expect(issuer.requests.count('jwks')).toBe(21)
  })
})

test('the request log has the endpoint, URL, time and headers of each request', async () => {
  const issuer = createTestIssuer({ now: () => 5000 })
  await issuer.fetch(`${issuer.url}/jwks?x=1`, { headers: { accept: 'application/json' } })
  await issuer.fetch(`${issuer.url}/elsewhere`)
  const [first, second] = issuer.requests.all
  expect(first).toMatchObject({
    endpoint: 'jwks',
    method: 'GET',
    url: 'https://issuer.test/jwks?x=1',
    at: 5000,
  })
  expect(first?.headers.get('accept')).toBe('application/json')
  expect(second?.endpoint).toBe('other')
  expect([issuer.requests.count(), issuer.requests.count('jwks')]).toEqual([2, 1])
  issuer.requests.clear()
  expect(issuer.requests.all).toEqual([])
})
