import { createVerifier } from 'tollgate'
import type { ServedTestIssuer } from 'tollgate/testing'
import { createTestIssuer, faults, serveTestIssuer } from 'tollgate/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const alice = { sub: 'alice', name: 'Alice Liddell', email: 'alice@example.com' }

describe('the userinfo endpoint of a test issuer in this process', () => {
  test('says who the user of a token is, opaque or not, and counts its requests', async () => {
    const issuer = createTestIssuer()
    const verifier = createVerifier(issuer.trust())
    const auth = await verifier.verify(issuer.mint({ sub: 'alice', scope: 'openid profile' }))
    expect(await verifier.userinfo(auth)).toEqual({ sub: 'alice', preferred_username: 'alice' })
    expect(issuer.requests.count('userinfo')).toBe(1)
  })

  test('refuses a token without the scope openid, and one that was revoked', async () => {
    const issuer = createTestIssuer()
    const verifier = createVerifier(issuer.trust())
    const without = await verifier.verify(issuer.mint())
    await expect(verifier.userinfo(without)).rejects.toMatchObject({ status: 403, reason: 'scope' })
    const revoked = issuer.mint({ scope: 'openid' })
    const auth = await verifier.verify(revoked)
    issuer.revoke(revoked)
    await expect(verifier.userinfo(auth)).rejects.toMatchObject({ status: 401, reason: 'inactive' })
  })

  test.each([
    ['503', faults.status(503)],
    ['a connection that is refused', faults.refuse()],
    ['HTML', faults.body('<p>', 'text/html')],
    ['half of the document', faults.truncate()],
    ['100 MB', faults.huge(100_000_000)],
    ['a redirect', faults.redirect('https://evil.test/')],
  ])('fails as told: %s', async (_, fault) => {
    const issuer = createTestIssuer()
    const verifier = createVerifier(issuer.trust())
    const auth = await verifier.verify(issuer.mint({ scope: 'openid' }))
    issuer.fail('userinfo', fault)
    await expect(verifier.userinfo(auth)).rejects.toMatchObject({ status: 503, reason: 'userinfo' })
    expect(issuer.requests.count('userinfo')).toBe(1)
  })
})

describe('the userinfo endpoint of a test issuer that is served', () => {
  let issuer: ServedTestIssuer
  beforeAll(async () => {
    issuer = await serveTestIssuer({ users: { alice } })
  })
  afterAll(() => issuer.close())

  test('says what the scopes allow of a user', async () => {
    const verifier = createVerifier(issuer.trust())
    const ask = async (scope: string) =>
      verifier.userinfo(await verifier.verify(issuer.mint({ sub: 'alice', scope })))
    expect(await ask('openid profile')).toMatchObject({ sub: 'alice', name: alice.name })
    expect(await ask('openid profile')).not.toHaveProperty('email')
    expect(await ask('openid email')).toMatchObject({ email: alice.email })
    using _ = issuer.fail('userinfo', faults.status(500))
    await expect(ask('openid')).rejects.toHaveProperty('reason', 'userinfo')
  })
})
