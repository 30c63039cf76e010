import type { Verifier } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { readKeySet } from '../../src/core/keys/key-set.ts'

const issuer = createTestIssuer()
const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

/** Loads the keys, and ends a turn in which enough was done that its end counts. */
async function warmUp(verifier: Verifier): Promise<void> {
  await Promise.all(Array.from({ length: 20 }, () => verifier.verify(issuer.mint())))
  await nextTurn()
}

/** Verifies many tokens at once, and gives how many are decided after each turn of the event loop. */
async function decidedByTurns(tokens: readonly string[]): Promise<number[]> {
  let decided = 0
  const verifier = createVerifier({ ...issuer.trust(), onEvent: ({ type }) => count(type) })
  const count = (type: string): void => {
    if (type === 'token.refused' || type === 'token.accepted') decided += 1
  }
  await warmUp(verifier)
  decided = 0
  const all = Promise.allSettled(tokens.map((token) => verifier.verify(token)))
  const counts = [decided]
  while (decided < tokens.length) {
    await nextTurn()
    counts.push(decided)
  }
  await all
  return counts
}

describe('a turn of the event loop', () => {
  it('of 1,000 new tokens at once, at most 48 are begun in each turn, so that nothing else waits for all of them', async () => {
    const wrong = Array.from({ length: 1000 }, (_, i) =>
      issuer.mint({ sub: `user-${i}`, aud: 'https://other.test' }),
    )
    const counts = await decidedByTurns(wrong)
    expect(counts[0]).toBe(48)
    const steps = counts.slice(1).map((decided, i) => decided - (counts[i] as number))
    expect(Math.max(...steps)).toBeLessThanOrEqual(48)
  })

  it('all of them are decided, good ones and bad ones, each as it would be alone', async () => {
    const verifier = createVerifier(issuer.trust())
    const tokens = Array.from({ length: 600 }, (_, i) =>
      i % 3 === 0 ? issuer.bad.wrongAudience() : issuer.mint({ sub: `user-${i}` }),
    )
    const found = await Promise.all(
      tokens.map((token) =>
        verifier.verify(token).then(
          ({ subject }) => subject,
          ({ reason }) => reason,
        ),
      ),
    )
    expect(found).toEqual(tokens.map((_, i) => (i % 3 === 0 ? 'audience' : `user-${i}`)))
  })

  it('while new tokens wait, at most 250 callers are listened to in each turn', async () => {
    const verifier = createVerifier(issuer.trust())
    await warmUp(verifier)
    const crowd = Array.from({ length: 49 }, (_, i) =>
      verifier.verify(issuer.mint({ sub: `${i}` })),
    )
    const tooLarge = 'x'.repeat(20_000)
    let refused = 0
    const late = Array.from({ length: 1200 }, () =>
      verifier.verify(tooLarge).catch(() => refused++),
    )
    expect(refused).toBe(0)
    const steps = []
    for (let before = 0; before < 1200; before = refused) {
      await nextTurn()
      steps.push(refused - before)
    }
    expect(steps.filter((step) => step > 0)).toEqual([250, 250, 250, 250, 200])
    await Promise.all([...crowd, ...late])
  })

  it('a cached token does not wait for new ones', async () => {
    const verifier = createVerifier(issuer.trust())
    const cached = issuer.mint({ sub: 'cached' })
    await verifier.verify(cached)
    await nextTurn()
    const order: string[] = []
    const others = Array.from({ length: 400 }, (_, i) =>
      verifier.verify(issuer.mint({ sub: `user-${i}` })).then(() => order.push('new')),
    )
    const known = verifier.verify(cached).then(() => order.push('cached'))
    await Promise.all([...others, known])
    expect(order.indexOf('cached')).toBeLessThan(128)
  })
})

describe('T12: a key set of half a megabyte', () => {
  /** How many of so many members are looked at in each turn of the event loop. */
  async function lookedAtByTurns(members: number): Promise<{ turns: number[]; ignored: number }> {
    let looked = 0
    const keys = Array.from({ length: members }, () => ({
      get kty() {
        looked += 1
        return undefined
      },
    }))
    const { publicJwk } = issuer.keys.current
    const rules = {
      algorithms: ['ES256'],
      issuer: issuer.url,
      spelling: 'tolerant',
      maxKeys: 100,
    } as const
    let ignored = 0
    let ended = false
    const count = (): void => void ignored++
    const reading = readKeySet({ keys: [...keys, publicJwk] }, rules, [], count)
    void reading.finally(() => {
      ended = true
    })
    const turns: number[] = []
    while (!ended) {
      turns.push(looked)
      looked = 0
      await nextTurn()
    }
    expect((await reading).keys).toHaveLength(1)
    return { turns, ignored }
  }

  it('of 100,000 members that are no keys, at most 1,000 are looked at in a turn, and the good key is found', async () => {
    const { turns, ignored } = await lookedAtByTurns(100_000)
    expect(Math.max(...turns)).toBeLessThanOrEqual(1000)
    expect(ignored).toBe(100_000)
  })

  it('of 1,000 members all are looked at at once', async () => {
    const { turns } = await lookedAtByTurns(999)
    expect(turns[0]).toBe(999)
  })
})
