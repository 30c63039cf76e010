import { InvalidProofError, MissingCredentialsError } from 'tollgate'
import { describe, expect, it } from 'vitest'
import { refusalOf } from '../../src/http/challenge.ts'
import { readBearer } from '../../src/http/schemes/bearer.ts'

describe('readBearer', () => {
  it.each([
    ['bearer as a value', 'Basic bearer'],
    ['a parameter with a space', 'Digest realm=a, bearer =b'],
    ['a scheme that ends like Bearer', 'X-Bearer abc'],
  ])('finds none: %s', (_, value) => {
    expect(readBearer(value)).toBeUndefined()
  })

  it.each([
    ['malformed-credentials', 'Bearer'],
    ['malformed-credentials', 'Bearer a b'],
    ['malformed-credentials', 'Bearer a"b'],
    ['multiple-credentials', 'Bearer a, Bearer b'],
    ['multiple-credentials', 'Basic a, Bearer b'],
    ['multiple-credentials', 'Basic a, Bearer mybearer='],
    ['multiple-credentials', 'Digest realm="x", Bearer b'],
    ['multiple-credentials', 'Bearer a, Basic b'],
  ])('%s: %s', (reason, value) => {
    expect(() => readBearer(value)).toThrow(expect.objectContaining({ status: 400, reason }))
  })
})

describe('refusalOf', () => {
  it('lets nothing into a header that a header must not hold, wherever it comes from', () => {
    const { headers } = refusalOf(new MissingCredentialsError(), 'a\r\nSet-Cookie: b\0é', [])
    expect(headers['WWW-Authenticate']).toBe('Bearer realm="aSet-Cookie: b"')
  })

  it('answers an error that the table does not hold without a description', () => {
    const { status, headers, body } = refusalOf(new InvalidProofError('signature'), 'api', [])
    expect(status).toBe(401)
    expect(headers['WWW-Authenticate']).toBe('Bearer realm="api", error="invalid_dpop_proof"')
    expect(JSON.parse(body)).toEqual({
      type: 'about:blank',
      status: 401,
      error: 'invalid_dpop_proof',
    })
  })
})
