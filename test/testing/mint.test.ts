import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import type { PublicKeyAlgorithm } from 'tollgate'
import type { TestIssuer } from 'tollgate/testing'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, test } from 'vitest'
import { signingBy } from '../keys.ts'

const algorithms: PublicKeyAlgorithm[] = [
  ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const),
  ...(['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'] as const),
]
function verify(issuer: TestIssuer, token: string) {
  return jwtVerify(token, createLocalJWKSet(issuer.jwks), {
    issuer: issuer.url,
    audience: issuer.audience as string,
    currentDate: new Date(issuer.now()),
  })
}

describe('mint signs', () => {
  test.each(algorithms)('jose verifies a token that mint signs with %s', async (alg) => {
    const issuer = createTestIssuer({ alg })
    const { protectedHeader } = await verify(issuer, issuer.mint())
    expect(protectedHeader).toEqual({ alg, typ: 'at+jwt', kid: issuer.keys.current.kid })
    expect(issuer.jwks.keys).toMatchObject([{ alg, use: 'sig' }])
  })

  test('mint signs with another algorithm if a published key fits it', async () => {
    const issuer = createTestIssuer()
    expect(() => issuer.mint({}, { alg: 'EdDSA' })).toThrow(/keys\.rotate\(\{ alg: 'EdDSA' \}\)/)
    const key = issuer.keys.rotate({ alg: 'EdDSA' })
    issuer.keys.rotate({ alg: 'ES256' })
    const token = issuer.mint({}, { alg: 'EdDSA' })
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'EdDSA', kid: key.kid })
    await verify(issuer, token)
  })

  test('mint signs with another algorithm that fits the same RSA key', async () => {
    const issuer = createTestIssuer(signingBy('RS256'))
    const token = issuer.mint({}, { alg: 'PS512' })
    expect(decodeProtectedHeader(token).alg).toBe('PS512')
    const [key] = issuer.jwks.keys
    const { alg: _, ...anyAlg } = { ...key }
    await jwtVerify(token, createLocalJWKSet({ keys: [anyAlg] as never }))
  })

  test('mint throws a TypeError for an algorithm that it does not support', () => {
    const issuer = createTestIssuer()
    expect(() => issuer.mint({}, { alg: 'HS256' as never })).toThrow(TypeError)
  })
})

