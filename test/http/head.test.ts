import { describe, expect, it } from 'vitest'
import { nodeHead } from '../../src/http/request-head.ts'

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
      expect(nodeHead(request).authorization).toBe(authorization)
    },
  )
})
