import type { HostileLevel } from 'tollgate/testing'
import { assertRejectsHostileTokens, createTestIssuer, hostileTokens } from 'tollgate/testing'
import { describe, expect, test } from 'vitest'
import { createApp as createExpressApp } from '../../examples/express.ts'
import { createApp as createKoaApp } from '../../examples/koa.ts'

const options = { path: '/orders', scope: 'orders:read' }

describe.each(['ES256', 'RS256', 'EdDSA'] as const)('with an issuer that signs %s', (alg) => {
  test.each([
    ['Express', createExpressApp],
    ['Koa', createKoaApp],
  ])('the %s example rejects every hostile token', async (_, createApp) => {
    const issuer = createTestIssuer({ alg })
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

test('what a correct library may accept is accepted, and leaves no trace', async () => {
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

test('a route with another method, a body and claims is attacked as it is', async () => {
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

test("the profile 'jwt' is lenient by choice, and about nothing else", async () => {
  const issuer = createTestIssuer()
  const app = createKoaApp(issuer.trust({ profile: 'jwt' }))
  const levels: HostileLevel[] = ['forgery', 'spec', 'transport', 'limit']
  const report = await assertRejectsHostileTokens(app, { issuer, ...options, levels })
  expect(report.ok).toBe(true)
})

describe('the catalogue as data', () => {
  const issuer = createTestIssuer()

  test('is made of one good token', () => {
    const cases = hostileTokens({ issuer, claims: { sub: 'alice' }, scope: ['a', 'b'] })
    const past = cases.find(({ id }) => id === 'exp/past')
    const claims = JSON.parse(Buffer.from(past?.token.split('.')[1] ?? '', 'base64url').toString())
    expect(claims).toMatchObject({ sub: 'alice', scope: 'a b', iss: issuer.url })
    expect(past).toMatchObject({
      level: 'spec',
      attackerNeeds: 'issuer-key',
      refs: ['RFC 7519 §4.1.4', 'CVE-2026-44459'],
      headers: [['authorization', `Bearer ${past?.token}`]],
      expects: 'refusal',
    })
  })

  test('gives every case a name of its own, a title and a reference', () => {
    const cases = hostileTokens(issuer)
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length)
    for (const { title, refs } of cases) {
      expect(title).not.toBe('')
      expect(refs.length).toBeGreaterThan(0)
    }
  })

  test('leaves the issuer as it was', () => {
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
  ] as const)('has for %s the cases of its family alone', (alg, its, other) => {
    const ids = hostileTokens(createTestIssuer({ alg })).map(({ id }) => id)
    expect(ids.some((id) => id.startsWith(its))).toBe(true)
    expect(ids.some((id) => id.startsWith(other))).toBe(false)
  })

  test('leaves out an audience that is accepted', () => {
    const slashed = createTestIssuer({ audience: ['https://api.test', 'https://api.test/'] })
    const ids = hostileTokens(slashed).map(({ id }) => id)
    expect(ids).not.toContain('aud/suffix-slash')
    expect(ids).toContain('aud/wrong')
  })

  test('refuses an option that it does not know', () => {
    expect(() => hostileTokens({ issuer, scopes: 'a' } as never)).toThrow(
      /unknown option 'scopes' in the options of hostileTokens: did you mean 'scope'\?/,
    )
  })
})
