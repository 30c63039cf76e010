import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js'
import { createAuth, getAuth } from 'tollgate/nest'
import { createTestIssuer } from 'tollgate/testing'
import { expect, test, vi } from 'vitest'

const issuer = createTestIssuer()
const { requireAuth } = createAuth(issuer.trust())

/** What Nest on Express gives to its guards, as far as a guard reads it. */
function createContext(headers: Record<string, string>) {
  const request = { method: 'GET', url: '/orders', headers }
  const response = { statusCode: 200, setHeader: vi.fn(), end: vi.fn() }
  return { context: new ExecutionContextHost([request, response]), response }
}

test('a caller with the scope passes', async () => {
  const { context } = createContext(issuer.headers({ sub: 'alice', scope: 'orders:read' }))
  expect(await requireAuth({ scope: 'orders:read' }).canActivate(context)).toBe(true)
  expect(getAuth(context).subject).toBe('alice')
})

test('a caller without the scope is answered 403', async () => {
  const { context, response } = createContext(issuer.headers({ sub: 'alice' }))
  // Not awaited: after the answer, this promise never settles.
  void requireAuth({ scope: 'orders:read' }).canActivate(context)
  await vi.waitFor(() => expect(response.end).toHaveBeenCalledOnce())
  expect(response.statusCode).toBe(403)
  expect(getAuth(context, { optional: true })).toBeUndefined()
})
