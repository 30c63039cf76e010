import express from 'express'
import { decodeJwt } from 'jose'
import supertest from 'supertest'
import { createVerifier } from 'tollgate'
import type * as adapter from 'tollgate/testing'
import { createTestIssuer, faults } from 'tollgate/testing'
import { describe, expect, expectTypeOf, test, vi } from 'vitest'

test('creating an issuer starts no timer and changes no global', () => {
  const timer = vi.spyOn(globalThis, 'setTimeout')
  const { fetch } = globalThis
  createTestIssuer().mint()
  expect(timer).not.toHaveBeenCalled()
  expect(globalThis.fetch).toBe(fetch)
  timer.mockRestore()
})

describe('options', () => {
  test('an issuer has defaults for its URL, audience and algorithm', () => {
    const issuer = createTestIssuer()
    expect([issuer.url, issuer.audience, issuer.keys.current.alg]).toEqual([
      'https://issuer.test',
      'https://api.test',
      'ES256',
    ])
  })

  test('the options url and audience decide iss, aud and the URL of the keys', () => {
    const issuer = createTestIssuer({ url: 'https://a.test/x/', audience: ['one', 'two'] })
    expect(decodeJwt(issuer.mint())).toMatchObject({
      iss: 'https://a.test/x/',
      aud: ['one', 'two'],
    })
    expect(issuer.metadata['jwks_uri']).toBe('https://a.test/x/jwks')
  })

  test.each([
    [
      { aud: 'x' },
      /unknown option 'aud' in the options of createTestIssuer: the option is named 'audience'/,
    ],
    [
      { clock: {} },
      /unknown option 'clock' in the options of createTestIssuer: known are url, aud/,
    ],
    [
      { audience: undefined },
      /option 'audience' of the test issuer is present but undefined: give it a value, or leave it out/,
    ],
    [{ alg: 'HS256' }, /option 'alg' of the test issuer must be one of RS256, .*, not 'HS256'/],
    [{ alg: 'none' }, /option 'alg' of the test issuer must be one of RS256, .*, not 'none'/],
    [{ url: 'issuer.test' }, /option 'url' of the test issuer must be an http or https URL/],
    [{ url: 'ftp://issuer.test' }, /option 'url' of the test issuer must be an http or https URL/],
    [
      { url: 'https://user@issuer.test' },
      /option 'url' of the test issuer must be an http or https URL/,
    ],
    [
      { url: 'https://issuer.test?x' },
      /option 'url' of the test issuer must be an http or https URL/,
    ],
    [
      { expiresIn: '5m' },
      /option 'expiresIn' of the test issuer must be a number from .*, not a string/,
    ],
    [{ now: new Date() }, /option 'now' of the test issuer must be a function that returns milli/],
  ])('createTestIssuer throws a TypeError for the options %o', (options, message) => {
    expect(() => createTestIssuer(options as object)).toThrow(TypeError)
    expect(() => createTestIssuer(options as object)).toThrow(message)
  })
})

describe('trust', () => {
  test('trust() gives issuer, audience, fetch and now, and nothing else', () => {
    const issuer = createTestIssuer()
    expect(issuer.trust()).toEqual({
      issuer: issuer.url,
      audience: issuer.audience,
      fetch: issuer.fetch,
      now: issuer.now,
    })
  })

  test('trust() of an http issuer allows insecure loopback', () => {
    expect(createTestIssuer({ url: 'http://localhost:1' }).trust()).toMatchObject({
      allowInsecureLoopback: true,
    })
  })

  test('overrides of trust() replace its values and its types', () => {
    const issuer = createTestIssuer()
    const trust = issuer.trust({ audience: 'other', profile: 'jwt', algorithms: ['ES256'] })
    expect(trust).toMatchObject({ audience: 'other', profile: 'jwt', issuer: issuer.url })
    expectTypeOf(trust.profile).toEqualTypeOf<'jwt'>()
    expectTypeOf(trust.issuer).toEqualTypeOf<string>()
    expectTypeOf(issuer.trust()).toEqualTypeOf<adapter.TrustOptions>()
    expectTypeOf(trust).toExtend<{ algorithms?: readonly ('ES256' | 'RS256')[] }>()
  })
})

