import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it, vi } from 'vitest'
import type { Scheme } from '../../src/http/schemes/scheme.ts'
import { through } from './adapter.ts'
import { adapters } from './all.ts'

/**
 * A second scheme beside Bearer. It reads the token behind "DPoP", and adds a header to the answer
 * of every request that it admits, as a server does that hands out nonces (RFC 9449 section 8.2).
 */
const { second, seen } = vi.hoisted(() => {
  const seen: string[] = []
  const second: Scheme = {
    name: 'DPoP',
    read(head) {
      seen.push(`${head.method} ${head.target}`)
      const token = /^DPoP (\S+)$/.exec(head.header('authorization') ?? '')?.[1]
      return token === undefined ? undefined : { token }
    },
    check: undefined,
    challenge: ({ error }) => ({ algs: 'ES256', ...(error !== undefined && { error }) }),
    hint: () => 'expected is DPoP',
    admitted: ({ subject }) => ({ 'DPoP-Nonce': `nonce-of-${subject}` }),
  }
  return { second, seen }
})

vi.mock(import('../../src/http/schemes/schemes.ts'), async (original) => {
  const { schemes } = await original()
  return { schemes: [...schemes, second] }
})

const issuer = createTestIssuer()
const setup = { auth: issuer.trust(), routes: { '/me': [{}], '/orders': [{ scope: 'a' }] } }

describe.each(adapters)('two schemes in $name', (adapter) => {
  it(`${adapter.name} names every scheme in one challenge, each with parameters of its own`, async () => {
    const answer = await through(adapter, setup, ({ call }) => call('/orders'))
    expect(answer.status).toBe(401)
    expect(answer.headers['www-authenticate']).toBe(
      'Bearer realm="api", scope="a", DPoP realm="api", scope="a", algs="ES256"',
    )
  })

  it(`${adapter.name} admits a token that comes by the second scheme`, async () => {
    const token = issuer.mint({ sub: 'alice', scope: 'a' })
    const answer = await through(adapter, setup, ({ call }) =>
      call('/orders', [['Authorization', `DPoP ${token}`]]),
    )
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.body).auth).toMatchObject({ subject: 'alice' })
  })

  it(`${adapter.name} gives schemes the method and the target of a request`, async () => {
    seen.length = 0
    await through(adapter, setup, ({ call }) => call('/me?x=1', [], 'PUT'))
    expect(seen).toHaveLength(1)
    // The target of a fetch request is a whole URL.
    expect(seen[0]?.replace(/https?:\/\/[^/]+/, '')).toBe('PUT /me?x=1')
  })
})

// `requireAuth` of tollgate/fetch gives an Auth and leaves the answer to its caller, so it has
// nothing to add headers to.
it.each(adapters.filter(({ name }) => name !== 'fetch'))(
  '$name adds the headers of an admitted request to the answer of the route',
  async (adapter) => {
    const token = issuer.mint({ sub: 'alice' })
    const answer = await through(adapter, setup, ({ served }) =>
      served.exchange('/me', [['Authorization', `DPoP ${token}`]], 'GET'),
    )
    expect(answer.status).toBe(200)
    expect(answer.headers['dpop-nonce']).toBe('nonce-of-alice')
  },
)
