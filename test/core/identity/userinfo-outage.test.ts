import { describe, expect, test } from 'vitest'
import { alice, createStage, json, refusal } from './userinfo-stage.ts'

/** Every promise of userinfo about fetches and outages, on a clock that stands still. */
describe('one call', () => {
  test('is made for 100 who ask about one token at the same time', async () => {
    const { userinfo, authOf, asked } = createStage()
    const auth = await authOf()
    const infos = await Promise.all(Array.from({ length: 100 }, () => userinfo(auth)))
    expect(asked).toHaveLength(1)
    expect(new Set(infos).size).toBe(1)
  })

  test('is made for each token, even of one user', async () => {
    const { userinfo, authOf, asked } = createStage()
    await Promise.all([userinfo(await authOf()), userinfo(await authOf({ jti: 'other' }))])
    expect(asked).toHaveLength(2)
  })

  test('that fails gives every caller an error of its own', async () => {
    const { verifier, authOf, answer, asked } = createStage()
    answer(() => refusal(500))
    const auth = await authOf()
    const errors = await Promise.all([1, 2, 3].map(() => verifier.userinfo(auth).catch((e) => e)))
    expect([asked.length, new Set(errors).size]).toEqual([1, 3])
  })
})

describe('an answer is kept', () => {
  test('for 60 seconds, whatever Cache-Control says', async () => {
    const { userinfo, authOf, answer, asked, issuer } = createStage()
    answer(() => json(alice, { 'cache-control': 'no-store' }))
    const auth = await authOf()
    await userinfo(auth)
    issuer.clock.advance(59)
    await userinfo(auth)
    expect(asked).toHaveLength(1)
    issuer.clock.advance(1)
    await userinfo(auth)
    expect(asked).toHaveLength(2)
  })

  test('never beyond the expiry of its token', async () => {
    const { userinfo, authOf, asked, issuer } = createStage()
    const auth = await authOf({ exp: Math.floor(issuer.now() / 1000) + 20 })
    await userinfo(auth)
    issuer.clock.advance(19)
    await userinfo(auth)
    expect(asked).toHaveLength(1)
    // Within clockTolerance the token is still good, but what was said of its user is over.
    issuer.clock.advance(1)
    await userinfo(auth)
    await userinfo(auth)
    expect(asked).toHaveLength(3)
  })

  test('no longer when the clock is set back', async () => {
    const { userinfo, authOf, asked, issuer } = createStage()
    const auth = await authOf()
    await userinfo(auth)
    issuer.clock.advance(-1)
    await userinfo(auth)
    expect(asked).toHaveLength(2)
  })

  test('for 1,000 tokens, of which the one used longest ago goes first', async () => {
    const { userinfo, authOf, asked } = createStage()
    const auths = await Promise.all(
      Array.from({ length: 1001 }, (_, i) => authOf({ jti: `t-${i}` })),
    )
    for (const auth of auths) await userinfo(auth)
    expect(asked).toHaveLength(1001)
    await userinfo(auths[1000] as never)
    expect(asked).toHaveLength(1001)
    await userinfo(auths[0] as never)
    expect(asked).toHaveLength(1002)
  })

  test('until its issuer is forgotten', async () => {
    const { userinfo, authOf, asked, verifier, issuer } = createStage({
      issuer: (iss: string) => ({ issuer: iss }),
    })
    const auth = await authOf()
    await userinfo(auth)
    verifier.forget(issuer.url)
    await userinfo(auth)
    expect(asked).toHaveLength(2)
  })

  test('by each verifier for itself', async () => {
    const one = createStage()
    const two = createStage({}, one.issuer)
    const auth = await one.authOf()
    await one.userinfo(auth)
    await two.userinfo(await two.verifier.verify(auth.token))
    expect([one.asked.length, two.asked.length]).toEqual([1, 1])
  })

  test('after close(), and nobody is asked any more', async () => {
    const { userinfo, authOf, asked, verifier } = createStage()
    const [auth, other] = [await authOf(), await authOf({ jti: 'other' })]
    await userinfo(auth)
    verifier.close()
    await expect(userinfo(auth)).resolves.toEqual(alice)
    await expect(userinfo(other)).rejects.toMatchObject({ status: 503, reason: 'userinfo' })
    expect(asked).toHaveLength(1)
  })
})

describe('a refusal of the issuer', () => {
  test('is kept for 10 seconds, and concerns its token alone', async () => {
    const { userinfo, authOf, answer, asked, issuer } = createStage()
    const revoked = await authOf()
    answer(() => refusal(401))
    for (let i = 0; i < 5; i++) {
      await expect(userinfo(revoked)).rejects.toHaveProperty('reason', 'inactive')
    }
    expect(asked).toHaveLength(1)
    answer(() => json(alice))
    await expect(userinfo(await authOf({ jti: 'other' }))).resolves.toEqual(alice)
    issuer.clock.advance(10)
    await expect(userinfo(revoked)).resolves.toEqual(alice)
  })
})

