import type { ProblemDetails } from 'tollgate'
import {
  AuthError,
  InsufficientScopeError,
  InvalidRequestError,
  InvalidTokenError,
  MissingCredentialsError,
  UnavailableError,
} from 'tollgate'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { isAuthError } from '../../src/core/errors.ts'

const errors: readonly (readonly [string, AuthError, number])[] = [
  ['MissingCredentialsError', new MissingCredentialsError(), 401],
  ['InvalidRequestError', new InvalidRequestError('malformed-credentials'), 400],
  ['InvalidTokenError', new InvalidTokenError('expired'), 401],
  ['InsufficientScopeError', new InsufficientScopeError('scope'), 403],
  ['UnavailableError', new UnavailableError('keys', 1), 503],
]

it.each([
  [2.2, 3],
  [0, 1],
  [-5, 1],
  [1e21, 86_400],
  [Number.NaN, 1],
  [Number.POSITIVE_INFINITY, 1],
  [undefined as never, 1],
])('UnavailableError for %s seconds has a Retry-After of %s', (seconds, whole) => {
  const error = new UnavailableError('revocation', seconds)
  expect([error.retryAfter, error.headers]).toEqual([whole, { 'Retry-After': String(whole) }])
})

describe.each(errors)('an error of the class %s', (name, error, status) => {
  it(`${name} has its status under both names that frameworks look for`, () => {
    expect([error.status, error.statusCode]).toEqual([status, status])
    expectTypeOf(error.statusCode).toEqualTypeOf<number>()
  })

  it(`${name} is an error by the conventions of http-errors, with a body to answer with`, () => {
    expect(error).toMatchObject({ expose: status < 500, headers: expect.any(Object) })
    const { error: code, body } = error
    expect(body).toEqual({
      type: 'about:blank',
      status,
      ...(code !== undefined && { error: code }),
    })
    expect(Object.isFrozen(body)).toBe(true)
    expectTypeOf(body).toEqualTypeOf<ProblemDetails>()
  })

  it(`${name} is recognised as an AuthError, and an object that only looks like it is not`, () => {
    expect(isAuthError(error)).toBe(true)
    expect(isAuthError({ ...error, status, name, message: error.message })).toBe(false)
  })

  it(`${name} shows no mark to code that lists or prints its members`, () => {
    expect(Object.getOwnPropertySymbols(error)).toEqual([])
    const inherited: string[] = []
    for (const member in error) inherited.push(member)
    expect(inherited).toEqual(Object.keys(error))
  })
})

describe('isAuthError', () => {
  const marked = (status: unknown) => ({ [Symbol.for('tollgate.AuthError')]: true, status })

  it('isAuthError is true for what another copy of the package marks, with a status of a refusal', () => {
    for (const status of [400, 401, 418, 503, 599]) expect(isAuthError(marked(status))).toBe(true)
  })

  it('isAuthError is false for a marked value whose status would not refuse a request', () => {
    for (const status of [200, 204, 302, 399, 600, 401.5, Number.NaN, '401', null, undefined]) {
      expect(isAuthError(marked(status))).toBe(false)
    }
  })

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a text', 'expired'],
    ['an Error', Object.assign(new Error('expired'), { status: 401 })],
    ['the class', AuthError],
  ])('isAuthError is false for %s', (_, value) => {
    expect(isAuthError(value)).toBe(false)
  })
})
