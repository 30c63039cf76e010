import type { Auth } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { settled } from './stage.ts'

/**
 * An issuer whose answers with keys can be held up on their way: they were made when the request
 * came, so they lack a key that is published later.
 */
function createSlowStage() {
  const issuer = createTestIssuer({ expiresIn: 90 * 86_400 })
  issuer.clock.freeze()
  const held: (() => void)[] = []
  let holding = false
  const fetch = (async (url: string, init: RequestInit) => {
    const response = await issuer.fetch(url, init)
    if (holding && String(url).endsWith('/jwks')) {
      await new Promise<void>((resolve) => void held.push(resolve))
    }
    return response
  }) as typeof globalThis.fetch
  const verifier = createVerifier({ ...issuer.trust(), fetch })
  const verify = (token: string): Promise<Auth> => verifier.verify(token)
  return {
    issuer,
    verify,
    fetches: () => issuer.requests.count('jwks'),
    /**
     * A token starts a fetch. While it is under way, the issuer publishes a new key if it does, and
     * more tokens arrive. Then the fetch ends. Gives what came of those tokens.
     */
    async duringFetch<T>(rotates: boolean, arrive: () => Promise<T>): Promise<T> {
      holding = true
      const first = verify(issuer.mint())
      await settled()
      if (rotates) issuer.keys.rotate()
      const arrived = arrive()
      await settled()
      holding = false
      for (const resolve of held.splice(0)) resolve()
      await first
      return arrived
    },
  }
}

describe('keys that are younger than the fetch under way', () => {
  it('a key that was published during the key fetch of a cold start verifies its token after one more fetch', async () => {
    const { issuer, verify, fetches, duringFetch } = createSlowStage()
    const auth = await duringFetch(true, () => verify(issuer.mint({ sub: 'alice' })))
    expect(auth).toMatchObject({ subject: 'alice' })
    expect(fetches()).toBe(2)
  })

  it('a thousand tokens of a key that was published during a cold start share one more fetch', async () => {
    const { issuer, verify, fetches, duringFetch } = createSlowStage()
    const young = await duringFetch(true, () =>
      Promise.all(Array.from({ length: 1000 }, () => verify(issuer.mint()))),
    )
    expect(young).toHaveLength(1000)
    expect(fetches()).toBe(2)
  })

  it('a key that was published during the refresh after an idle spell verifies its token after one more fetch', async () => {
    const { issuer, verify, fetches, duringFetch } = createSlowStage()
    await verify(issuer.mint())
    issuer.clock.advance(3600)
    const auth = await duringFetch(true, () => verify(issuer.mint({ sub: 'alice' })))
    expect(auth).toMatchObject({ subject: 'alice' })
    expect(fetches()).toBe(3)
  })

  it('a key that was published during a background refresh verifies its token after one more fetch', async () => {
    const { issuer, verify, fetches, duringFetch } = createSlowStage()
    await verify(issuer.mint())
    issuer.clock.advance(590)
    const auth = await duringFetch(true, () => verify(issuer.mint({ sub: 'alice' })))
    expect(auth).toMatchObject({ subject: 'alice' })
    expect(fetches()).toBe(3)
  })

  it('T11: a token with an unknown key that itself started the fetch of a cold start causes no second fetch', async () => {
    const { issuer, verify, fetches } = createSlowStage()
    await expect(verify(issuer.bad.unknownKid())).rejects.toMatchObject({ reason: 'unknown-key' })
    expect(fetches()).toBe(1)
  })

  it('T11: a flood of unknown keys during a cold start causes one more fetch, and no further one in the cooldown', async () => {
    const { issuer, verify, fetches, duringFetch } = createSlowStage()
    const refused = (): Promise<void> =>
      expect(verify(issuer.bad.unknownKid())).rejects.toMatchObject({ reason: 'unknown-key' })
    await duringFetch(false, () => Promise.all(Array.from({ length: 200 }, refused)))
    await refused()
    expect(fetches()).toBe(2)
  })

  it('T11: a key that is replaced under a kid for which keys were fetched before is found by the first fetch for its token, although a flood had keys fetched just before it was replaced', async () => {
    const { issuer, verify, fetches } = createSlowStage()
    await verify(issuer.mint())
    issuer.keys.rotate()
    await verify(issuer.mint())
    issuer.clock.advance(300)
    const forged = issuer.mint({}, { key: issuer.keys.attacker(), kid: 'invented' })
    await expect(verify(forged)).rejects.toMatchObject({ reason: 'unknown-key' })
    issuer.keys.rotate({ kid: 'reuse', overlap: false })
    await expect(verify(issuer.mint())).rejects.toMatchObject({ reason: 'signature' })
    expect(fetches()).toBe(3)
    issuer.clock.advance(30)
    await verify(issuer.mint({ sub: 'alice' }))
    expect(fetches()).toBe(4)
  })
})

describe('tokens that arrive at the very moment at which a fetch of keys ends', () => {
  const issuer = createTestIssuer({ alg: 'RS256' })
  const forgery = issuer.bad.wrongKey()

  /** What comes of a forgery that arrives so many microtasks after the keys have been loaded. */
  async function outcomeAfter(microtasks: number, loads: number): Promise<unknown> {
    let loaded = 0
    let late: Promise<unknown> | undefined
    const verifier = createVerifier({
      ...issuer.trust(),
      onEvent: ({ type }) => {
        if (type === 'keys.refreshed' && ++loaded === loads) late = arrive()
      },
    })
    const reasonOf = (token: string): Promise<unknown> =>
      verifier.verify(token).catch(({ reason }) => reason)
    async function arrive(): Promise<unknown> {
      for (let i = 0; i < microtasks; i++) await undefined
      return reasonOf(forgery)
    }
    if (loads === 2) await verifier.verify(issuer.mint())
    await reasonOf(issuer.bad.unknownKid())
    return late
  }

  it.each([
    ['the fetch of a cold start', 1],
    ['a fetch for a token with an unknown kid', 2],
  ])('after %s a forgery is refused, however soon it comes', async (_, loads) => {
    const outcomes = []
    for (let microtasks = 0; microtasks < 30; microtasks++) {
      outcomes.push(await outcomeAfter(microtasks, loads))
    }
    expect(outcomes).toEqual(Array.from({ length: 30 }, () => 'signature'))
  })
})
