import { createTestIssuer } from 'tollgate/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DELETE, GET } from '../../examples/recipes/next/route.ts'

const issuer = createTestIssuer({
  url: 'https://login.example.com',
  audience: 'https://api.example.com',
})
let interception: Disposable
beforeAll(() => {
  interception = issuer.interceptGlobalFetch()
})
afterAll(() => interception[Symbol.dispose]())

/** Called as Next.js calls the handlers of a route: with a Request, and its parameters. */
const call = (handler: typeof GET, token?: string) =>
  handler(
    new Request('https://api.example.com/orders/7', {
      method: handler === GET ? 'GET' : 'DELETE',
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    }),
    { params: Promise.resolve({ id: '7' }) },
  )

describe('examples/recipes/next/route.ts', () => {
  it('answers a caller with the scope, by the parameters of the route', async () => {
    const answer = await call(GET, issuer.mint({ sub: 'alice', scope: 'orders:read' }))
    expect(await answer.json()).toEqual({ order: '7', of: 'alice' })
  })

  it.each([
    ['no token', undefined, 401],
    ['an expired token', issuer.bad.expired({ scope: 'orders:read' }), 401],
    ['a token by the wrong key', issuer.bad.wrongKey({ scope: 'orders:read' }), 401],
    ['a missing scope', issuer.mint(), 403],
  ])('refuses %s', async (_, token, status) => {
    const answer = await call(GET, token)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('www-authenticate')).toContain('scope="orders:read"')
  })

  it('guards each method of the route by itself', async () => {
    const remove = DELETE as typeof GET
    expect((await call(remove, issuer.mint({ roles: ['admin'] }))).status).toBe(204)
    expect((await call(remove, issuer.mint({ scope: 'orders:read' }))).status).toBe(403)
    expect((await call(remove)).status).toBe(401)
  })
})
