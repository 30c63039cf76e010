import type { AuthEvent } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createTestIssuer, faults } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { bearer, through } from '../adapters/adapter.ts'
import { adapters } from '../adapters/all.ts'
import { attack, expectRefused } from './stage.ts'

const options = { issuer: 'https://login.example.com', audience: 'https://api.example.com' }

attack(
  'V-7 without a list of algorithms, only the safe ones',
  () => ({ issuer: createTestIssuer({ alg: 'ES256' }) }),
  (issuer) => {
    const of = (alg: 'RS384' | 'RS512' | 'PS512' | 'ES512') =>
      createTestIssuer({ alg, url: issuer.url }).mint(
        {},
        { header: { kid: issuer.keys.current.kid } },
      )
    return { RS384: of('RS384'), RS512: of('RS512'), PS512: of('PS512'), ES512: of('ES512') }
  },
)

describe('V-8, V-11, V-17, V-31 what would switch a check off', () => {
  it.each([
    ['no issuer', { ...options, issuer: undefined }],
    ['no audience', { ...options, audience: undefined }],
    ['a regular expression for the audience', { ...options, audience: /./ }],
    ['a regular expression for the issuer', { ...options, issuer: /./ }],
    ['false for the audience', { ...options, audience: false }],
    ['no algorithms', { ...options, algorithms: [] }],
    ['an empty key', { ...options, issuer: { issuer: options.issuer, jwks: '' } }],
    ['no keys', { ...options, issuer: { issuer: options.issuer, jwks: { keys: [] } } }],
    ['a secret', { ...options, secret: 'x' }],
    ['a cache key of your own', { ...options, cacheKey: () => '' }],
    ['endless tolerance', { ...options, clockTolerance: Number.POSITIVE_INFINITY }],
  ])('%s: refused at construction', (_, wrong) => {
    expect(() => createVerifier(wrong as never)).toThrow(TypeError)
  })
})

describe.each(adapters)('V-20 another scheme: $name', (adapter) => {
  it('carries no token', async () => {
    const issuer = createTestIssuer()
    await through(adapter, { auth: issuer.trust(), routes: { '/': [{}] } }, async ({ call }) => {
      for (const scheme of ['Basic', 'Token', 'JWT', 'DPoP', 'Foo', 'Bearer2', 'X-Bearer']) {
        const answer = await call('/', [['Authorization', `${scheme} ${issuer.mint()}`]])
        expect([scheme, answer.status, answer.headers['www-authenticate']]).toEqual([
          scheme,
          401,
          'Bearer realm="api"',
        ])
      }
    })
  })

  it('nor does a query, a cookie or another header', async () => {
    const issuer = createTestIssuer()
    const token = issuer.mint()
    await through(adapter, { auth: issuer.trust(), routes: { '/': [{}] } }, async ({ call }) => {
      const others = [
        ['Cookie', `access_token=${token}`],
        ['X-Access-Token', token],
        ['Proxy-Authorization', `Bearer ${token}`],
        ['Authorization_', `Bearer ${token}`],
      ] as const
      for (const header of others)
        expect((await call(`/?access_token=${token}`, [header])).status).toBe(401)
    })
  })
})

describe.each(adapters)('V-26 a revoked key: $name', (adapter) => {
  it('is dead at the next refresh, and with it what it had verified', async () => {
    const issuer = createTestIssuer({ expiresIn: 86_400 })
    const token = issuer.mint()
    await through(adapter, { auth: issuer.trust(), routes: { '/': [{}] } }, async ({ call }) => {
      expect((await call('/', [bearer(token)])).status).toBe(200)
      issuer.keys.rotate({ overlap: false })
      issuer.clock.advance(601)
      expectRefused('revoked', await call('/', [bearer(token)]))
    })
  })
})

describe.each(adapters)('V-27 a flood of unknown kids, issuer up and down: $name', (adapter) => {
  it('fetches once, and good tokens pass', async () => {
    const issuer = createTestIssuer()
    await through(adapter, { auth: issuer.trust(), routes: { '/': [{}] } }, async ({ call }) => {
      const good = bearer(issuer.mint())
      const flood = (n: number) =>
        Promise.all(
          Array.from({ length: n }, (_, i) =>
            call('/', [bearer(issuer.mint({}, { key: 'attacker', kid: `k${i}` }))]),
          ),
        )
      expect((await call('/', [good])).status).toBe(200)
      expect(new Set((await flood(100)).map(({ status }) => status))).toEqual(new Set([401]))
      expect(issuer.requests.count('jwks')).toBe(2)
      issuer.fail('*', faults.refuse())
      issuer.clock.advance(31)
      expect(new Set((await flood(100)).map(({ status }) => status))).toEqual(new Set([503]))
      expect(issuer.requests.count('jwks')).toBe(3)
      expect((await call('/', [good])).status).toBe(200)
    })
  })
})

describe.each(adapters)('V-38 what the caller learns: $name', (adapter) => {
  it('is the same for every wrong token', async () => {
    const issuer = createTestIssuer()
    const { bad } = issuer
    const events: AuthEvent[] = []
    const auth = { ...issuer.trust(), onEvent: (event: AuthEvent) => void events.push(event) }
    await through(adapter, { auth, routes: { '/': [{}] } }, async ({ call }) => {
      const tokens = [
        bad.expired(),
        bad.notYetValid(),
        bad.tampered(),
        bad.wrongKey(),
        bad.unknownKid(),
        bad.wrongAudience(),
        bad.wrongIssuer(),
        bad.unsigned(),
        bad.idToken(),
        bad.garbage(),
      ]
      const answers = []
      for (const token of tokens) answers.push(JSON.stringify(await call('/', [bearer(token)])))
      expect(new Set(answers).size).toBe(1)
      const reasons = events.flatMap((event) =>
        event.type === 'token.refused' ? [event.reason] : [],
      )
      expect(new Set(reasons).size).toBeGreaterThan(7)
    })
  })
})
