import { describe, expect, it } from 'vitest'
import { fetchHead, nodeHead } from '../../src/http/request-head.ts'

describe('nodeHead', () => {
  const headers = { authorization: 'Bearer a' }
  it.each([
    ['has no rawHeaders (HTTP/2)', { headers }, 'Bearer a'],
    ['has empty rawHeaders (serverless adapters)', { headers, rawHeaders: [] }, 'Bearer a'],
    [
      'has one Authorization in rawHeaders, which middleware may have replaced in headers',
      { headers, rawHeaders: ['Authorization', 'Bearer b'] },
      'Bearer a',
    ],
    [
      'has two Authorization headers in rawHeaders',
      { headers, rawHeaders: ['Authorization', 'Bearer a', 'authorization', 'b'] },
      'Bearer a, b',
    ],
    [
      'has other names of the same length in rawHeaders',
      { headers, rawHeaders: ['X-Correlation', 'x', 'If-None-Match', 'y'] },
      'Bearer a',
    ],
    ['has an array of Authorization headers', { headers: { authorization: ['a', 'b'] } }, 'a, b'],
    [
      'has rawHeaders that end after a name',
      { headers: {}, rawHeaders: ['Authorization', 'a', 'Authorization'] },
      'a, ',
    ],
    ['has no Authorization header', { headers: {} }, undefined],
  ])(
    'nodeHead reads the Authorization header of a request that %s',
    (_, request, authorization) => {
      expect(nodeHead(request).header('authorization')).toBe(authorization)
    },
  )

  it('nodeHead reads no Authorization header that the headers only inherit', () => {
    const inherited = Object.create({ authorization: 'Bearer a' })
    expect(nodeHead({ headers: inherited }).header('authorization')).toBeUndefined()
  })

  it.each<[string, object, unknown]>([
    ['a number', { authorization: 5 }, []],
    ['null', { authorization: null }, []],
    ['a list with a number', { authorization: ['Bearer a', 5] }, []],
    ['a number in rawHeaders', { authorization: 'Bearer a' }, ['Authorization', 5]],
    [
      'a number beside a text in rawHeaders',
      { authorization: 'Bearer a' },
      ['Authorization', 'Bearer a', 'authorization', 5],
    ],
  ])('nodeHead calls a request malformed whose Authorization header is %s', (_, headers, raw) => {
    const head = nodeHead({ headers, rawHeaders: raw } as never)
    expect(() => head.header('authorization')).toThrow(
      expect.objectContaining({ status: 400, reason: 'malformed-credentials' }),
    )
  })

  it('nodeHead reads every header by its name, and an empty one as an empty text', () => {
    const request = {
      headers: { 'x-one': '1', 'x-none': '', 'x-two': '2' },
      rawHeaders: ['X-One', '1', 'X-None', '', 'X-Two', '2', 'x-two', '3'],
    }
    const head = nodeHead(request)
    const names = ['x-one', 'x-none', 'x-two', 'authorization', '__proto__', 'constructor']
    expect(names.map((name) => head.header(name))).toEqual([
      '1',
      '',
      '2, 3',
      undefined,
      undefined,
      undefined,
    ])
  })

  it.each([
    ['has only a url', { url: '/a?b' }, undefined, '/a?b'],
    ['keeps the target in originalUrl', { url: '/a', originalUrl: '/v1/a' }, undefined, '/v1/a'],
    ['has a framework that keeps the target itself', { url: '/a' }, '/v1/a', '/v1/a'],
    ['has no url', {}, undefined, ''],
  ])('nodeHead reads the target of a request that %s', (_, request, kept, target) => {
    const head = nodeHead({ method: 'PUT', headers: {}, ...request }, undefined, kept)
    expect(head).toMatchObject({ method: 'PUT', target })
  })
})

describe('T18: nodeHead while Object.prototype is polluted', () => {
  /** Calls a function while Object.prototype has these members. */
  function polluted<T>(members: Readonly<Record<string, unknown>>, call: () => T): T {
    for (const [name, value] of Object.entries(members)) {
      Object.defineProperty(Object.prototype, name, { value, configurable: true })
    }
    try {
      return call()
    } finally {
      for (const name of Object.keys(members)) Reflect.deleteProperty(Object.prototype, name)
    }
  }

  const forged = {
    headers: { authorization: 'Bearer forged' },
    rawHeaders: ['Authorization', 'Bearer a', 'Authorization', 'Bearer b'],
    method: 'POLLUTED',
    url: '/polluted',
    originalUrl: '/polluted',
    authorization: 'Bearer forged',
  }

  it('T18: nodeHead takes nothing that stands on Object.prototype for a part of a request', () => {
    const nothing = { method: '', target: '', authorization: undefined }
    const read = (request: object) =>
      polluted(forged, () => {
        const { method, target, header } = nodeHead(request as never)
        return { method, target, authorization: header('authorization') }
      })
    expect(read({})).toEqual(nothing)
    expect(read({ headers: {} })).toEqual(nothing)
  })

  it('T18: nodeHead reads what a request has from its class, as the requests of HTTP/2 do', () => {
    class Http2Request {
      readonly method = 'PUT'
      readonly originalUrl = undefined
      get url() {
        return '/a'
      }
      get rawHeaders() {
        return ['Authorization', 'Bearer mine']
      }
      get headers() {
        return { authorization: 'Bearer mine' }
      }
    }
    const [head, authorization] = polluted(forged, () => {
      const head = nodeHead(new Http2Request())
      return [head, head.header('authorization')] as const
    })
    expect(head).toMatchObject({ method: 'PUT', target: '/a' })
    expect(authorization).toBe('Bearer mine')
  })
})

describe('fetchHead', () => {
  it('fetchHead reads method, target and Authorization of a fetch request', () => {
    const headers = { authorization: 'Bearer a' }
    const request = new Request('https://api.test/a?b', { method: 'PUT', headers })
    const head = fetchHead(request)
    expect(head).toMatchObject({ method: 'PUT', target: 'https://api.test/a?b' })
    expect(head.header('authorization')).toBe('Bearer a')
    expect(head.header('origin')).toBeUndefined()
  })
})
