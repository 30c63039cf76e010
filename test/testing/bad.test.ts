import {
  compactVerify,
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  importJWK,
  jwtVerify,
} from 'jose'
import type { TestIssuer } from 'tollgate/testing'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, test } from 'vitest'

const issuer = createTestIssuer({ now: () => 1_700_000_000_000 })
const { bad } = issuer

/** The strictest check that jose can do for an access token, with the widest clock tolerance in use. */
function verify(token: string, from: TestIssuer = issuer) {
  return jwtVerify(token, createLocalJWKSet(from.jwks), {
    issuer: from.url,
    audience: from.audience as string,
    typ: 'at+jwt',
    requiredClaims: ['client_id', 'jti'],
    currentDate: new Date(from.now()),
    clockTolerance: 300,
  })
}

test('the good token is good', async () => {
  await expect(verify(issuer.mint())).resolves.toBeDefined()
})

describe('each bad token is bad for its own reason', () => {
  const claim = (name: string) => ({ code: 'ERR_JWT_CLAIM_VALIDATION_FAILED', claim: name })
  test.each([
    ['expired', { code: 'ERR_JWT_EXPIRED' }],
    ['notYetValid', claim('nbf')],
    ['tampered', { code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' }],
    ['wrongKey', { code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' }],
    ['unknownKid', { code: 'ERR_JWKS_NO_MATCHING_KEY' }],
    ['wrongAudience', claim('aud')],
    ['wrongIssuer', claim('iss')],
    ['unsigned', { code: 'ERR_JOSE_NOT_SUPPORTED' }],
    ['idToken', claim('typ')],
    ['garbage', { code: 'ERR_JWS_INVALID' }],
  ] as const)('%s', async (name, error) => {
    await expect(verify(bad[name]())).rejects.toMatchObject(error)
  })

  test('and that is the whole list', () => {
    expect(Object.keys(bad)).toHaveLength(10)
  })
})

test('expired and notYetValid take their distance in seconds', async () => {
  expect(decodeJwt(bad.expired({}, 301)).exp).toBe(1_700_000_000 - 301)
  expect(decodeJwt(bad.notYetValid({}, 301)).nbf).toBe(1_700_000_000 + 301)
  await expect(verify(bad.expired({}, 10))).resolves.toBeDefined()
})

test('an expired token has all times in order, and nothing else wrong', async () => {
  const { iat, exp } = decodeJwt(bad.expired())
  expect((exp as number) - (iat as number)).toBe(300)
  await compactVerify(bad.expired(), createLocalJWKSet(issuer.jwks))
})

test('a tampered token names another subject than was signed', () => {
  expect(decodeJwt(bad.tampered({ sub: 'alice' })).sub).toBe('not-alice')
})

test('wrongKey is signed by the attacker under the published kid', async () => {
  const token = bad.wrongKey()
  expect(decodeProtectedHeader(token).kid).toBe(issuer.keys.current.kid)
  await compactVerify(token, await importJWK(issuer.keys.attacker().publicJwk))
})

test('an unsigned token has an empty signature and the rest of a good one', () => {
  const token = bad.unsigned()
  expect(token).toMatch(/^[\w-]+\.[\w-]+\.$/)
  expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'none', typ: 'at+jwt' })
})

test('an ID token is one that the client would accept', async () => {
  const token = bad.idToken({ sub: 'alice', client_id: 'app', scope: 'orders:read' })
  const { payload } = await jwtVerify(token, createLocalJWKSet(issuer.jwks), {
    issuer: issuer.url,
    audience: 'app',
    typ: 'JWT',
    currentDate: new Date(issuer.now()),
  })
  expect(Object.keys(payload).sort()).toEqual(
    ['at_hash', 'aud', 'auth_time', 'exp', 'iat', 'iss', 'nonce', 'sub'].sort(),
  )
  // Half a SHA-256.
  expect(Buffer.from(payload['at_hash'] as string, 'base64url')).toHaveLength(16)
})

test('claims are kept in all of them but garbage', () => {
  const { garbage: _, tampered: __, ...others } = bad
  for (const make of Object.values(others)) {
    expect(decodeJwt(make({ sub: 'alice', tenant: 7 }))).toMatchObject({ sub: 'alice', tenant: 7 })
  }
})

test('claims of the caller do not make a bad token good', async () => {
  const good = { exp: 1_700_000_300, nbf: 0, aud: issuer.audience, iss: issuer.url }
  for (const make of Object.values(bad)) await expect(verify(make(good))).rejects.toThrow()
})

test('a rotated key without a kid leaves wrongKey without one too', () => {
  const nameless = createTestIssuer()
  nameless.keys.rotate({ kid: 'none' })
  expect(decodeProtectedHeader(nameless.bad.wrongKey())).not.toHaveProperty('kid')
})
