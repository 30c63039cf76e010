import { createVerifier } from 'tollgate'
import { createAuth as createExpressAuth } from 'tollgate/express'
import { createAuth as createKoaAuth } from 'tollgate/koa'
import type { TestIssuer } from 'tollgate/testing'
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
    ['garbage', 'opaque'],
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

describe('after a token with an unknown kid', () => {
  /** A verifier that has fetched keys for a token with an unknown kid. */
  async function cooling() {
    const issuer = createTestIssuer()
    const verifier = createVerifier(issuer.trust())
    await verifier.verify(issuer.mint())
    await expect(verifier.verify(issuer.bad.unknownKid())).rejects.toThrow()
    return { issuer, verifier }
  }
  const refused = { status: 401, reason: 'unknown-key' }

  test.each<readonly [string, (issuer: TestIssuer) => string]>([
    ['bad.unknownKid()', ({ bad }) => bad.unknownKid()],
    ['bad.wrongKey()', ({ bad }) => bad.wrongKey()],
    ['bad.tampered()', ({ bad }) => bad.tampered()],
    ["mint({}, { key: 'attacker' })", ({ mint }) => mint({}, { key: 'attacker' })],
    [
      'a token of the key of another keys.rotate()',
      (issuer) => {
        issuer.keys.rotate()
        return issuer.mint()
      },
    ],
  ])(
    'after %s, a verifier with keys refuses the key of keys.rotate() at first',
    async (_, make) => {
      const issuer = createTestIssuer()
      const verifier = createVerifier(issuer.trust())
      await verifier.verify(issuer.mint())
      await verifier.verify(make(issuer)).catch(() => {})
      issuer.keys.rotate()
      await expect(verifier.verify(issuer.mint())).rejects.toMatchObject(refused)
      issuer.clock.advance(31)
      await expect(verifier.verify(issuer.mint())).resolves.toBeDefined()
    },
  )

  test('a verifier refuses the key of keys.rotate() for its cooldown of 30 seconds', async () => {
    const { issuer, verifier } = await cooling()
    issuer.keys.rotate()
    await expect(verifier.verify(issuer.mint())).rejects.toMatchObject(refused)
    issuer.clock.advance(29)
    await expect(verifier.verify(issuer.mint())).rejects.toMatchObject(refused)
  })

  test('reset() does not end the cooldown of a verifier that was made before', async () => {
    const { issuer, verifier } = await cooling()
    issuer.reset()
    await expect(verifier.verify(issuer.mint())).resolves.toBeDefined()
    issuer.keys.rotate()
    await expect(verifier.verify(issuer.mint())).rejects.toMatchObject(refused)
  })

  test('the key of keys.rotate() is accepted once the clock of the issuer is 31 seconds later', async () => {
    const { issuer, verifier } = await cooling()
    issuer.reset()
    issuer.keys.rotate()
    issuer.clock.advance(31)
    await expect(verifier.verify(issuer.mint())).resolves.toBeDefined()
  })

  test('a new verifier accepts the key of keys.rotate() at once', async () => {
    const { issuer } = await cooling()
    issuer.keys.rotate()
    const fresh = createVerifier(issuer.trust())
    await expect(fresh.verify(issuer.mint())).resolves.toBeDefined()
  })
})

test('reset() leaves a verifier the keys and the verified tokens that it has', async () => {
  const issuer = createTestIssuer()
  const verifier = createVerifier(issuer.trust())
  issuer.keys.rotate()
  const token = issuer.mint()
  await verifier.verify(token)
  issuer.reset()
  expect(issuer.keys.all).toHaveLength(1)
  await expect(verifier.verify(token)).resolves.toBeDefined()
  expect(issuer.requests.count()).toBe(0)
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
