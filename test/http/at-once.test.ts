import { createVerifier } from 'tollgate'
import { createAuth as createExpressAuth } from 'tollgate/express'
import { createAuth as createNodeAuth } from 'tollgate/node'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it, vi } from 'vitest'

const issuer = createTestIssuer()

function createRequest(token: string) {
  const authorization = `Bearer ${token}`
  return {
    headers: { authorization },
    rawHeaders: ['Authorization', authorization],
    method: 'GET',
    url: '/',
  }
}

const response = () => ({ statusCode: 0, setHeader() {}, end: vi.fn() })

/** A verifier whose keys are loaded and whose cache holds the token. */
async function createWarmVerifier(token: string) {
  const verifier = createVerifier(issuer.trust())
  await verifier.verify(token)
  return verifier
}

describe('a decision for which nothing has to be waited for', () => {
  it('the guard of Express goes on to the route before it returns', async () => {
    const token = issuer.mint({ scope: 'read' })
    const verifier = await createWarmVerifier(token)
    const { requireAuth } = createExpressAuth({ verifier })
    const next = vi.fn()
    requireAuth({ scope: 'read', check: () => true })(createRequest(token), response(), next)
    expect(next).toHaveBeenCalledExactlyOnceWith()
  })

  it('it answers a refusal before it returns', async () => {
    const token = issuer.mint({ scope: 'read' })
    const verifier = await createWarmVerifier(token)
    const { requireAuth } = createExpressAuth({ verifier })
    const [next, res] = [vi.fn(), response()]
    requireAuth({ scope: 'write' })(createRequest(token), res, next)
    expect(next).not.toHaveBeenCalled()
    expect([res.statusCode, res.end.mock.calls.length]).toEqual([403, 1])
  })

  it('a verify() that somebody has put in the place of the own one is called and awaited, and what it rejects with refuses the request', async () => {
    const token = issuer.mint()
    const verifier = await createWarmVerifier(token)
    const { requireAuth } = createExpressAuth({ verifier })
    const guard = requireAuth()
    const go = (): Promise<unknown[]> =>
      new Promise((resolve) => {
        guard(createRequest(token), response(), (...values) => resolve(values))
      })
    expect(await go()).toEqual([])
    const revoked = new Error('revoked')
    const other = vi.spyOn(verifier, 'verify').mockRejectedValue(revoked)
    expect(await go()).toEqual([revoked])
    expect(other).toHaveBeenCalledExactlyOnceWith(token)
    other.mockRestore()
    expect(await go()).toEqual([])
  })

  it.each([
    ['check', { check: () => raise() }],
    ['a setter of auth', {}],
  ] as const)(
    'what %s throws reaches next(error), and is never thrown by the guard itself',
    async (what, requirements) => {
      const token = issuer.mint()
      const { requireAuth } = createExpressAuth({ verifier: await createWarmVerifier(token) })
      const request = createRequest(token)
      if (what !== 'check') Object.defineProperty(request, 'auth', { set: raise })
      const next = vi.fn()
      requireAuth(requirements)(request, response(), next)
      expect(next).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ message: 'thrown' }))
    },
  )

  it('what a later handler throws is thrown to Express, and is no error of the guard', async () => {
    const token = issuer.mint()
    const { requireAuth } = createExpressAuth({ verifier: await createWarmVerifier(token) })
    const next = vi.fn(raise)
    expect(() => requireAuth()(createRequest(token), response(), next)).toThrow('thrown')
    expect(next).toHaveBeenCalledOnce()
  })

  it('verify() and the guard of Node still give promises: what is thrown is a rejection', async () => {
    const token = issuer.mint()
    const verifier = await createWarmVerifier(token)
    expect(verifier.verify(token)).toBeInstanceOf(Promise)
    await expect(verifier.verify(7 as never)).rejects.toMatchObject({ reason: 'malformed' })
    const guard = createNodeAuth({ verifier }).requireAuth({ check: () => raise() })
    await expect(guard(createRequest(token), response())).rejects.toThrow('thrown')
  })
})

function raise(): never {
  throw new Error('thrown')
}
