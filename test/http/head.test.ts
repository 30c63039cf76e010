import { describe, expect, it } from 'vitest'
import { nodeHead } from '../../src/http/request-head.ts'

describe('nodeHead', () => {
  const headers = { authorization: 'Bearer a' }
  it.each([
    ['no raw list (HTTP/2)', { headers }, 'Bearer a'],
    ['an empty raw list (serverless adapters)', { headers, rawHeaders: [] }, 'Bearer a'],
    [
      'one in the raw list: what middleware left counts',
      { headers, rawHeaders: ['Authorization', 'Bearer b'] },
      'Bearer a',
    ],
    [
      'two in the raw list',
      { headers, rawHeaders: ['Authorization', 'Bearer a', 'authorization', 'b'] },
      'Bearer a, b',
    ],
    [
      'names of the same length',
      { headers, rawHeaders: ['X-Correlation', 'x', 'If-None-Match', 'y'] },
      'Bearer a',
    ],
    ['an array', { headers: { authorization: ['a', 'b'] } }, 'a, b'],
    [
      'a raw list that ends early',
      { headers: {}, rawHeaders: ['Authorization', 'a', 'Authorization'] },
      'a, ',
    ],
    ['none', { headers: {} }, undefined],
  ])('%s', (_, request, authorization) => {
    expect(nodeHead(request).authorization).toBe(authorization)
  })
})