describe('an answer that cannot be used', () => {
  test.each([
    ['is about another user', () => json({ sub: 'bob' })],
    ['is too large', () => json({ ...alice, about: 'x'.repeat(70_000) })],
    ['is no JSON', () => new Response('<p>')],
    ['is 404', () => refusal(404)],
  ])(
    'because it %s is not asked for again within 10 seconds, and holds back no other token',
    async (_, respond) => {
      const { errorOf, userinfo, authOf, answer, asked, issuer } = createStage()
      const auth = await authOf()
      answer(respond)
      expect(await errorOf(auth)).toMatchObject({ retryAfter: 10 })
      issuer.clock.advance(4)
      expect(await errorOf(auth)).toMatchObject({ retryAfter: 6 })
      expect(asked).toHaveLength(1)
      answer(() => json(alice))
      await expect(userinfo(await authOf({ jti: 'other' }))).resolves.toEqual(alice)
      issuer.clock.advance(6)
      await expect(userinfo(auth)).resolves.toEqual(alice)
    },
  )
})

describe('an issuer that is down', () => {
  test.each([
    ['answers 500', () => refusal(500)],
    ['answers 429', () => refusal(429)],
    ['refuses connections', () => Promise.reject(new TypeError('fetch failed'))],
  ])(
    'and %s is left alone between attempts: in an hour it is asked 60 to 300 times',
    async (_, respond) => {
      const { authOf, answer, asked, issuer, verifier } = createStage()
      answer(respond)
      const start = issuer.now()
      for (let second = 0; second < 3600; second++) {
        issuer.clock.set(start + second * 1000)
        const auth = await authOf({ jti: `t-${second}` })
        const error = await verifier.userinfo(auth).catch((error) => error)
        expect(error).toMatchObject({ status: 503, reason: 'userinfo' })
        expect(error.retryAfter).toBeGreaterThanOrEqual(1)
        expect(error.retryAfter).toBeLessThanOrEqual(60)
      }
      expect(asked.length).toBeGreaterThanOrEqual(60)
      expect(asked.length).toBeLessThanOrEqual(300)
    },
  )

  test('gives cached answers on, and answers again by itself', async () => {
    const { errorOf, userinfo, authOf, answer, asked, issuer } = createStage()
    const [known, unknown] = [await authOf(), await authOf({ jti: 'other' })]
    await userinfo(known)
    answer(() => refusal(503))
    const { retryAfter = 0 } = (await errorOf(unknown)) as { retryAfter?: number }
    await expect(userinfo(known)).resolves.toEqual(alice)
    await errorOf(unknown)
    expect(asked).toHaveLength(2)
    answer(() => json(alice))
    issuer.clock.advance(retryAfter)
    await expect(userinfo(unknown)).resolves.toEqual(alice)
    await expect(userinfo(await authOf({ jti: 'third' }))).resolves.toEqual(alice)
  })

  test('is probed by one call at a time', async () => {
    const { userinfo, authOf, answer, asked, issuer, errorOf } = createStage()
    answer(() => refusal(503))
    await errorOf(await authOf())
    issuer.clock.advance(60)
    const auths = await Promise.all(Array.from({ length: 20 }, (_, i) => authOf({ jti: `t-${i}` })))
    await Promise.allSettled(auths.map(userinfo))
    expect(asked).toHaveLength(2)
  })

  test('and says Retry-After is asked again after that, and after 300 seconds at most', async () => {
    const { errorOf, authOf, answer, asked, issuer } = createStage()
    answer(() => new Response(null, { status: 503, headers: { 'retry-after': '900' } }))
    const auth = await authOf({ exp: Math.floor(issuer.now() / 1000) + 3600 })
    expect(await errorOf(auth)).toMatchObject({ retryAfter: 300 })
    issuer.clock.advance(299)
    await errorOf(auth)
    expect(asked).toHaveLength(1)
    issuer.clock.advance(1)
    await errorOf(auth)
    expect(asked).toHaveLength(2)
  })

  test('does not hold back another issuer', async () => {
    const urls = ['https://one.test', 'https://two.test'] as const
    const { createTestIssuer } = await import('tollgate/testing')
    const { createVerifier } = await import('tollgate')
    const [one, two] = urls.map((url) => createTestIssuer({ url }))
    const fetch = async (url: string, init: object) => {
      if (url === 'https://one.test/userinfo') return refusal(500)
      if (url === 'https://two.test/userinfo') return json(alice)
      return (url.startsWith(urls[0]) ? one : two)?.fetch(url, init)
    }
    const verifier = createVerifier({
      issuer: urls,
      audience: 'https://api.test',
      fetch: fetch as never,
    })
    const authOf = async (issuer = one) => verifier.verify(issuer?.mint({ sub: 'alice' }) ?? '')
    await expect(verifier.userinfo(await authOf(one))).rejects.toHaveProperty('status', 503)
    await expect(verifier.userinfo(await authOf(two))).resolves.toEqual(alice)
  })

  test('never answers: a caller waits as long as keys.timeout, and the verdicts on tokens do not wait', async () => {
    const { userinfo, authOf, answer, asked } = createStage({ keys: { timeout: 0.05 } })
    answer(() => new Promise(() => {}))
    const auth = await authOf()
    await expect(userinfo(auth)).rejects.toMatchObject({ status: 503, reason: 'userinfo' })
    await expect(authOf({ jti: 'other' })).resolves.toBeDefined()
    expect(asked).toHaveLength(1)
  })
})