describe('the claims', () => {
  test('a minted token has the claims of an RFC 9068 access token', () => {
    const issuer = createTestIssuer({ now: () => 1_700_000_000_900 })
    expect(decodeJwt(issuer.mint())).toEqual({
      iss: 'https://issuer.test',
      sub: 'user-1',
      aud: 'https://api.test',
      client_id: 'client-1',
      iat: 1_700_000_000,
      exp: 1_700_000_300,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
  })

  test('every minted token has a jti of its own', () => {
    const issuer = createTestIssuer()
    expect(new Set(issuer.mintMany(50).map((token) => decodeJwt(token).jti)).size).toBe(50)
  })

  test('claims given to mint replace those of the issuer', () => {
    const issuer = createTestIssuer({ claims: { tenant: 't1', sub: 'machine' } })
    expect(decodeJwt(issuer.mint({ tenant: 't2' }))).toMatchObject({ tenant: 't2', sub: 'machine' })
  })

  test('mint leaves out claims that are undefined', () => {
    const payload = decodeJwt(createTestIssuer().mint({ jti: undefined, exp: undefined }))
    expect(Object.keys(payload).sort()).toEqual(['aud', 'client_id', 'iat', 'iss', 'sub'])
  })

  test('mint takes a scope as a list or as a string', () => {
    const issuer = createTestIssuer()
    expect(decodeJwt(issuer.mint({ scope: ['a', 'b'] }))['scope']).toBe('a b')
    expect(decodeJwt(issuer.mint({ scope: 'a b' }))['scope']).toBe('a b')
  })

  test('expiresIn, notBefore and age decide the times of a minted token', () => {
    const issuer = createTestIssuer({ now: () => 1_000_000, expiresIn: 60 })
    expect(decodeJwt(issuer.mint())).toMatchObject({ iat: 1000, exp: 1060 })
    expect(decodeJwt(issuer.mint({}, { age: 100, expiresIn: 50, notBefore: 10 }))).toMatchObject({
      iat: 900,
      nbf: 910,
      exp: 950,
    })
    expect(decodeJwt(issuer.mint({ exp: 7 }, { expiresIn: 50 })).exp).toBe(7)
  })

  test('mint signs the bytes of the option raw in place of claims', async () => {
    const issuer = createTestIssuer()
    const raw = '{"sub":"a","sub":"b"}'
    const [header, payload, signature] = issuer.mint({ sub: 'unused' }, { raw }).split('.')
    expect(Buffer.from(payload as string, 'base64url').toString()).toBe(raw)
    const { compactVerify } = await import('jose')
    await compactVerify(`${header}.${payload}.${signature}`, createLocalJWKSet(issuer.jwks))
    const bytes = new Uint8Array([0xff, 0x00])
    expect(issuer.mint({}, { raw: bytes }).split('.')[1]).toBe('_wA')
  })
})

describe('the header', () => {
  test('the option header replaces and removes members of the header', () => {
    const issuer = createTestIssuer()
    const token = issuer.mint({}, { header: { typ: undefined, crit: ['x'], alg: 'HS256' } })
    expect(decodeProtectedHeader(token)).toEqual({
      alg: 'HS256',
      kid: issuer.keys.current.kid,
      crit: ['x'],
    })
  })

  test('mint states the kid that is given, or none with null', async () => {
    const issuer = createTestIssuer()
    expect(decodeProtectedHeader(issuer.mint({}, { kid: null }))).toEqual({
      alg: 'ES256',
      typ: 'at+jwt',
    })
    expect(decodeProtectedHeader(issuer.mint({}, { kid: 'stray' })).kid).toBe('stray')
    await verify(issuer, issuer.mint({}, { kid: null }))
  })
})

describe('the key', () => {
  test('mint signs with the key that is given, or that has the given kid', async () => {
    const issuer = createTestIssuer()
    const old = issuer.keys.current
    issuer.keys.rotate()
    for (const options of [{ key: old }, { kid: old.kid }]) {
      const token = issuer.mint({}, options)
      expect(decodeProtectedHeader(token).kid).toBe(old.kid)
      await verify(issuer, token)
    }
  })

  test('mint signs with keys that the JWKS does not have: attacker and unpublished', async () => {
    const issuer = createTestIssuer()
    const attacked = issuer.mint({}, { key: 'attacker' })
    expect(decodeProtectedHeader(attacked).kid).toBe(issuer.keys.attacker().kid)
    await expect(verify(issuer, attacked)).rejects.toMatchObject({
      code: 'ERR_JWKS_NO_MATCHING_KEY',
    })
    const early = issuer.mint({}, { key: 'unpublished' })
    await expect(verify(issuer, early)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' })
    issuer.keys.publish(decodeProtectedHeader(early).kid as string)
    await verify(issuer, early)
  })

  test('mint signs with a retired key, and throws if no key is retired yet', async () => {
    const issuer = createTestIssuer()
    expect(() => issuer.mint({}, { key: 'retired' })).toThrow(/keys\.retire/)
    const old = issuer.keys.current
    issuer.keys.rotate({ overlap: false })
    const token = issuer.mint({}, { key: 'retired' })
    expect(decodeProtectedHeader(token).kid).toBe(old.kid)
    await expect(verify(issuer, token)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' })
  })
})

test('mintMany mints each token with the claims of its index', () => {
  const issuer = createTestIssuer()
  const tokens = issuer.mintMany(3, (i) => ({ sub: `user-${i}` }), { header: { typ: 'JWT' } })
  expect(tokens.map((token) => decodeJwt(token).sub)).toEqual(['user-0', 'user-1', 'user-2'])
  expect(tokens.map((token) => decodeProtectedHeader(token).typ)).toEqual(['JWT', 'JWT', 'JWT'])
})

test.each([{ expiresin: 5 }, { expiresIn: Number.NaN }, { age: '5' }, { notBefore: Infinity }])(
  'mint throws a TypeError for the options %o',
  (options) => {
    const issuer = createTestIssuer()
    expect(() => issuer.mint({}, options as object)).toThrow(TypeError)
  },
)

describe('idToken makes an ID token', () => {
  test('for a client, with the time of the sign-in, and without nonce and at_hash', () => {
    const issuer = createTestIssuer()
    issuer.clock.freeze()
    const iat = Math.floor(issuer.now() / 1000)
    const token = issuer.idToken()
    expect(decodeProtectedHeader(token)).toMatchObject({ typ: 'JWT', alg: 'ES256' })
    expect(decodeJwt(token)).toEqual({
      iss: issuer.url,
      sub: 'user-1',
      aud: 'client-1',
      iat,
      exp: iat + 300,
      auth_time: iat,
    })
  })

  test('with the given claims, times, header and key', () => {
    const issuer = createTestIssuer()
    issuer.clock.freeze()
    const now = Math.floor(issuer.now() / 1000)
    const claims = {
      sub: 'alice',
      aud: ['a', 'b'],
      azp: 'a',
      nonce: 'n-1',
      auth_time: 7,
      at_hash: 'x',
    }
    const options = { age: 10, expiresIn: 60, notBefore: 5, header: { typ: undefined }, kid: null }
    const token = issuer.idToken(claims, options)
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256' })
    expect(decodeJwt(token)).toMatchObject({
      ...claims,
      iat: now - 10,
      exp: now + 50,
      nbf: now - 5,
    })
  })

  test.each(algorithms)('whose at_hash is that of %s for the access token', (alg) => {
    const issuer = createTestIssuer(signingBy(alg))
    const accessToken = 'jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y'
    const { at_hash } = decodeJwt(issuer.idToken({}, { accessToken }))
    const octets = { RS256: 16, PS256: 16, ES256: 16, RS384: 24, PS384: 24, ES384: 24 }
    const length = octets[alg as keyof typeof octets] ?? 32
    expect(Buffer.from(String(at_hash), 'base64url')).toHaveLength(length)
    if (length === 16) expect(at_hash).toBe('77QmUPtjPfzWtF2AnpK9RQ')
  })

  test('as the issuer of a shape makes it', () => {
    const issuer = createTestIssuer({ shape: 'keycloak', keys: signingBy('RS256').keys })
    expect(decodeJwt(issuer.idToken({ nonce: 'n-1' }))).toMatchObject({ typ: 'ID', nonce: 'n-1' })
    expect(decodeJwt(issuer.idToken())).not.toHaveProperty('nonce')
  })

  test('and signs the bytes of the option raw in place of claims', () => {
    const token = createTestIssuer().idToken({}, { raw: '{"sub":"a","sub":"b"}' })
    expect(decodeJwt(token)).toEqual({ sub: 'b' })
  })

  test('and refuses options that it does not know', () => {
    const issuer = createTestIssuer()
    expect(() => issuer.idToken({}, { machine: true } as never)).toThrow(/unknown option 'machine'/)
  })
})
