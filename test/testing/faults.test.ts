import type { JWK } from 'jose'
import { createLocalJWKSet, importJWK, jwtVerify } from 'jose'
import type { Fault } from 'tollgate/testing'
import { createTestIssuer, faults } from 'tollgate/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'

const issuer = createTestIssuer()
const jwks = `${issuer.url}/jwks`
const discovery = `${issuer.url}/.well-known/openid-configuration`

afterEach(() => {
  issuer.reset()
  vi.useRealTimers()
})

function fetchWith(fault: Fault, init?: RequestInit) {
  issuer.fail('jwks', fault)
  return issuer.fetch(jwks, init)
}

async function keysWith(fault: Fault): Promise<JWK[]> {
  return (await (await fetchWith(fault)).json()).keys
}

/** Reads this many chunks, and returns how many bytes they had. */
async function readSome(response: Response, chunks: number): Promise<number> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  let bytes = 0
  for (let i = 0; i < chunks; i += 1) bytes += (await reader.read()).value?.byteLength ?? 0
  await reader.cancel()
  return bytes
}

test('fail throws for an endpoint that does not exist, because its fault would never apply', () => {
  const issuer = createTestIssuer()
  expect(() => issuer.fail('jwk' as never, faults.refuse())).toThrow(
    /argument 'endpoint' of issuer.fail is 'jwk', .*: use \*, openid/,
  )
})

