import { createVerifier } from 'tollgate'
import type { TestIssuer, TestIssuerOptions } from 'tollgate/testing'
import { createTestIssuer, serveTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'

const create = (options: TestIssuerOptions = {}) =>
  createTestIssuer({ deterministic: true, ...options })

/** Tokens of every kind that the issuer makes. */
function tokensOf(issuer: TestIssuer): readonly string[] {
  const { garbage, refreshToken, ...bad } = issuer.bad
  return [
    issuer.mint({ sub: 'alice', scope: 'a b' }),
    ...issuer.mintMany(3),
    ...Object.values(bad).map((make) => make()),
    issuer.keys.rotate().kid,
    issuer.mint(),
  ]
}

describe('a deterministic issuer', () => {
  it('makes the same tokens in every process, byte for byte', () => {
    expect(create().mint({ sub: 'alice', scope: 'orders:read' })).toBe(
      [
        'eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCIsImtpZCI6InRlc3QtU1JBSUxCRUY2MWRRVF9KSyJ9',
        'eyJpc3MiOiJodHRwczovL2lzc3Vlci50ZXN0IiwiaWF0IjoxODkzNDU2MDAwLCJleHAiOjE4OTM0NTYzMDAsInN1YiI6ImFsaWNlIiwiYXVkIjoiaHR0cHM6Ly9hcGkudGVzdCIsImNsaWVudF9pZCI6ImNsaWVudC0xIiwianRpIjoianRpLTEiLCJzY29wZSI6Im9yZGVyczpyZWFkIn0',
        '-srof_IpxZAmjbeFQjlZ9Jwk48H7GllOMh6pd5ZRT-vsvxdUlwoALqWQLf9n1c2D-zzM6HYibrX2S47xAvAACA',
      ].join('.'),
    )
  })

  it('makes the same tokens as another one, and once more after reset()', () => {
    const issuer = create()
    const tokens = tokensOf(issuer)
    expect(new Set(tokens).size).toBe(tokens.length)
    expect(tokensOf(create())).toEqual(tokens)
    issuer.reset()
    expect(tokensOf(issuer)).toEqual(tokens)
  })

  it('has a clock that stands still at the beginning of 2030, until it is moved', () => {
    const { clock, now } = create()
    expect(new Date(now()).toISOString()).toBe('2030-01-01T00:00:00.000Z')
    clock.advance(60)
    expect(new Date(now()).toISOString()).toBe('2030-01-01T00:01:00.000Z')
    clock.reset()
    expect(now()).toBe(Date.UTC(2030, 0, 1))
  })

  it('its tokens are verified as any others, by what trust() gives', async () => {
    const issuer = create()
    const verifier = createVerifier(issuer.trust())
    expect(await verifier.verify(issuer.mint())).toMatchObject({ claims: { jti: 'jti-1' } })
    await expect(verifier.verify(issuer.bad.expired())).rejects.toMatchObject({ reason: 'expired' })
  })

  it('takes another seed, another clock, private JWKs and the algorithms that are not random', () => {
    expect(create({ keys: { seed: 'other' } }).mint()).not.toBe(create().mint())
    expect(create({ now: () => 0 }).now()).toBe(0)
    expect(create({ alg: 'Ed25519' }).keys.current.alg).toBe('Ed25519')
    const rsa = createTestIssuer({ alg: 'RS256' }).keys.current.privateJwk
    const tokens = [1, 2].map(() => create({ keys: [rsa] }).mint())
    expect(tokens[0]).toBe(tokens[1])
  })

  it('is served over HTTP as well', async () => {
    const served = await serveTestIssuer({ deterministic: true })
    try {
      expect(served.jwks).toEqual(create().jwks)
    } finally {
      await served.close()
    }
  })

  it('an issuer that is not deterministic has tokens that differ', () => {
    const issuer = createTestIssuer({ keys: { seed: 'a' }, alg: 'EdDSA', now: () => 0 })
    expect(issuer.mint()).not.toBe(issuer.mint())
  })
})

describe('what a deterministic issuer refuses', () => {
  const { privateJwk } = createTestIssuer({ alg: 'ES256' }).keys.current

  it.each<[string, TestIssuerOptions, string]>([
    ['alg ES256', { alg: 'ES256' }, "option 'alg' of the test issuer is ES256, whose signatures"],
    ['a JWK that signs ES256', { keys: [privateJwk] }, 'is ES256, whose signatures differ each'],
    ['random keys', { keys: 'random' }, "must not be 'random' with deterministic"],
    ['RS256 without JWKs', { alg: 'RS256' }, 'has a seed, which makes no keys for RS256'],
    ['a shape that signs RS256, without JWKs', { shape: 'auth0' }, 'or RS256 with private JWKs'],
    [
      'a value that is neither true nor false',
      { deterministic: 'yes' as unknown as boolean },
      "option 'deterministic' of the test issuer must be true or false, not a string",
    ],
  ])('%s', (_, options, message) => {
    expect(() => create(options)).toThrow(TypeError)
    expect(() => create(options)).toThrow(message)
  })

  it('a token that is signed ES256 after the issuer was made', () => {
    const issuer = create()
    issuer.keys.rotate({ alg: 'ES256' })
    expect(() => issuer.mint()).toThrow("option 'alg' of issuer.mint is ES256, whose signatures")
  })
})
