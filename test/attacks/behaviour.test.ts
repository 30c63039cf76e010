import type { AuthEvent } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createTestIssuer, faults } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { bearer, through } from '../adapters/adapter.ts'
import { adapters } from '../adapters/all.ts'
import { signingBy } from '../keys.ts'
import { attack, expectRefused } from './stage.ts'

const options = { issuer: 'https://login.example.com', audience: 'https://api.example.com' }

attack(
  'T1',
  'tokens of algorithms that are not among the default ones',
  () => ({ issuer: createTestIssuer({ alg: 'ES256' }) }),
  (issuer) => {
    const of = (alg: 'RS384' | 'RS512' | 'PS512' | 'ES512') =>
      createTestIssuer({ ...signingBy(alg), url: issuer.url }).mint(
        {},
        { header: { kid: issuer.keys.current.kid } },
      )
    return { RS384: of('RS384'), RS512: of('RS512'), PS512: of('PS512'), ES512: of('ES512') }
  },
)

describe('T16: options that would switch off a check', () => {
  it.each([
    ['an issuer that is undefined', { ...options, issuer: undefined }],
    ['an audience that is undefined', { ...options, audience: undefined }],
    ['a regular expression as the audience', { ...options, audience: /./ }],
    ['a regular expression as the issuer', { ...options, issuer: /./ }],
    ['false as the audience', { ...options, audience: false }],
    ['an empty list of algorithms', { ...options, algorithms: [] }],
    ['an empty text as jwks', { ...options, issuer: { issuer: options.issuer, jwks: '' } }],
    ['jwks without keys', { ...options, issuer: { issuer: options.issuer, jwks: { keys: [] } } }],
    ['an option named secret', { ...options, secret: 'x' }],
    ['an option named cacheKey', { ...options, cacheKey: () => '' }],
    ['an infinite clockTolerance', { ...options, clockTolerance: Number.POSITIVE_INFINITY }],
  ])('createVerifier refuses %s', (_, wrong) => {
    expect(() => createVerifier(wrong as never)).toThrow(TypeError)
  })
})

describe.each(adapters)('tokens outside of the Bearer scheme, sent to $name', (adapter) => {
  it(`${adapter.name} reads no token from another scheme than Bearer`, async () => {
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

  it(`${adapter.name} reads no token from a query, a cookie or another header`, async () => {
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

describe.each(adapters)('T17: a removed key, with $name', (adapter) => {
  it(`${adapter.name} refuses a cached token once a refresh of the keys has dropped its key`, async () => {
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

describe.each(adapters)('T11: a flood of unknown kids, sent to $name', (adapter) => {
  it(`${adapter.name} lets good tokens pass and fetches once when it gets a flood of unknown kids`, async () => {
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

describe.each(adapters)('T15: the answers to wrong tokens by $name', (adapter) => {
  it(`${adapter.name} gives the same answer to every wrong token`, async () => {
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