describe('transport', () => {
  test.each([
    [faults.refuse(), 'ECONNREFUSED'],
    [faults.dnsFailure(), 'ENOTFOUND'],
    [faults.reset(), 'ECONNRESET'],
  ])('under the fault $name, fetch rejects as the fetch of Node does', async (fault, code) => {
    const error = await fetchWith(fault).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toMatchObject({ message: 'fetch failed', cause: { code } })
    expect(issuer.requests.count('jwks')).toBe(1)
  })

  test('reset with a number of bytes breaks the body after them', async () => {
    const response = await fetchWith(faults.reset(5))
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('{"key')
    await expect(reader.read()).rejects.toMatchObject({
      message: 'terminated',
      cause: { code: 'ECONNRESET' },
    })
  })

  test('under the fault hang, fetch is pending until its signal is aborted', async () => {
    const controller = new AbortController()
    const settled = vi.fn()
    const answer = fetchWith(faults.hang(), { signal: controller.signal })
    answer.then(settled, settled)
    await new Promise((resolve) => setImmediate(resolve))
    expect(settled).not.toHaveBeenCalled()
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(answer).rejects.toBe(reason)
  })

  test('slow answers after its number of seconds', async () => {
    vi.useFakeTimers()
    const settled = vi.fn()
    const answer = fetchWith(faults.slow(3))
    answer.then(settled, settled)
    await vi.advanceTimersByTimeAsync(2999)
    expect(settled).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(await (await answer).json()).toEqual(issuer.jwks)
  })

  test('slow clears its timer when the request is aborted', async () => {
    vi.useFakeTimers()
    const controller = new AbortController()
    const answer = fetchWith(faults.slow(3), { signal: controller.signal })
    const outcome = expect(answer).rejects.toBe('enough')
    await vi.advanceTimersByTimeAsync(1)
    expect(vi.getTimerCount()).toBe(1)
    controller.abort('enough')
    await outcome
    expect(vi.getTimerCount()).toBe(0)
  })

  test('drip sends the body at its number of bytes per second', async () => {
    vi.useFakeTimers()
    const text = (await fetchWith(faults.drip(2))).text()
    const size = JSON.stringify(issuer.jwks).length
    const settled = vi.fn()
    text.then(settled, settled)
    await vi.advanceTimersByTimeAsync((size / 2) * 1000 - 1)
    expect(settled).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(JSON.parse(await text)).toEqual(issuer.jwks)
  })

  test('drip clears its timer when the request is aborted within the body', async () => {
    vi.useFakeTimers()
    const controller = new AbortController()
    const response = await fetchWith(faults.drip(1), { signal: controller.signal })
    const reason = new Error('enough')
    const outcome = expect(response.text()).rejects.toBe(reason)
    await vi.advanceTimersByTimeAsync(2500)
    controller.abort(reason)
    await outcome
    expect(vi.getTimerCount()).toBe(0)
  })

  test('drip starts no timer before its body is read', async () => {
    vi.useFakeTimers()
    const response = await fetchWith(faults.drip(1))
    await vi.advanceTimersByTimeAsync(0)
    expect(vi.getTimerCount()).toBe(0)
    await response.body?.cancel()
  })

  test('drip clears its timer when the body is cancelled', async () => {
    vi.useFakeTimers()
    const response = await fetchWith(faults.drip(1))
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    const read = reader.read()
    await reader.cancel()
    expect((await read).done).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('HTTP', () => {
  test('the fault status answers with its status, body and headers', async () => {
    const response = await fetchWith(
      faults.status(429, { body: 'later', headers: { 'retry-after': '7' } }),
    )
    expect([response.status, response.headers.get('retry-after'), await response.text()]).toEqual([
      429,
      '7',
      'later',
    ])
  })

  test.each([204, 205, 304, 500, 599])(
    'the fault status %i has an empty body by default',
    async (code) => {
      const response = await fetchWith(faults.status(code))
      expect([response.status, await response.text()]).toEqual([code, ''])
    },
  )

  test('the fault status 204 has no body, even if one is given', async () => {
    expect(await (await fetchWith(faults.status(204, { body: 'x' }))).text()).toBe('')
  })

  test('the fault body answers 200 with its own bytes and content type', async () => {
    const html = await fetchWith(faults.body('<html>', 'text/html'))
    expect([html.status, html.headers.get('content-type'), await html.text()]).toEqual([
      200,
      'text/html',
      '<html>',
    ])
    const bytes = await fetchWith(faults.body(new Uint8Array([0xff])))
    expect(bytes.headers.get('content-type')).toBe('application/json')
    expect(new Uint8Array(await bytes.arrayBuffer())).toEqual(new Uint8Array([0xff]))
  })

  test('truncate answers with the first half of the document, and no error', async () => {
    const text = await (await fetchWith(faults.truncate())).text()
    const whole = JSON.stringify(issuer.jwks)
    expect(text).toBe(whole.slice(0, whole.length >> 1))
  })

  test('huge has its number of bytes, with the document at the end', async () => {
    const response = await fetchWith(faults.huge(300_001))
    expect(response.headers.has('content-length')).toBe(false)
    const text = await response.text()
    expect(text).toHaveLength(300_001)
    expect(JSON.parse(text)).toEqual(issuer.jwks)
  })

  test('huge and gzipBomb produce no more bytes than are read', async () => {
    const before = process.memoryUsage().arrayBuffers
    expect(await readSome(await fetchWith(faults.huge(2 ** 50)), 3)).toBe(3 * 65_536)
    expect(await readSome(await fetchWith(faults.gzipBomb(2 ** 50)), 3)).toBe(3 * 65_536)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 26)
  })

  test('in process, gzipBomb gives the body as fetch would have inflated it', async () => {
    const response = await fetchWith(faults.gzipBomb(200_000))
    expect(response.headers.get('content-encoding')).toBe('gzip')
    const text = await response.text()
    expect(text).toHaveLength(200_000)
    expect(JSON.parse(text)).toEqual(issuer.jwks)
  })
})

describe('key sets', () => {
  const good = () => issuer.jwks.keys[0] as JWK
  const stillVerifies = (keys: JWK[]) => jwtVerify(issuer.mint(), createLocalJWKSet({ keys }))

  test('jwks.empty serves no keys', async () => {
    expect(await keysWith(faults.jwks.empty())).toEqual([])
  })

  test('jwks.notAnArray serves an object where the list of keys should be', async () => {
    expect(await keysWith(faults.jwks.notAnArray())).toEqual(good())
  })

  test('jwks.duplicateKid serves a foreign key with the same kid before every key', async () => {
    const [foreign, real] = (await keysWith(faults.jwks.duplicateKid())) as [JWK, JWK]
    expect([foreign.kid, foreign.alg, foreign.kty]).toEqual([real.kid, real.alg, real.kty])
    expect(foreign.x).not.toBe(real.x)
    expect(foreign).not.toHaveProperty('d')
    expect(real).toEqual(good())
  })

  test('jwks.symmetricKey adds a symmetric key, and tokens still verify', async () => {
    const keys = await keysWith(faults.jwks.symmetricKey())
    expect(keys[0]).toMatchObject({ kty: 'oct', alg: 'HS256', k: expect.any(String) })
    await stillVerifies(keys)
  })

  test('jwks.privateLeaked serves the private members of every key', async () => {
    expect(await keysWith(faults.jwks.privateLeaked())).toEqual([issuer.keys.current.privateJwk])
    expect(good()).not.toHaveProperty('d')
  })

  test.each([1024, 768])(
    'jwks.weakRsa adds an RSA key of %i bits, and tokens still verify',
    async (bits) => {
      const fault = bits === 1024 ? faults.jwks.weakRsa() : faults.jwks.weakRsa(bits)
      const keys = await keysWith(fault)
      expect(Buffer.from(keys[0]?.n ?? '', 'base64url')).toHaveLength(bits / 8)
      expect(keys[0]).not.toHaveProperty('d')
      await stillVerifies(keys)
    },
  )

  test('jwks.unknownKty adds a key of an unknown type, and tokens still verify', async () => {
    const keys = await keysWith(faults.jwks.unknownKty())
    expect(keys.map((key) => key.kty)).toEqual(['XYZ', 'EC'])
    await stillVerifies(keys)
  })

  test('jwks.noKid, noAlg and encOnly change one member of every key', async () => {
    const { kid, alg, ...rest } = good()
    expect(await keysWith(faults.jwks.noKid())).toEqual([{ ...rest, alg }])
    expect(await keysWith(faults.jwks.noAlg())).toEqual([{ ...rest, kid }])
    expect(await keysWith(faults.jwks.encOnly())).toEqual([{ ...rest, kid, alg, use: 'enc' }])
  })

  test('jwks.padded serves the same numbers in padded standard base64', async () => {
    const rsa = createTestIssuer({ alg: 'RS256' })
    rsa.fail('jwks', faults.jwks.padded())
    const [key] = (await (await rsa.fetch(`${rsa.url}/jwks`)).json()).keys
    const [real] = rsa.jwks.keys
    expect(key.n).toHaveLength(344)
    expect(key.n).toMatch(/=$/)
    const bytes = Buffer.from(key.n, 'base64')
    expect(bytes[0]).toBe(0)
    expect(bytes.subarray(1).toString('base64url')).toBe(real?.n)
    const [ec] = await keysWith(faults.jwks.padded())
    expect([ec?.x?.length, ec?.y?.length]).toEqual([44, 44])
  })

  test('jwks.many adds valid foreign keys before the real ones', async () => {
    const keys = await keysWith(faults.jwks.many(1000))
    expect(keys).toHaveLength(1001)
    expect(new Set(keys.map((key) => key.kid)).size).toBe(1001)
    await importJWK(keys[0] as JWK)
    await stillVerifies(keys)
  })

  test('a key that a fault adds stays the same while the fault is active', async () => {
    const fault = faults.jwks.weakRsa()
    expect(await keysWith(fault)).toEqual(await keysWith(fault))
  })
})

describe('discovery documents', () => {
  test.each([
    [faults.metadata.wrongIssuer(), { issuer: 'https://wrong-issuer.test' }],
    [faults.metadata.wrongIssuer('https://x.test'), { issuer: 'https://x.test' }],
    [faults.metadata.insecureJwksUri(), { jwks_uri: 'http://insecure.test/jwks' }],
    [faults.metadata.foreignJwksUri(), { jwks_uri: 'https://foreign.test/jwks' }],
    [faults.metadata.foreignJwksUri('https://x.test/k'), { jwks_uri: 'https://x.test/k' }],
  ])(
    'the metadata fault $name changes one member of the discovery document',
    async (fault, members) => {
      issuer.fail('openid-configuration', fault)
      const document = await (await issuer.fetch(discovery)).json()
      expect(document).toEqual({ ...issuer.metadata, ...members })
    },
  )

  test('metadata.missingJwksUri removes jwks_uri from the discovery document', async () => {
    issuer.fail('*', faults.metadata.missingJwksUri())
    const document = await (await issuer.fetch(discovery)).json()
    expect(document).not.toHaveProperty('jwks_uri')
    expect(document.issuer).toBe(issuer.url)
  })

  test('metadata.notFound answers 404', async () => {
    issuer.fail('openid-configuration', faults.metadata.notFound())
    expect((await issuer.fetch(discovery)).status).toBe(404)
  })
})

describe('fail', () => {
  async function statuses(n: number) {
    const seen: number[] = []
    for (let i = 0; i < n; i += 1) seen.push((await issuer.fetch(jwks)).status)
    return seen
  }

  test('a fault applies until it is disposed of', async () => {
    const outage = issuer.fail('jwks', faults.status(500))
    expect(await statuses(2)).toEqual([500, 500])
    outage[Symbol.dispose]()
    expect(await statuses(1)).toEqual([200])
  })

  test('a fault applies to its endpoint alone, or with * to every endpoint', async () => {
    issuer.fail('jwks', faults.status(500))
    expect((await issuer.fetch(discovery)).status).toBe(200)
    issuer.fail('*', faults.status(502))
    expect((await issuer.fetch(discovery)).status).toBe(502)
    expect((await issuer.fetch(`${issuer.url}/elsewhere`)).status).toBe(502)
  })

  test('a fault applies a number of times, after a number of right answers', async () => {
    issuer.fail('jwks', faults.status(500), { times: 2, after: 1 })
    expect(await statuses(4)).toEqual([200, 500, 500, 200])
  })

  test('the newest fault that is due applies, so that faults can make a sequence', async () => {
    issuer.fail('jwks', faults.status(500))
    issuer.fail('jwks', faults.status(503), { times: 1, after: 1 })
    issuer.fail('jwks', faults.status(429), { times: 1 })
    expect(await statuses(3)).toEqual([429, 503, 500])
  })

  test('a fault at * does not change the documents that it does not concern', async () => {
    issuer.fail('*', faults.jwks.empty())
    expect(await (await issuer.fetch(discovery)).json()).toEqual(issuer.metadata)
    expect(await (await issuer.fetch(jwks)).json()).toEqual({ keys: [] })
  })

  test('fail throws for a fault and for options that can never apply', () => {
    expect(() => issuer.fail('jwks', faults.metadata.notFound())).toThrow(
      /argument 'fault' of issuer.fail is 'notFound', which never applies to 'jwks'/,
    )
    expect(() => issuer.fail('openid-configuration', faults.jwks.empty())).toThrow(TypeError)
    expect(() => issuer.fail('jwks', faults.hang(), { time: 1 } as object)).toThrow(
      /unknown option 'time' in the options of issuer.fail: did you mean 'times'\?/,
    )
    expect(() => issuer.fail('jwks', faults.hang(), { times: -1 })).toThrow(TypeError)
    expect(() => issuer.fail('jwks', faults.hang(), { after: Number.NaN })).toThrow(TypeError)
  })

  test('the fault of during ends with its function, even if that throws', async () => {
    const within = await issuer.during('jwks', faults.status(503), () => statuses(1))
    expect([within, await statuses(1)]).toEqual([[503], [200]])
    const failing = issuer.during('jwks', faults.status(503), () => {
      throw new Error('inner')
    })
    await expect(failing).rejects.toThrow('inner')
    expect(await statuses(1)).toEqual([200])
  })
})

test.each([
  () => faults.status(99),
  () => faults.status(200.5),
  () => faults.slow(-1),
  () => faults.slow(Number.POSITIVE_INFINITY),
  () => faults.drip(0),
  () => faults.reset(-1),
  () => faults.huge(Number.NaN),
  () => faults.gzipBomb(Number.NaN),
  () => faults.jwks.weakRsa(10),
  () => faults.jwks.many(-1),
])('a fault with a number that makes no sense throws a TypeError: %s', (make) => {
  expect(make).toThrow(TypeError)
})
