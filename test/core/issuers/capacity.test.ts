import type { AuthEvent, VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { verdictOf } from '../verdict.ts'

const issuer = createTestIssuer()
issuer.clock.freeze()

const tenant = (n: number | string): string => `https://tenants.test/${n}`

/** A verifier that trusts every tenant. All tenants have the keys of one test issuer. */
function createStage(options: Partial<VerifierOptions> = {}) {
  issuer.clock.set(Date.now())
  issuer.clock.freeze()
  const events: AuthEvent[] = []
  const [asked, fetched]: [string[], string[]] = [[], []]
  const verifier = createVerifier({
    audience: issuer.audience,
    issuer: (iss) => {
      asked.push(iss)
      return { issuer: iss, jwksUri: `${iss}/jwks` }
    },
    fetch: async (url) => {
      fetched.push(String(url))
      return Response.json(issuer.jwks)
    },
    now: issuer.now,
    keys: { maxAge: 86_400 },
    tokenCache: false,
    onEvent: (event) => void events.push(event),
    ...options,
  })
  const outcome = (token: string): Promise<string> => verdictOf(verifier.verify(token))
  const come = (n: number | string): Promise<string> => outcome(issuer.mint({ iss: tenant(n) }))
  const forge = (n: number | string): Promise<string> =>
    outcome(issuer.mint({ iss: tenant(n) }, { key: issuer.keys.attacker() }))
  const dropped = (): unknown[] => events.filter(({ type }) => type === 'issuer.dropped')
  return { verifier, outcome, come, forge, dropped, asked, fetched }
}

const drop = (n: number | string) => ({ type: 'issuer.dropped', issuer: tenant(n) })

describe('the capacity for issuers of a resolver', () => {
  it('with 1,001 tenants in turn, no request after the first round costs a fetch or a call of the resolver', async () => {
    const { come, dropped, asked, fetched } = createStage()
    for (let n = 0; n < 1_001; n++) expect(await come(n)).toBe('accepted')
    expect([asked.length, fetched.length]).toEqual([1_001, 1_001])
    for (let n = 0; n < 1_001; n++) expect(await come(n)).toBe('accepted')
    expect([asked.length, fetched.length]).toEqual([1_001, 1_001])
    expect(dropped()).toEqual([])
  })

  it('T10: with 10,000 tenants in turn, each with two keys, no request after the first round costs a fetch or a call of the resolver, the memory is bounded, and one more tenant drops the one used longest ago', async () => {
    const keys = [...issuer.jwks.keys, ...createTestIssuer({ alg: 'RS256' }).jwks.keys]
    const { verifier, outcome, come, dropped, asked, fetched } = createStage({
      tokenCache: 10_000,
      fetch: async (url) => {
        fetched.push(String(url))
        return Response.json({ keys })
      },
    })
    const tokens = Array.from({ length: 10_000 }, (_, n) => issuer.mint({ iss: tenant(n) }))
    globalThis.gc?.()
    const before = process.memoryUsage().rss
    for (const token of tokens) expect(await outcome(token)).toBe('accepted')
    globalThis.gc?.()
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 * 1024)
    expect([asked.length, fetched.length]).toEqual([10_000, 10_000])
    for (const token of tokens) expect(await outcome(token)).toBe('accepted')
    expect([asked.length, fetched.length]).toEqual([10_000, 10_000])
    expect(dropped()).toEqual([])
    expect(verifier.health()).toHaveLength(10_000)
    expect(await come('one-more')).toBe('accepted')
    expect(dropped()).toEqual([drop(0)])
  }, 120_000)

  it('with maxIssuers 2, the third issuer whose token is accepted drops the one used longest ago, with an event', async () => {
    const { verifier, come, dropped, asked, fetched } = createStage({ maxIssuers: 2 })
    for (const name of ['a', 'b', 'a', 'c']) expect(await come(name)).toBe('accepted')
    expect(dropped()).toEqual([drop('b')])
    expect(verifier.health().map(({ issuer }) => issuer)).toEqual(
      expect.arrayContaining([tenant('a'), tenant('c')]),
    )
    expect(verifier.health()).toHaveLength(2)
    expect([await come('a'), await come('c')]).toEqual(['accepted', 'accepted'])
    expect([asked.length, fetched.length]).toEqual([3, 3])
    expect(await come('b')).toBe('accepted')
    expect([asked.length, fetched.length]).toEqual([4, 4])
    expect(dropped()).toEqual([drop('b'), drop('a')])
  })

  it('with maxIssuers 2, a token from the token cache counts as a use of its issuer', async () => {
    const { outcome, come, dropped } = createStage({ maxIssuers: 2, tokenCache: 10 })
    const token = issuer.mint({ iss: tenant('a') })
    expect(await outcome(token)).toBe('accepted')
    await come('b')
    expect(await outcome(token)).toBe('accepted')
    await come('c')
    expect(dropped()).toEqual([drop('b')])
  })

  it('T10: with maxIssuers 2, forged tokens that name an issuer do not count as a use of that issuer', async () => {
    const { come, forge, dropped } = createStage({ maxIssuers: 2 })
    await come('a')
    await come('b')
    expect(await forge('a')).toBe('401 unknown-key')
    issuer.clock.advance(601)
    expect(await forge('a')).toBe('401 unknown-key')
    await come('c')
    expect(dropped()).toEqual([drop('a')])
  })

  it('T10: with maxIssuers 2, attackers who name 1,500 other issuers drop no issuer whose token was accepted', async () => {
    const { come, forge, dropped, asked, fetched } = createStage({ maxIssuers: 2 })
    await come('a')
    await come('b')
    for (let n = 0; n < 1_500; n++) expect(await forge(n)).toBe('401 unknown-key')
    const before = [asked.length, fetched.length]
    expect([await come('a'), await come('b')]).toEqual(['accepted', 'accepted'])
    expect([asked.length, fetched.length]).toEqual(before)
    expect(dropped()).toEqual([])
  })

  it('the cached tokens of an issuer that was dropped are verified anew', async () => {
    const { outcome, come, asked, fetched } = createStage({ maxIssuers: 1, tokenCache: 10 })
    const token = issuer.mint({ iss: tenant('a') })
    expect(await outcome(token)).toBe('accepted')
    await come('b')
    expect(await outcome(token)).toBe('accepted')
    expect([asked.length, fetched.length]).toEqual([3, 3])
  })

  it('a key fetch of an issuer that is dropped is aborted', async () => {
    let signal: AbortSignal | undefined
    let down = false
    const { come, dropped } = createStage({
      maxIssuers: 1,
      keys: { maxAge: 100 },
      fetch: async (_url, init) => {
        if (!down) return Response.json(issuer.jwks)
        signal = init?.signal ?? undefined
        return new Promise<never>(() => {})
      },
    })
    await come('a')
    down = true
    issuer.clock.advance(95)
    expect(await come('a')).toBe('accepted')
    expect(signal?.aborted).toBe(false)
    down = false
    await come('b')
    expect(dropped()).toEqual([drop('a')])
    expect(signal?.aborted).toBe(true)
  })

  it('no event tells of a dropped issuer when the resolver changes or withdraws its answer, or when the verifier is closed', async () => {
    let audience: string | readonly string[] | undefined = issuer.audience
    const { verifier, come, dropped } = createStage({
      issuer: (iss) =>
        audience === undefined ? undefined : { issuer: iss, jwksUri: `${iss}/jwks`, audience },
    })
    expect(await come('a')).toBe('accepted')
    audience = 'https://elsewhere.test'
    issuer.clock.advance(601)
    expect(await come('a')).toBe('401 audience')
    audience = undefined
    issuer.clock.advance(601)
    expect(await come('a')).toBe('401 issuer')
    verifier.close()
    expect(dropped()).toEqual([])
  })
})
