import type { FetchLike, IssuerOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it, vi } from 'vitest'

const issuer = createTestIssuer()

/** A fetch that knows nothing of the classes of the platform. It writes down what it is asked. */
function createPlainFetch(): { fetch: FetchLike; asked: Parameters<FetchLike>[] } {
  const asked: Parameters<FetchLike>[] = []
  const fetch: FetchLike = async (url, init) => {
    asked.push([url, init])
    const document = url.endsWith('/jwks') ? issuer.jwks : issuer.metadata
    const chunks = [new TextEncoder().encode(JSON.stringify(document))]
    return {
      status: 200,
      headers: { get: () => null },
      body: {
        getReader: () => ({
          async read() {
            const value = chunks.shift()
            return value === undefined ? { done: true } : { done: false, value }
          },
          cancel: async () => undefined,
        }),
        cancel: async () => undefined,
      },
    }
  }
  return { fetch, asked }
}

describe('the option fetch', () => {
  it('a function that answers with plain objects is enough, and is given text and plain objects', async () => {
    const { fetch, asked } = createPlainFetch()
    const verifier = createVerifier({ ...issuer.trust(), fetch })
    await expect(verifier.verify(issuer.mint())).resolves.toMatchObject({ issuer: issuer.url })
    expect(asked).toHaveLength(2)
    for (const [url, init] of asked) {
      expect(typeof url).toBe('string')
      expect(init.redirect).toBe('manual')
      expect(init.signal).toBeInstanceOf(AbortSignal)
      expect(Object.values(init.headers).every((value) => typeof value === 'string')).toBe(true)
    }
  })

  it('the fetch of an issuer fetches for that issuer alone, in the place of the fetch of the verifier', async () => {
    const other = createTestIssuer({ url: 'https://other.test' })
    const { fetch, asked } = createPlainFetch()
    const verifier = createVerifier({
      ...other.trust(),
      issuer: [{ issuer: issuer.url, fetch }, other.url],
    })
    await verifier.verify(issuer.mint())
    await verifier.verify(other.mint())
    expect(asked.map(([url]) => new URL(url).origin)).toEqual([issuer.url, issuer.url])
    expect(issuer.requests.count('jwks')).toBe(0)
    expect(other.requests.count('jwks')).toBe(1)
  })

  it('a resolver that makes a new fetch for every answer keeps the keys, and the newest one fetches', async () => {
    const tenant = createTestIssuer({ url: 'https://tenant.test/1' })
    tenant.clock.freeze()
    const used: number[] = []
    let answers = 0
    const verifier = createVerifier({
      ...tenant.trust(),
      keys: { maxAge: 1000 },
      issuer: (iss): IssuerOptions => {
        const number = ++answers
        return {
          issuer: iss,
          fetch: (url, init) => {
            used.push(number)
            return tenant.fetch(url, init)
          },
        }
      },
    })
    await verifier.verify(tenant.mint())
    expect(used).toEqual([1, 1])
    tenant.clock.advance(601)
    await verifier.verify(tenant.mint())
    expect(answers).toBe(2)
    expect(used).toEqual([1, 1])
    tenant.clock.advance(601)
    await verifier.verify(tenant.mint())
    expect(used.slice(2)).toEqual([3])
  })

  it.each([[true], ['https://proxy.test'], [{}]])(
    'an issuer whose fetch is %j is refused at construction',
    (fetch) => {
      const options = { issuer: { issuer: issuer.url, fetch: fetch as never }, audience: 'a' }
      expect(() => createVerifier(options)).toThrow(
        /^tollgate: of issuer https:\/\/issuer\.test: option 'fetch' must be a function, not /,
      )
    },
  )

  it.each<[string, () => unknown]>([
    ['nothing', () => undefined],
    ['a text', () => '{}'],
    ['plain headers', () => ({ status: 200, headers: { 'content-type': 'x' }, body: null })],
    ['no body', () => ({ status: 200, headers: new Headers(), data: {} })],
    [
      'a stream of Node as its body',
      () => ({ status: 200, headers: new Headers(), body: { pipe() {} } }),
    ],
  ])('a function whose answer is %s is told apart from a broken connection', async (_, answer) => {
    const fetch = (async () => answer()) as unknown as FetchLike
    const verifier = createVerifier({ ...issuer.trust(), fetch })
    await expect(verifier.verify(issuer.mint())).rejects.toMatchObject({ status: 503 })
    expect(verifier.health()[0]?.lastError).toMatch(/^what 'fetch' gave is no Response at https:/)
  })

  it('the answer of a function that ignores its signal is read no further after the deadline', async () => {
    const cancel = vi.fn(async () => undefined)
    const body = {
      getReader: () => ({
        read: () =>
          new Promise<{ done: false; value: Uint8Array }>((resolve) => {
            setTimeout(() => resolve({ done: false, value: new Uint8Array(1) }), 5)
          }),
        cancel,
      }),
      cancel: async () => undefined,
    }
    const fetch: FetchLike = async () => ({ status: 200, headers: { get: () => null }, body })
    const verifier = createVerifier(issuer.trust({ fetch, keys: { timeout: 0.1 } }))
    await expect(verifier.verify(issuer.mint())).rejects.toMatchObject({ status: 503 })
    await vi.waitFor(() => expect(cancel).toHaveBeenCalledOnce())
  })
})