test('bearer, headers and as give tokens with the same claims', async () => {
  const issuer = createTestIssuer()
  const claims = { sub: 'alice' }
  const token = (value: string) => decodeJwt(value.replace(/^Bearer /, '')).sub
  expect(issuer.bearer(claims)).toMatch(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/)
  expect(token(issuer.bearer(claims))).toBe('alice')
  expect(Object.keys(issuer.headers(claims))).toEqual(['authorization'])
  expect(token(issuer.headers(claims).authorization)).toBe('alice')

  const app = express().get('/', (req, res) => void res.send(req.get('authorization')))
  const { text } = await supertest(app)
    .get('/')
    .use(issuer.as(claims, { expiresIn: 9 }))
  expect(token(text)).toBe('alice')
  const { iat, exp } = decodeJwt(text.replace(/^Bearer /, ''))
  expect((exp as number) - (iat as number)).toBe(9)
})

test('an app that is told by isRevoked refuses a token from revoke() until reset(), however its signature is spelt', async () => {
  const issuer = createTestIssuer()
  const verifier = createVerifier(issuer.trust({ revocation: issuer.isRevoked }))
  const [token, other] = [issuer.mint({ sub: 'alice' }), issuer.mint({ sub: 'alice' })]
  const verdict = (one: string) =>
    verifier.verify(one).then(
      () => 'passed',
      ({ status, reason }) => `${status} ${reason}`,
    )
  expect([await verdict(token), await verdict(other)]).toEqual(['passed', 'passed'])
  issuer.revoke(token)
  expect([await verdict(token), await verdict(other)]).toEqual(['401 revoked', 'passed'])
  expect(issuer.isRevoked({ token: `${token.slice(0, -86)}${'A'.repeat(86)}` })).toBe(true)
  issuer.reset()
  expect(await verdict(token)).toBe('passed')
})

describe('requests', () => {
  test('count counts one endpoint, or all of them', async () => {
    const issuer = createTestIssuer()
    for (const path of ['/jwks', '/jwks', '/elsewhere']) await issuer.fetch(`${issuer.url}${path}`)
    expect(issuer.requests.count('jwks')).toBe(2)
    expect(issuer.requests.count('other')).toBe(1)
    expect(issuer.requests.count('token')).toBe(0)
    expect([issuer.requests.count(), issuer.requests.count('*')]).toEqual([3, 3])
    issuer.requests.clear()
    expect([issuer.requests.count(), issuer.requests.count('jwks')]).toEqual([0, 0])
  })

  test.each(['jwk', 'toString', null])('count refuses %j, which nobody ever asks', (endpoint) => {
    const { requests } = createTestIssuer()
    expect(() => requests.count(endpoint as 'jwks')).toThrow(
      /argument 'endpoint' of issuer\.requests\.count is .*, which does not exist: use \*, openid-/,
    )
  })

  test('an issuer in the process keeps all of them', async () => {
    const issuer = createTestIssuer()
    for (let i = 0; i < 3000; i++) await issuer.fetch(`${issuer.url}/jwks`)
    expect(issuer.requests.all).toHaveLength(3000)
  })
})

describe('reset', () => {
  async function used(reset: (issuer: adapter.TestIssuer) => void) {
    const issuer = createTestIssuer({ keys: { seed: 's' }, now: () => 1000 })
    const { current, all } = issuer.keys
    issuer.keys.rotate({ publish: 'before-use' })
    const second = issuer.keys.rotate({ overlap: false })
    issuer.clock.advance(60)
    issuer.fail('*', faults.status(500))
    await issuer.fetch(`${issuer.url}/jwks`)
    reset(issuer)
    return { issuer, current, all, second }
  }

  test.each([
    ['reset', (issuer: adapter.TestIssuer) => issuer.reset()],
    ['dispose', (issuer: adapter.TestIssuer) => issuer[Symbol.dispose]()],
  ])('%s restores the keys and the clock, and removes faults and the log', async (_, reset) => {
    const { issuer, current, all, second } = await used(reset)
    expect([issuer.keys.current, issuer.keys.all]).toEqual([current, all])
    expect(current.published).toBe(true)
    expect(issuer.requests.all).toEqual([])
    expect(issuer.now()).toBe(1000)
    expect((await issuer.fetch(`${issuer.url}/jwks`)).status).toBe(200)
    expect(issuer.keys.rotate().kid).toBe(second.kid)
  })

  test('reset publishes all given keys again', () => {
    const jwks = [createTestIssuer(), createTestIssuer()].map(
      (each) => each.keys.current.privateJwk,
    )
    const issuer = createTestIssuer({ keys: jwks })
    for (const { kid } of issuer.keys.all) issuer.keys.retire(kid)
    issuer.reset()
    expect(issuer.jwks.keys.map((key) => key.kid)).toEqual(jwks.map((key) => key.kid))
    expect(issuer.keys.current.kid).toBe(jwks[0]?.kid)
  })
})
