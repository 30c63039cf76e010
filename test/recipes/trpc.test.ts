import { createTRPCClient, httpLink } from '@trpc/client'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import type { AppRouter } from '../../examples/recipes/trpc.ts'
import { createHandler } from '../../examples/recipes/trpc.ts'

const issuer = createTestIssuer()
const handler = createHandler(issuer.trust())

function client(token?: string) {
  return createTRPCClient<AppRouter>({
    links: [
      httpLink({
        url: 'https://api.test/trpc',
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
        fetch: (url, init) => handler(new Request(url as string, init as RequestInit)),
      }),
    ],
  })
}

describe('examples/recipes/trpc.ts', () => {
  const alice = { sub: 'alice', scope: 'orders:read' }

  it('answers each procedure by what it asks for', async () => {
    expect(await client().news.query()).toBe('everything is open today')
    expect(await client(issuer.mint(alice)).orders.query()).toBe('a lantern of alice')
    const clerk = issuer.mint({ scope: 'orders:write', roles: ['clerk'] })
    expect(await client(clerk).cancel.mutate()).toBe('cancelled')
  })

  it('refuses as a route does', async () => {
    await expect(client().orders.query()).rejects.toMatchObject({
      message: 'not_signed_in',
      data: { code: 'UNAUTHORIZED', httpStatus: 401 },
    })
    const forbidden = {
      message: 'insufficient_scope',
      data: { code: 'FORBIDDEN', httpStatus: 403 },
    }
    await expect(client(issuer.mint()).orders.query()).rejects.toMatchObject(forbidden)
    for (const claims of [{ scope: 'orders:write' }, { roles: ['clerk'] }]) {
      await expect(client(issuer.mint(claims)).cancel.mutate()).rejects.toMatchObject(forbidden)
    }
  })

  it('refuses a wrong token before tRPC, also for procedures that are open', async () => {
    for (const token of [issuer.bad.expired(alice), issuer.bad.wrongKey(alice)]) {
      const headers = { authorization: `Bearer ${token}` }
      const answer = await handler(new Request('https://api.test/trpc/news', { headers }))
      expect(answer.status).toBe(401)
      expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"')
    }
  })
})
