import supertest from 'supertest'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { cookieName, createApp, setCookie } from '../../examples/recipes/cookie.ts'

const issuer = createTestIssuer()
const app = createApp(issuer.trust())
const claims = { sub: 'alice', scope: 'orders:write' }
const good = issuer.mint(claims)

const post = (cookie: string, headers: Record<string, string> = {}) =>
  supertest(app)
    .post('/orders')
    .set({ cookie, 'sec-fetch-site': 'same-origin', ...headers })

describe('examples/recipes/cookie.ts', () => {
  it('takes the token of the cookie for a page of its own origin', async () => {
    const [pair = ''] = setCookie(good, 300).split(';')
    await post(`theme=dark; ${pair}; other=1`).expect(200, { orderOf: 'alice' })
  })

  it.each(['cross-site', 'same-site', 'none', 'SAME-ORIGIN', ''])(
    'ignores the cookie where the browser says %j of who asks',
    async (site) => {
      await post(`${cookieName}=${good}`, { 'sec-fetch-site': site }).expect(401)
    },
  )

  it('ignores the cookie where no browser says who asks', async () => {
    await supertest(app)
      .post('/orders')
      .set({ cookie: `${cookieName}=${good}` })
      .expect(401)
  })

  it.each([
    ['an expired token', issuer.bad.expired(claims), 401],
    ['a token by the wrong key', issuer.bad.wrongKey(claims), 401],
    ['a missing scope', issuer.mint({ sub: 'alice' }), 403],
    ['no text', '', 400],
    ['two tokens', `${good},Bearer ${good}`, 400],
    ['more than a token', `${good} x`, 400],
  ])('refuses a cookie with %s', async (_, token, status) => {
    await post(`${cookieName}=${token}`).expect(status)
  })

  it('believes none of two cookies, and no other name', async () => {
    await post(`${cookieName}=${good}; ${cookieName}=${good}`).expect(401)
    await post(`token=${good}; x${cookieName}=${good}`).expect(401)
  })

  it('leaves the credentials of a request alone, whatever is in the cookie', async () => {
    const bad = { authorization: `Bearer ${issuer.bad.expired(claims)}` }
    await post(`${cookieName}=${good}`, bad).expect(401)
    await post(`${cookieName}=${good}`, { authorization: 'Basic YTpi' }).expect(401)
    const other = { authorization: `Bearer ${issuer.mint({ ...claims, sub: 'bob' })}` }
    await post(`${cookieName}=${good}`, other).expect(200, { orderOf: 'bob' })
  })

  it('sets a cookie that scripts and other sites cannot use', () => {
    expect(setCookie('t', 300)).toBe(
      '__Host-token=t; Max-Age=300; Path=/; Secure; HttpOnly; SameSite=Strict',
    )
  })
})
