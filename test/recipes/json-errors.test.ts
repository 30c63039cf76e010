import supertest from 'supertest'
import { createTestIssuer, faults } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { createApp, createHandler } from '../../examples/recipes/json-errors.ts'

const issuer = createTestIssuer()
const dead = createTestIssuer({ url: 'https://dead.test' })
dead.fail('*', faults.refuse())

/** What is sent, and what must be answered: status, code, challenge. */
const calls: readonly (readonly [string, string | undefined, number, string, string])[] = [
  ['no token', undefined, 401, 'not_signed_in', 'Bearer realm="api", scope="orders:read"'],
  ['an expired token', `Bearer ${issuer.bad.expired()}`, 401, 'not_signed_in', 'invalid_token'],
  [
    'a token by the wrong key',
    `Bearer ${issuer.bad.wrongKey()}`,
    401,
    'not_signed_in',
    'invalid_token',
  ],
  ['a malformed header', 'Bearer a b', 400, 'malformed_request', 'invalid_request'],
  ['a missing scope', `Bearer ${issuer.mint()}`, 403, 'not_permitted', 'insufficient_scope'],
]

describe('examples/recipes/json-errors.ts', () => {
  const app = createApp(issuer.trust())
  const handler = createHandler(issuer.trust())
  const ask = (method: string, authorization?: string) =>
    handler(
      new Request('https://api.test/', {
        method,
        headers: authorization === undefined ? {} : { authorization },
      }),
    )

  it.each(calls)(
    'answers %s in its own form, with the usual status and challenge',
    async (_, authorization, status, code, challenge) => {
      const sent = supertest(app).get('/orders')
      if (authorization !== undefined) sent.set({ authorization })
      const answer = await sent.expect(status, { error: { code } })
      const fetched = await ask('GET', authorization)
      expect(fetched.status).toBe(status)
      expect(await fetched.json()).toEqual({ error: { code } })
      for (const header of ['www-authenticate', 'cache-control']) {
        expect(fetched.headers.get(header)).toBe(answer.headers[header])
      }
      expect(answer.headers['www-authenticate']).toContain(challenge)
      expect(answer.headers['cache-control']).toBe('no-store')
    },
  )

  it('answers 503 with Retry-After and without a challenge while the issuer is down', async () => {
    const { headers } = await supertest(createApp(dead.trust()))
      .get('/orders')
      .use(dead.as({}))
      .expect(503, { error: { code: 'try_again' } })
    expect(Number(headers['retry-after'])).toBeGreaterThan(0)
    expect(headers).not.toHaveProperty('www-authenticate')
  })

  it('lets good tokens pass, and writes no body for HEAD', async () => {
    const token = issuer.mint({ scope: 'orders:read' })
    await supertest(app).get('/orders').auth(token, { type: 'bearer' }).expect(200, { orders: [] })
    expect((await ask('GET', `Bearer ${token}`)).status).toBe(200)
    const head = await ask('HEAD')
    expect([head.status, await head.text()]).toEqual([401, ''])
  })
})
