import type { VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { settled } from './stage.ts'

/**
 * An issuer whose answers with keys can be held up on their way: they were made when the request
 * came, so they lack a key that is published later.
 */
function createSlowStage(options: Partial<VerifierOptions> = {}) {
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
  const verifier = createVerifier({ ...issuer.trust(), fetch, ...options })
  return {
    issuer,
    verify: (token: string) => verifier.verify(token),
    fetches: () => issuer.requests.count('jwks'),
    hold() {
      holding = true
    },
    /** Lets everything that is held up arrive, and holds up nothing more. */
    release() {
      holding = false
      for (const resolve of held.splice(0)) resolve()
    },
  }
}

describe('keys that are younger than the fetch under way', () => {
  it('a key that was published during the key fetch of a cold start verifies its token after one more fetch', async () => {
    const { issuer, verify, fetches, hold, release } = createSlowStage()
    hold()
    const first = verify(issuer.mint())
    await settled()
    issuer.keys.rotate()
    const young = verify(issuer.mint({ sub: 'alice' }))
    await settled()
    release()
    await first
    expect(await young).toMatchObject({ subject: 'alice' })
    expect(fetches()).toBe(2)
  })

  it('a thousand tokens of a key that was published during a cold start share one more fetch', async () => {
    const { issuer, verify, fetches, hold, release } = createSlowStage()
    hold()
    const first = verify(issuer.mint())
    await settled()
    issuer.keys.rotate()
    const young = Promise.all(Array.from({ length: 1000 }, () => verify(issuer.mint())))
    await settled()
    release()
    await first
    expect(await young).toHaveLength(1000)
    expect(fetches()).toBe(2)
  })

  it('a key that was published during the refresh after an idle spell verifies its token after one more fetch', async () => {
    const { issuer, verify, fetches, hold, release } = createSlowStage()
    await verify(issuer.mint())
    issuer.clock.advance(3600)
    hold()
    const first = verify(issuer.mint())
    await settled()
    issuer.keys.rotate()
    const young = verify(issuer.mint({ sub: 'alice' }))
    await settled()
    release()
    await first
    expect(await young).toMatchObject({ subject: 'alice' })
    expect(fetches()).toBe(3)
  })

  it('a key that was published during a background refresh verifies its token after one more fetch', async () => {
    const { issuer, verify, fetches, hold, release } = createSlowStage()
    await verify(issuer.mint())
    issuer.clock.advance(590)
    hold()
    await verify(issuer.mint())
    await settled()
    issuer.keys.rotate()
    const young = verify(issuer.mint({ sub: 'alice' }))
    await settled()
    release()
    expect(await young).toMatchObject({ subject: 'alice' })
    expect(fetches()).toBe(3)
  })

  it('a token with an unknown key that itself started the fetch of a cold start causes no second fetch', async () => {
    const { issuer, verify, fetches } = createSlowStage()
    await expect(verify(issuer.bad.unknownKid())).rejects.toMatchObject({ reason: 'unknown-key' })
    expect(fetches()).toBe(1)
  })

  it('a flood of unknown keys during a cold start causes one more fetch, and no further one in the cooldown', async () => {
    const { issuer, verify, fetches, hold, release } = createSlowStage()
    hold()
    const first = verify(issuer.mint())
    await settled()
    const flood = Array.from({ length: 200 }, () =>
      expect(verify(issuer.bad.unknownKid())).rejects.toMatchObject({ reason: 'unknown-key' }),
    )
    await settled()
    release()
    await first
    await Promise.all(flood)
    await expect(verify(issuer.bad.unknownKid())).rejects.toMatchObject({ reason: 'unknown-key' })
    expect(fetches()).toBe(2)
  })
})
