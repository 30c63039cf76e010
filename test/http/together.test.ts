import { createAuth } from 'tollgate/express'
import { createTestIssuer } from 'tollgate/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { signingBy } from '../keys.ts'

const issuer = createTestIssuer(signingBy('RS256'))
const { requireAuth, verifier } = createAuth(issuer.trust())
const guard = requireAuth()
const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

/** Calls the guard with these tokens in one turn, and gives those that have gone on so far. */
function call(tokens: readonly string[]): { readonly gone: string[] } {
  const gone: string[] = []
  for (const token of tokens) {
    const authorization = `Bearer ${token}`
    const request = { headers: { authorization }, rawHeaders: ['Authorization', authorization] }
    guard(request as never, {} as never, () => gone.push(token))
  }
  return { gone }
}

describe('requests whose tokens are verified in one turn of the event loop', () => {
  const tokens = Array.from({ length: 10 }, (_, i) => issuer.mint({ sub: `user-${i}` }))

  beforeAll(async () => {
    await verifier.ready()
    // The key is bound to its algorithm.
    await verifier.verify(issuer.mint())
  })

  it('go on together at its end, in their order, so that their answers are written together', async () => {
    const { gone } = call(tokens)
    expect(gone).toEqual([])
    await nextTurn()
    expect(gone).toEqual(tokens)
  })

  it('go on at once where the tokens are cached', () => {
    expect(call(tokens).gone).toEqual(tokens)
  })

  it('wait for no end of a later turn', async () => {
    const first = call([issuer.mint({ sub: 'first' })])
    await nextTurn()
    expect(first.gone).toHaveLength(1)
    const second = call([issuer.mint({ sub: 'second' })])
    await nextTurn()
    expect(second.gone).toHaveLength(1)
  })
})
