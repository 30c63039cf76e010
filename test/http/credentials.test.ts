import type { AuthEvent } from 'tollgate'
import { AuthError, createVerifier, MissingCredentialsError } from 'tollgate'
import type { AuthOptions } from 'tollgate/fetch'
import { createAuth } from 'tollgate/fetch'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it, vi } from 'vitest'
import { refusalOf } from '../../src/http/challenge.ts'
import { readBearer } from '../../src/http/schemes/bearer.ts'
import { schemes } from '../../src/http/schemes/schemes.ts'
import { readTokenHeader } from '../../src/http/schemes/token-header.ts'

describe('readBearer', () => {
  it.each([
    ['the word bearer as the value of Basic', 'Basic bearer'],
    ['the word bearer as a parameter with a space after it', 'Digest realm=a, bearer =b'],
    ['a scheme whose name ends with Bearer', 'X-Bearer abc'],
  ])('readBearer finds no token in a header with %s', (_, value) => {
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
  ])('readBearer refuses the header (reason: %s): %s', (reason, value) => {
    expect(() => readBearer(value)).toThrow(expect.objectContaining({ status: 400, reason }))
  })
})

describe('readTokenHeader', () => {
  it.each([
    ['no header', undefined],
    ['an empty header', ''],
    ['a header of spaces, as a serverless adapter may hand over', ' \t '],
  ])('readTokenHeader finds no token in %s', (_, value) => {
    expect(readTokenHeader(value)).toBeUndefined()
  })

  it.each(['a', 'a.b.c', '-._~+/0=', 'Bearer'])('readTokenHeader reads the token %s', (value) => {
    expect(readTokenHeader(value)).toBe(value)
  })

  it.each([
    ['malformed-credentials', 'Bearer a'],
    ['malformed-credentials', ' a'],
    ['malformed-credentials', 'a '],
    ['malformed-credentials', 'a b'],
    ['malformed-credentials', 'a=b'],
    ['malformed-credentials', '='],
    ['malformed-credentials', '"a"'],
    ['malformed-credentials', 'a\n'],
    ['multiple-credentials', 'a, a'],
    ['multiple-credentials', 'a,'],
    ['multiple-credentials', ', '],
  ])('readTokenHeader refuses the header (reason: %s): %s', (reason, value) => {
    expect(() => readTokenHeader(value)).toThrow(expect.objectContaining({ status: 400, reason }))
  })
})

/** An error of a scheme that is not there yet (RFC 9449 section 7.1). */
class InvalidProofError extends AuthError {
  readonly status = 401
  readonly error = 'invalid_dpop_proof'
}

describe('refusalOf', () => {
  it('T14: refusalOf removes characters from the realm that a header must not hold', () => {
    const { headers } = refusalOf(new MissingCredentialsError(), {
      realm: 'a\r\nSet-Cookie: b\0é',
      schemes,
      required: {},
    })
    expect(headers['WWW-Authenticate']).toBe('Bearer realm="aSet-Cookie: b"')
  })

  it('refusalOf gives no description for an error that is not in its table', () => {
    const { status, headers, body } = refusalOf(new InvalidProofError('proof', 'signature'), {
      realm: 'api',
      schemes,
      required: {},
    })
    expect(status).toBe(401)
    expect(headers['WWW-Authenticate']).toBe('Bearer realm="api", error="invalid_dpop_proof"')
    expect(JSON.parse(body)).toEqual({
      type: 'about:blank',
      status: 401,
      error: 'invalid_dpop_proof',
    })
  })
})

describe('T14: a malformed credential is judged by nobody', () => {
  const issuer = createTestIssuer()
  const malformed = ['Bearer ', 'Bearer a b', 'Bearer a,', 'Bearer "x"']
  const ask = async (options: Partial<AuthOptions>, authorization: string): Promise<Response> => {
    const { guard } = createAuth({ ...issuer.trust(), ...options } as AuthOptions)
    const app = guard(() => new Response('ok'))
    return app(new Request('https://api.test/', { headers: { authorization } }))
  }

  it.each(malformed)('%s is answered 400 with one event, that of the request', async (value) => {
    const events: AuthEvent[] = []
    const onEvent = (event: AuthEvent): void => void events.push(event)
    for (const tokenCache of [false, 100] as const) {
      events.length = 0
      expect((await ask({ onEvent, tokenCache }, value)).status).toBe(400)
      expect(events).toMatchObject([{ type: 'request.refused', status: 400 }])
      expect(events[0]).toHaveProperty('hint', expect.stringContaining('Bearer'))
    }
    expect(issuer.requests.all).toEqual([])
  })

  it.each(malformed)('%s does not reach a verifier of the application', async (value) => {
    const verifier = createVerifier(issuer.trust())
    const verify = vi.fn(verifier.verify)
    const own = { ...verifier, verify }
    const { guard } = createAuth({ verifier: own })
    const app = guard(() => new Response('ok'))
    const request = new Request('https://api.test/', { headers: { authorization: value } })
    expect((await app(request)).status).toBe(400)
    expect(verify).not.toHaveBeenCalled()
  })
})
