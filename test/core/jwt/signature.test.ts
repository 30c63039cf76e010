import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { verifySignature } from '../../../src/core/jwt/signature.ts'

const issuer = createTestIssuer()

describe('verifySignature with a plain JWK Set', () => {
  it('verifySignature gives the header and the bytes of the payload', async () => {
    const { header, payload } = await verifySignature(issuer.mint({ sub: 'alice' }), issuer.jwks, [
      'ES256',
    ])
    expect(header).toMatchObject({ alg: 'ES256', typ: 'at+jwt' })
    expect(JSON.parse(new TextDecoder().decode(payload))).toMatchObject({ sub: 'alice' })
  })

  it('verifySignature gives a frozen header, so that a caller cannot change the header of the next token', async () => {
    const header = { jwk: { kty: 'oct' } }
    const [one, two] = [issuer.mint({}, { header }), issuer.mint({ sub: 'bob' }, { header })]
    const first = await verifySignature(one, issuer.jwks, ['ES256'])
    expect(Object.isFrozen(first.header)).toBe(true)
    expect(Object.isFrozen(first.header['jwk'])).toBe(true)
    const second = await verifySignature(two, issuer.jwks, ['ES256'])
    expect(second.header).toEqual({ ...first.header, ...header })
  })

  it.each([
    ['a token whose algorithm is not allowed', 'algorithm', issuer.mint(), issuer.jwks, ['RS256']],
    ['a token that was tampered with', 'signature', issuer.bad.tampered(), issuer.jwks, ['ES256']],
    [
      'a token with an unknown key id',
      'unknown-key',
      issuer.bad.unknownKid(),
      issuer.jwks,
      ['ES256'],
    ],
    ['a token when the key set is empty', 'unknown-key', issuer.mint(), { keys: [] }, ['ES256']],
    ['a text of two parts', 'opaque', 'a.b', issuer.jwks, ['ES256']],
    [
      'a token with a critical header',
      'critical-header',
      issuer.mint({}, { header: { crit: ['x'] } }),
      issuer.jwks,
      ['ES256'],
    ],
  ] as const)(
    'verifySignature refuses %s (reason: %s)',
    async (_, reason, token, keys, algorithms) => {
      const refused = verifySignature(token, keys as never, algorithms)
      await expect(refused).rejects.toMatchObject({ name: 'InvalidTokenError', reason })
    },
  )

  it('verifySignature caches nothing between calls: a second key set is asked for the same token', async () => {
    const token = issuer.mint()
    await verifySignature(token, issuer.jwks, ['ES256'])
    const other = createTestIssuer()
    await expect(verifySignature(token, other.jwks, ['ES256'])).rejects.toMatchObject({
      reason: 'unknown-key',
    })
  })
})
