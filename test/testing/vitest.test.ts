import request from 'supertest'
import { faults, matchers } from 'tollgate/testing'
import { expect, it, test } from 'tollgate/vitest'
import { describe } from 'vitest'
import { createApp } from '../../examples/express.ts'

function messageOf(run: () => void): string {
  try {
    run()
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('nothing was thrown')
}

describe('the matchers', () => {
  test('hold for the answers of a guard', async ({ issuer }) => {
    const app = createApp(issuer.trust())
    const get = () => request(app).get('/orders')
    const anonymous = await get()
    expect(anonymous).toBeUnauthorized({ error: null, scope: 'orders:read' })
    expect(anonymous).toHaveChallenge({ scheme: 'bearer', params: { realm: 'api', scope: /read/ } })
    expect(await get().use(issuer.as())).toBeForbidden({ scope: 'orders:read' })
    expect(await get().use(issuer.as({ scope: 'orders:read' }))).toBeAuthorized()
    issuer.fail('*', faults.refuse())
    const cutOff = createApp(issuer.trust())
    expect(await request(cutOff).get('/me').use(issuer.as())).toBeUnavailable()
  })

  test('say what was expected, what came and what to look at', async ({ issuer }) => {
    const answer = await request(createApp(issuer.trust())).get('/health')
    for (const run of [
      () => expect(answer).toBeUnauthorized(),
      () => expect(answer).toBeForbidden(),
      () => expect(answer).toBeUnavailable(),
      () => expect(answer).toHaveChallenge({ scheme: 'Bearer' }),
      () => expect(answer).not.toBeAuthorized(),
      () => expect('not a token').toBeJwt(),
      () => expect(issuer.mint()).toBeJwt({ claims: { sub: 'bob' } }),
    ]) {
      expect(messageOf(run)).toMatch(
        /^tollgate: this (answer|text) is .+\n[\s\S]*look at: {2}.+[.?]$/,
      )
    }
    expect(messageOf(() => expect(answer).toBeUnauthorized({ error: null }))).toContain(
      'is not what toBeUnauthorized({ error: null }) expects\n  expected: status 401\n  came:     status 200\n',
    )
  })

  test('refuse a promise, an unknown option and a challenge without a scheme', ({ issuer }) => {
    const pending = request(createApp(issuer.trust())).get('/me')
    expect(() => expect(pending).toBeUnauthorized()).toThrow('is a promise of an answer: await it')
    const answer = { status: 200, headers: {} }
    expect(() => expect(answer).toBeForbidden({ scopes: 'a' } as object)).toThrow(
      "unknown option 'scopes' in the options of toBeForbidden: did you mean 'scope'?",
    )
    expect(() => expect(answer).toHaveChallenge({} as { scheme: string })).toThrow(
      "option 'scheme' of toHaveChallenge must be a string, not undefined",
    )
  })

  test('toHaveChallenge compares every parameter', ({ issuer }) => {
    const answer = { status: 401, headers: { 'www-authenticate': 'Bearer realm="a", scope="b c"' } }
    expect(answer).toHaveChallenge({ scheme: 'Bearer', params: { realm: 'a', scope: 'c b' } })
    expect(answer).not.toHaveChallenge({ scheme: 'Bearer', params: { realm: 'a', scope: 'b' } })
    expect(answer).not.toHaveChallenge({ scheme: 'Bearer', params: { error: 'x' } })
    expect(answer).not.toHaveChallenge({ scheme: 'DPoP' })
    const params = { scope: /^x/ }
    expect(() => expect(answer).toHaveChallenge({ scheme: 'Bearer', params })).toThrow(
      'params: {"scope":"/^x/"}',
    )
    expect(issuer.requests.count()).toBe(0)
  })

  test('toBeJwt compares the members that are named, and knows the matchers of the runner', ({
    issuer,
  }) => {
    const token = issuer.mint({ sub: 'alice', tenant: { id: 1 } })
    expect(token).toBeJwt()
    expect(token).toBeJwt({ header: { alg: 'ES256' }, claims: { sub: 'alice', tenant: { id: 1 } } })
    expect(token).toBeJwt({ claims: { exp: expect.any(Number), nbf: undefined } })
    expect(token).not.toBeJwt({ claims: { tenant: { id: 2 } } })
    expect(token).not.toBeJwt({ header: { typ: 'JWT' } })
    for (const text of [undefined, '', 'a.b.c', `${token}.x`, `Bearer ${token}`]) {
      expect(text).not.toBeJwt()
    }
    const bare = matchers.toBeJwt.call(undefined, token, { claims: { tenant: { id: 1 } } })
    expect(bare.pass).toBe(true)
  })
})

describe('the fixtures', () => {
  const seen = new Set<object>()
  const kids = new Set<string>()

  it.for([1, 2])(
    'the tests of a file share an issuer, which is reset before each (%i)',
    (_, { issuer }) => {
      seen.add(issuer)
      kids.add(issuer.keys.current.kid)
      expect(Math.abs(issuer.now() - Date.now())).toBeLessThan(60_000)
      expect(issuer.requests.count()).toBe(0)
      issuer.clock.advance(3600)
      issuer.keys.rotate()
    },
  )

  it('there was one issuer with one key', () => {
    expect([seen.size, kids.size]).toEqual([1, 1])
  })

  it('an issuer without options is the default one', ({ issuer, issuerOptions }) => {
    expect([issuer.url, issuerOptions]).toEqual(['https://issuer.test', {}])
  })
})
