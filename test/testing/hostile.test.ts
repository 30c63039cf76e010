import type { HostileLevel } from 'tollgate/testing'
import { assertRejectsHostileTokens, createTestIssuer, hostileTokens } from 'tollgate/testing'
import { describe, expect, test } from 'vitest'
import { createApp as createExpressApp } from '../../examples/express.ts'
import { createApp as createKoaApp } from '../../examples/koa.ts'
import { signingBy } from '../keys.ts'

const options = { path: '/orders', scope: 'orders:read' }

describe.each(['ES256', 'RS256', 'EdDSA'] as const)('with an issuer that signs %s', (alg) => {
  test.each([
    ['Express', createExpressApp],
    ['Koa', createKoaApp],
  ])('the %s example rejects every hostile token', async (_, createApp) => {
    const issuer = createTestIssuer(signingBy(alg))
    const app = createApp(issuer.trust())
    const report = await assertRejectsHostileTokens(app, { issuer, ...options })
    expect(report.keyFetches).toBeLessThanOrEqual(3)
    expect(report.outbound).toEqual([])
    expect(report.problems).toEqual([])
    expect(report.ran).toBe(hostileTokens({ issuer, scope: 'orders:read' }).length)
    const { noToken, good } = report.controls
    expect(noToken).toBe(401)
    expect(good.length).toBeGreaterThan(report.ran / 25)
    expect(new Set(good)).toEqual(new Set([200]))
    const serious = report.results.filter(({ level }) => level !== 'info')
    expect(new Set(serious.map(({ verdict }) => verdict))).toEqual(new Set(['rejected', 'passed']))
  })
})

test('the cases of level info are accepted, and do not change Object.prototype', async () => {
  const issuer = createTestIssuer()
  const app = createExpressApp(issuer.trust())
  const report = await assertRejectsHostileTokens(app, { issuer, path: '/me', levels: ['info'] })
  expect(report.results.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual([
    'ecdsa/high-s accepted',
    'json/duplicate-sub accepted',
    'json/duplicate-exp accepted',
    'json/duplicate-header-alg accepted',
    'json/__proto__ accepted',
    'json/constructor accepted',
    'json/bom accepted',
    'json/depth-2000 accepted',
    'wire/header+query accepted',
  ])
  expect(({} as { admin?: unknown }).admin).toBeUndefined()
})

test('hostile tokens are sent with the method, headers, body and claims of the route', async () => {
  const issuer = createTestIssuer()
  const report = await assertRejectsHostileTokens(createExpressApp(issuer.trust()), {
    issuer,
    path: '/orders/1',
    method: 'patch',
    headers: { 'x-request-id': '1' },
    body: { item: 'a bridge' },
    claims: { sub: 'alice' },
    scope: ['orders:write'],
  })
  expect(report.ok).toBe(true)
})

test("an app with the profile 'jwt' rejects all levels but profile and hardening", async () => {
  const issuer = createTestIssuer()
  const app = createKoaApp(issuer.trust({ profile: 'jwt' }))
  const levels: HostileLevel[] = ['forgery', 'spec', 'transport', 'limit']
  const report = await assertRejectsHostileTokens(app, { issuer, ...options, levels })
  expect(report.ok).toBe(true)
})

describe('the catalogue as data', () => {
  const issuer = createTestIssuer()

  test('hostile tokens have the claims and the scope of the good token', () => {
    const cases = hostileTokens({ issuer, claims: { sub: 'alice' }, scope: ['a', 'b'] })
    const past = cases.find(({ id }) => id === 'exp/past')
    const claims = JSON.parse(Buffer.from(past?.token.split('.')[1] ?? '', 'base64url').toString())
    expect(claims).toMatchObject({ sub: 'alice', scope: 'a b', iss: issuer.url })
    expect(past).toMatchObject({
      level: 'spec',
      attackerNeeds: 'issuer-key',
      refs: ['RFC 7519 section 4.1.4', 'CVE-2026-44459'],
      headers: [['authorization', `Bearer ${past?.token}`]],
      expects: 'refusal',
    })
  })

  test('every hostile case has an id of its own, a title and a reference', () => {
    const cases = hostileTokens(issuer)
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length)
    for (const { title, refs } of cases) {
      expect(title).not.toBe('')
      expect(refs.length).toBeGreaterThan(0)
    }
  })

  test('making hostile tokens does not change the issuer', () => {
    const fresh = createTestIssuer()
    const { jwks } = fresh
    hostileTokens(fresh)
    expect(fresh.jwks).toEqual(jwks)
    expect(fresh.keys.all).toHaveLength(1)
    expect(fresh.requests.count()).toBe(0)
  })

  test.each([
    ['ES256', 'ecdsa/', 'alg/rsa-'],
    ['RS256', 'alg/rsa-', 'ecdsa/'],
  ] as const)(
    'for an issuer that signs %s, the catalogue has the cases of its key type alone',
    (alg, its, other) => {
      const ids = hostileTokens(createTestIssuer(signingBy(alg))).map(({ id }) => id)
      expect(ids.some((id) => id.startsWith(its))).toBe(true)
      expect(ids.some((id) => id.startsWith(other))).toBe(false)
    },
  )

  test('the catalogue leaves out an audience that the app accepts', () => {
    const slashed = createTestIssuer({ audience: ['https://api.test', 'https://api.test/'] })
    const ids = hostileTokens(slashed).map(({ id }) => id)
    expect(ids).not.toContain('aud/suffix-slash')
    expect(ids).toContain('aud/wrong')
  })

  test('hostileTokens throws for an unknown option', () => {
    expect(() => hostileTokens({ issuer, scopes: 'a' } as never)).toThrow(
      /unknown option 'scopes' in the options of hostileTokens: did you mean 'scope'\?/,
    )
  })
})
