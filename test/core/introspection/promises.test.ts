import { createVerifier } from 'tollgate'
import { faults } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { settled } from '../keys/stage.ts'
import { client, createStage, outcomeOf, retryAfterOf } from './stage.ts'

/** This many tokens that the issuer has not issued. */
const invented = (n: number): readonly string[] => Array.from({ length: n }, (_, i) => `token-${i}`)

describe('answers about opaque tokens on the virtual clock', () => {
  it('1,000 concurrent requests with one token: one call, and one fetch of metadata', async () => {
    const { issuer, verifier, calls, metadataFetches } = createStage()
    const token = issuer.opaque()
    const outcomes = await Promise.all(
      Array.from({ length: 1000 }, () => outcomeOf(verifier, token)),
    )
    expect(new Set(outcomes)).toEqual(new Set(['accepted']))
    expect([calls(), metadataFetches()]).toEqual([1, 1])
  })

  it.each([
    ['with the token cache', {}],
    ['without it', { tokenCache: false as const }],
  ])(
    'an active token counts for 60 s, and its revocation is noticed then (%s)',
    async (_, options) => {
      const { issuer, outcome, calls } = createStage({}, options)
      const token = issuer.opaque()
      expect(await outcome(token)).toBe('accepted')
      issuer.revoke(token)
      issuer.clock.advance(59)
      expect(await outcome(token)).toBe('accepted')
      expect(calls()).toBe(1)
      issuer.clock.advance(1)
      expect(await outcome(token)).toBe('401 inactive')
      expect(calls()).toBe(2)
    },
  )

  it('an inactive token counts as inactive for 10 s', async () => {
    const stage = createStage()
    const token = 'a-token-that-is-issued-later'
    expect(await stage.outcome(token)).toBe('401 inactive')
    stage.answer({
      active: true,
      aud: stage.issuer.audience,
      sub: 'alice',
      exp: Math.floor(stage.issuer.now() / 1000) + 600,
    })
    stage.issuer.clock.advance(9)
    expect(await stage.outcome(token)).toBe('401 inactive')
    expect(stage.calls()).toBe(1)
    stage.issuer.clock.advance(1)
    expect(await stage.outcome(token)).toBe('accepted')
    expect(stage.calls()).toBe(2)
  })

  it('an answer never counts beyond exp', async () => {
    const { issuer, outcome, calls } = createStage()
    const token = issuer.opaque({}, { expiresIn: 20 })
    expect(await outcome(token)).toBe('accepted')
    issuer.clock.advance(19)
    expect(await outcome(token)).toBe('accepted')
    expect(calls()).toBe(1)
    issuer.clock.advance(1)
    // The clocks may differ by 10 s, but now the issuer has the last word.
    expect(await outcome(token)).toBe('401 inactive')
    expect(calls()).toBe(2)
  })

  it('both durations are options', async () => {
    const { issuer, outcome, calls } = createStage({ cache: { active: 300, inactive: 0 } })
    const token = issuer.opaque()
    await outcome(token)
    issuer.clock.advance(299)
    expect(await outcome(token)).toBe('accepted')
    expect(calls()).toBe(1)
    issuer.clock.advance(1)
    await outcome(token)
    expect(calls()).toBe(2)
    await outcome('nobody')
    await outcome('nobody')
    expect(calls()).toBe(4)
  })

  it('cache: false has every request ask, and requests at the same time share a call', async () => {
    const { issuer, outcome, calls } = createStage({ cache: false })
    const token = issuer.opaque()
    for (let i = 1; i <= 3; i++) {
      expect(await Promise.all([outcome(token), outcome(token)])).toEqual(['accepted', 'accepted'])
      expect(calls()).toBe(i)
    }
    issuer.revoke(token)
    expect(await outcome(token)).toBe('401 inactive')
  })

  it('a clock that is set back makes no answer last longer: the issuer is asked', async () => {
    const { issuer, outcome, calls } = createStage()
    const token = issuer.opaque()
    await outcome(token)
    issuer.revoke(token)
    issuer.clock.advance(-5)
    expect(await outcome(token)).toBe('401 inactive')
    expect(calls()).toBe(2)
  })

  it('tokens that nobody has issued do not push out answers about those in use', async () => {
    const { issuer, verifier, outcome, calls } = createStage(
      { cache: { max: 5 } },
      { tokenCache: false },
    )
    const token = issuer.opaque()
    await outcome(token)
    for (const one of invented(20)) await outcomeOf(verifier, one)
    expect(calls()).toBe(21)
    expect(await outcome(token)).toBe('accepted')
    expect(calls()).toBe(21)
  })

  it('100 calls at the same time add one listener to the signal that closes the verifier', async () => {
    const { issuer, verifier } = createStage()
    const warnings: string[] = []
    const note = ({ name }: Error): void => void warnings.push(name)
    process.on('warning', note)
    issuer.fail('introspection', faults.slow(0.02))
    await Promise.all(invented(100).map((token) => outcomeOf(verifier, token)))
    await settled()
    process.off('warning', note)
    expect(warnings).toEqual([])
  })

  it('at most 100 calls are under way: beyond them 503 at once, and cached tokens are untouched', async () => {
    const { issuer, verifier, outcome, calls } = createStage()
    const good = issuer.opaque()
    expect(await outcome(good)).toBe('accepted')
    const outage = issuer.fail('introspection', faults.hang())
    const flood = invented(150).map((token) => outcomeOf(verifier, token))
    const first = await Promise.all(flood.slice(100))
    expect(new Set(first)).toEqual(new Set(['503 introspection']))
    expect(calls()).toBe(101)
    expect(await outcome(good)).toBe('accepted')
    expect(await retryAfterOf(verifier, 'one-more')).toBe(1)
    outage[Symbol.dispose]()
    verifier.close()
    await Promise.all(flood)
  })

  it('the issuer is down: tokens pass until their answers are 60 s old, then 503 with a back-off from 1 s to 60 s', async () => {
    const { issuer, outcome, verifier, calls } = createStage()
    const [a, b] = [issuer.opaque(), issuer.opaque()]
    await Promise.all([outcome(a), outcome(b)])
    issuer.fail('introspection', faults.status(500))
    issuer.clock.advance(59)
    expect(await Promise.all([outcome(a), outcome(b)])).toEqual(['accepted', 'accepted'])
    issuer.clock.advance(1)
    issuer.requests.clear()
    expect(await outcome(a)).toBe('503 introspection')
    expect(await retryAfterOf(verifier, a)).toBe(1)
    expect(await outcome(b)).toBe('503 introspection')
    expect(calls()).toBe(1)
    // One call for each back-off, which doubles with jitter up to a minute.
    let before = calls()
    for (let i = 0; i < 60; i++) {
      issuer.clock.advance(60)
      expect(await outcome(a)).toBe('503 introspection')
      expect(await outcome(b)).toBe('503 introspection')
      expect(calls() - before).toBe(1)
      before = calls()
    }
    expect(await retryAfterOf(verifier, b)).toBeLessThanOrEqual(60)
    issuer.reset()
  })

  it('of many calls that fail at the same time, one counts for the back-off', async () => {
    const { issuer, verifier, calls } = createStage()
    issuer.fail('introspection', faults.status(503))
    const flood = (): Promise<unknown> =>
      Promise.all(invented(50).map((token) => outcomeOf(verifier, token)))
    await flood()
    const before = calls()
    expect(before).toBeGreaterThan(5)
    expect(await retryAfterOf(verifier, 'x')).toBe(1)
    issuer.clock.advance(1)
    await flood()
    expect(calls()).toBe(before + 1)
  })

  it('recovers by itself, with one call that finds it out', async () => {
    const { issuer, verifier, outcome, calls } = createStage()
    const outage = issuer.fail('introspection', faults.refuse())
    const token = issuer.opaque()
    expect(await outcome(token)).toBe('503 introspection')
    outage[Symbol.dispose]()
    expect(await outcome(token)).toBe('503 introspection')
    expect(calls()).toBe(1)
    issuer.clock.advance(1)
    const all = [token, issuer.opaque(), issuer.opaque()].map((one) => outcomeOf(verifier, one))
    expect(await Promise.all(all)).toEqual(['accepted', '503 introspection', '503 introspection'])
    expect(calls()).toBe(2)
    expect(await outcome()).toBe('accepted')
  })

  it.each([
    ['40', 40],
    ['100000', 300],
  ])('its Retry-After: %s is honoured for %i s', async (header, seconds) => {
    const { issuer, verifier, calls } = createStage()
    const outage = issuer.fail(
      'introspection',
      faults.status(429, { headers: { 'retry-after': header } }),
    )
    expect(await retryAfterOf(verifier, 'a')).toBe(seconds)
    outage[Symbol.dispose]()
    issuer.clock.advance(seconds - 1)
    expect(await outcomeOf(verifier, 'a')).toBe('503 introspection')
    expect(calls()).toBe(1)
    issuer.clock.advance(1)
    expect(await outcomeOf(verifier, 'a')).toBe('401 inactive')
  })

  it.each([
    ['400', faults.status(400)],
    ['403', faults.status(403)],
    ['413', faults.status(413)],
    ['422', faults.status(422)],
    ['what is no JSON', faults.body('<p>')],
    ['nothing of the token', faults.body('{}')],
    ['400 unauthorized_client', faults.status(400, { body: '{"error":"unauthorized_client"}' })],
  ])(
    'an issuer that answers %s to strange tokens is asked about each once in 10 s, and about others all the same',
    async (_, fault) => {
      const { issuer, verifier, outcome, calls } = createStage()
      const outage = issuer.fail('introspection', fault)
      for (const token of invented(5)) expect(await outcome(token)).toBe('503 introspection')
      expect(calls()).toBe(5)
      issuer.clock.advance(4)
      expect(await retryAfterOf(verifier, 'token-0')).toBe(6)
      outage[Symbol.dispose]()
      expect(await outcome()).toBe('accepted')
      expect(await outcome('token-0')).toBe('503 introspection')
      expect(calls()).toBe(6)
      issuer.clock.advance(6)
      expect(await outcome('token-0')).toBe('401 inactive')
    },
  )

  it.each([{ inactive: 0 }, false as const])(
    'with cache: %j, a token that the issuer could not answer is asked about by every request',
    async (cache) => {
      const { issuer, outcome, calls } = createStage({ cache })
      issuer.fail('introspection', faults.status(400))
      for (let i = 1; i <= 3; i++) {
        expect(await outcome('strange')).toBe('503 introspection')
        expect(calls()).toBe(i)
      }
    },
  )

  it('tokens that the issuer cannot answer do not push out answers about those in use', async () => {
    const { issuer, outcome, calls } = createStage({ cache: { max: 5 } }, { tokenCache: false })
    const token = issuer.opaque()
    await outcome(token)
    issuer.fail('introspection', faults.status(400))
    for (const one of invented(20)) await outcome(one)
    expect(await outcome(token)).toBe('accepted')
    expect(calls()).toBe(21)
  })

  it('a time of 60 s begins when the issuer is asked, and not when it answers', async () => {
    const { issuer, verifier, outcome, calls } = createStage({}, { tokenCache: false })
    const token = issuer.opaque()
    await outcome()
    issuer.fail('introspection', faults.slow(0.02))
    const asked = outcomeOf(verifier, token)
    await settled()
    issuer.clock.advance(1)
    expect(await asked).toBe('accepted')
    issuer.clock.advance(59)
    expect(await outcome(token)).toBe('accepted')
    expect(calls()).toBe(3)
  })

  it.each([401, 400])(
    'an issuer that refuses the client (%i) is held back like one that is down, and an event says why',
    async (status) => {
      const { issuer, outcome, calls, events } = createStage()
      const body = '{"error":"invalid_client"}'
      issuer.fail('introspection', faults.status(status, { body }))
      expect(await outcome()).toBe('503 introspection')
      expect(await outcome()).toBe('503 introspection')
      expect(calls()).toBe(1)
      expect(events.find(({ type }) => type === 'introspection.failed')).toEqual({
        type: 'introspection.failed',
        issuer: issuer.url,
        error: `status ${status} (invalid_client) at https://issuer.test/introspect`,
        retryAfter: 1,
      })
    },
  )

  it('an answer that never comes ends at the deadline, for all who wait for it', async () => {
    const { issuer, verifier } = createStage({}, { keys: { timeout: 0.1 } })
    issuer.fail('introspection', faults.hang())
    const outcomes = await Promise.all([outcomeOf(verifier, 'a'), outcomeOf(verifier, 'a')])
    expect(outcomes).toEqual(['503 introspection', '503 introspection'])
  })

  it('every caller that waits for a call is given an error of its own', async () => {
    const { issuer, verifier } = createStage()
    issuer.fail('introspection', faults.status(500))
    const [a, b] = await Promise.all(
      ['x', 'x'].map((token) => verifier.verify(token).catch((e) => e)),
    )
    expect(a).not.toBe(b)
    expect(a).toMatchObject({ status: 503, issuers: [issuer.url] })
  })

  it('without metadata nobody is asked, by the back-off of metadata', async () => {
    const { issuer, outcome, calls, metadataFetches } = createStage()
    issuer.fail('*', faults.status(500))
    expect(await outcome()).toBe('503 introspection')
    expect(await outcome()).toBe('503 introspection')
    expect([calls(), metadataFetches()]).toEqual([0, 1])
    issuer.reset()
    issuer.clock.freeze()
    issuer.clock.advance(61)
    expect(await outcome()).toBe('accepted')
  })

  it('metadata without the endpoint is 503, with no call and no second fetch', async () => {
    const { outcome, metadataFetches, verifier } = createStage(
      {},
      {},
      {
        metadata: { introspection_endpoint: undefined },
      },
    )
    expect(await outcome()).toBe('503 introspection')
    expect(await outcome()).toBe('503 introspection')
    expect(metadataFetches()).toBe(1)
    expect(await retryAfterOf(verifier, 'x')).toBe(60)
  })

  it('the outage of introspection does not concern JWTs, nor another issuer', async () => {
    const { issuer, outcome } = createStage()
    issuer.fail('introspection', faults.status(500))
    expect(await outcome()).toBe('503 introspection')
    expect(await outcome(issuer.mint())).toBe('accepted')
  })

  it('a request that ends does not end the call that others wait for', async () => {
    const { issuer, verifier } = createStage()
    issuer.fail('introspection', faults.slow(0.05))
    const token = issuer.opaque()
    const first = outcomeOf(verifier, token)
    await Promise.race([first, settled()])
    expect(await outcomeOf(verifier, token)).toBe('accepted')
  })

  it('a closed verifier asks nobody, and what it knows serves on', async () => {
    const { issuer, verifier, outcome, calls } = createStage()
    const token = issuer.opaque()
    await outcome(token)
    verifier.close()
    expect(await outcome(token)).toBe('accepted')
    expect(await outcome()).toBe('503 introspection')
    expect(calls()).toBe(1)
  })

  it('the token cache and its absence never differ in a verdict, whatever happens', async () => {
    const { issuer } = createStage()
    const options = {
      ...issuer.trust(),
      issuer: { issuer: issuer.url, introspection: { ...client } },
    }
    const verifiers = [createVerifier(options), createVerifier({ ...options, tokenCache: false })]
    const token = issuer.opaque({}, { expiresIn: 130 })
    const steps: readonly (() => void)[] = [
      () => {},
      () => issuer.clock.advance(30),
      () => issuer.clock.advance(40),
      () => void issuer.fail('introspection', faults.status(500), { times: 2 }),
      () => issuer.clock.advance(30),
      () => issuer.clock.advance(31),
      () => issuer.revoke(token),
      () => issuer.clock.advance(61),
    ]
    const seen: string[] = []
    for (const step of steps) {
      step()
      const [a, b] = await Promise.all(verifiers.map((one) => outcomeOf(one, token)))
      expect(a).toBe(b)
      seen.push(a as string)
    }
    expect([...new Set(seen)]).toEqual(['accepted', '503 introspection', '401 inactive'])
  })
})
