import { createVerifier } from 'tollgate'
import { createAuth as createExpressAuth } from 'tollgate/express'
import { createAuth as createKoaAuth } from 'tollgate/koa'
import { createTestIssuer, serveTestIssuer } from 'tollgate/testing'
import { describe, expect, test } from 'vitest'

describe('a verifier that trusts a test issuer', () => {
  const issuer = createTestIssuer()
  const verifier = createVerifier(issuer.trust({ profile: 'rfc9068', tokenCache: false }))

  test('a verifier that trusts a test issuer accepts its tokens', async () => {
    const auth = await verifier.verify(issuer.mint({ sub: 'alice', scope: ['a', 'b'] }))
    expect([auth.subject, auth.scopes]).toEqual(['alice', ['a', 'b']])
  })

  test.each([
    ['expired', 'expired'],
    ['notYetValid', 'not-yet-valid'],
    ['tampered', 'signature'],
    ['wrongKey', 'signature'],
    ['unknownKid', 'unknown-key'],
    ['wrongAudience', 'audience'],
    ['wrongIssuer', 'issuer'],
    // The verifier looks at the empty signature before it looks at the algorithm.
    ['unsigned', 'malformed'],
    ['idToken', 'token-type'],
    ['garbage', 'malformed'],
  ] as const)(
    'a verifier that trusts a test issuer refuses bad.%s with the reason %s',
    async (name, reason) => {
      // Each case has its own verifier, so that the cooldown of another case has no effect here.
      const fresh = createVerifier(issuer.trust())
      await fresh.verify(issuer.mint())
      issuer.clock.advance(60)
      await expect(fresh.verify(issuer.bad[name]())).rejects.toMatchObject({ reason })
    },
  )

  test('a verifier that trusts a test issuer uses its clock', async () => {
    const token = issuer.mint()
    issuer.clock.advance(311)
    await expect(verifier.verify(token)).rejects.toMatchObject({ reason: 'expired' })
  })
})

test('a verifier that trusts a served issuer fetches its keys over HTTP', async () => {
  await using issuer = await serveTestIssuer()
  const verifier = createVerifier(issuer.trust())
  await expect(verifier.verify(issuer.mint())).resolves.toMatchObject({ subject: 'user-1' })
  expect(issuer.requests.count('jwks')).toBe(1)
  verifier.close()
})

test('every createAuth accepts what trust() gives, in type and value', () => {
  const issuer = createTestIssuer()
  for (const createAuth of [createExpressAuth, createKoaAuth]) {
    expect(() => createAuth(issuer.trust())).not.toThrow()
    expect(() => createAuth(issuer.trust({ realm: 'x', algorithms: ['ES256'] }))).not.toThrow()
    expect(() => createAuth(issuer.trust({ reallm: 'x' }))).toThrow(TypeError)
  }
})
