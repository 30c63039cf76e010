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

/** The strictest check of an access token that jose offers, with a clock tolerance of 300 s. */
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

test('a minted token passes the strictest check that jose offers', async () => {
  await expect(verify(issuer.mint())).resolves.toBeDefined()
})

describe('bad tokens', () => {
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
    ['refreshToken', claim('typ')],
    ['logoutToken', claim('typ')],
    ['garbage', { code: 'ERR_JWS_INVALID' }],
  ] as const)(
    'jose refuses bad.%s for the one thing that is wrong with it',
    async (name, error) => {
      await expect(verify(bad[name]())).rejects.toMatchObject(error)
    },
  )

  test('there are twelve kinds of bad tokens', () => {
    expect(Object.keys(bad)).toHaveLength(12)
  })
})

test('bad.expired and bad.notYetValid take their distance from now in seconds', async () => {
  expect(decodeJwt(bad.expired({}, 301)).exp).toBe(1_700_000_000 - 301)
  expect(decodeJwt(bad.notYetValid({}, 301)).nbf).toBe(1_700_000_000 + 301)
  await expect(verify(bad.expired({}, 10))).resolves.toBeDefined()
})

test('an expired token was valid for as long as others, and has a right signature', async () => {
  const { iat, exp } = decodeJwt(bad.expired())
  expect((exp as number) - (iat as number)).toBe(300)
  await compactVerify(bad.expired(), createLocalJWKSet(issuer.jwks))
})

test('a tampered token names another subject than the issuer signed', () => {
  expect(decodeJwt(bad.tampered({ sub: 'alice' })).sub).toBe('not-alice')
})

test('bad.wrongKey is signed by the attacker under the published kid', async () => {
  const token = bad.wrongKey()
  expect(decodeProtectedHeader(token).kid).toBe(issuer.keys.current.kid)
  await compactVerify(token, await importJWK(issuer.keys.attacker().publicJwk))
})

test('an unsigned token has an empty signature, and otherwise the parts of a good token', () => {
  const token = bad.unsigned()
  expect(token).toMatch(/^[\w-]+\.[\w-]+\.$/)
  expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'none', typ: 'at+jwt' })
})

test('bad.idToken is an ID token that the client would accept', async () => {
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
  // The at_hash is one half of a SHA-256.
  expect(Buffer.from(payload['at_hash'] as string, 'base64url')).toHaveLength(16)
})

test('every kind of bad token but garbage and tampered has the claims of the caller', () => {
  const { garbage: _, tampered: __, ...others } = bad
  for (const make of Object.values(others)) {
    expect(decodeJwt(make({ sub: 'alice', tenant: 7 }))).toMatchObject({ sub: 'alice', tenant: 7 })
  }
})

test('claims of the caller cannot make a bad token valid', async () => {
  const good = { exp: 1_700_000_300, nbf: 0, aud: issuer.audience, iss: issuer.url }
  for (const make of Object.values(bad)) await expect(verify(make(good))).rejects.toThrow()
})

test('bad.wrongKey has no kid if the current key has none', () => {
  const nameless = createTestIssuer()
  nameless.keys.rotate({ kid: 'none' })
  expect(decodeProtectedHeader(nameless.bad.wrongKey())).not.toHaveProperty('kid')
})
