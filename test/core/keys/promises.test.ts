import type { TestIssuer } from 'tollgate/testing'
import { createTestIssuer, faults } from 'tollgate/testing'
import { describe, expect, it, vi } from 'vitest'
import { atOnce, createStage, settled } from './stage.ts'

const hour = 3600
const day = 24 * hour

describe('a cold start', () => {
  it('10,000 concurrent first requests cause one fetch of metadata and one fetch of keys', async () => {
    const { issuer, verifier, fetches, metadataFetches } = createStage()
    const token = issuer.mint()
    const all = await Promise.all(Array.from({ length: 10_000 }, () => verifier.verify(token)))
    expect(all).toHaveLength(10_000)
    expect([metadataFetches(), fetches()]).toEqual([1, 1])
  })

  it('T12: without any keys in an outage, tokens are answered 503 at once after the first failure, until the issuer is back', async () => {
    const { issuer, outcome, fetches, verifier } = createStage()
    const outage = issuer.fail('jwks', faults.refuse())
    expect(await outcome()).toBe('503 keys')
    const hung = issuer.fail('jwks', faults.hang())
    expect(await atOnce(outcome())).toBe('503 keys')
    await expect(verifier.verify(issuer.mint())).rejects.toMatchObject({
      headers: { 'Retry-After': '1' },
    })
    expect(fetches()).toBe(1)
    hung[Symbol.dispose]()
    outage[Symbol.dispose]()
    issuer.clock.advance(1)
    expect(await outcome()).toBe('accepted')
    expect(fetches()).toBe(2)
  })

  it('T12: without any keys in an outage, fetches back off from 1 to 60 seconds', async () => {
    const { issuer, outcome, fetches } = createStage()
    const token = issuer.mint()
    issuer.fail('jwks', faults.status(500))
    for (let second = 0; second < hour; second++) {
      expect(await outcome(token)).toBe('503 keys')
      issuer.clock.advance(1)
    }
    // The waits begin at one second at most, and never exceed a minute.
    expect(fetches()).toBeLessThan(hour / 10)
    expect(fetches()).toBeGreaterThanOrEqual(hour / 61)
  })

  it('a 503 tells in Retry-After how many whole seconds the back-off still lasts', async () => {
    const { issuer, verifier } = createStage()
    issuer.fail('jwks', faults.status(429, { headers: { 'retry-after': '120' } }))
    const retryAfter = () =>
      verifier.verify(issuer.mint()).catch(({ headers }) => headers['Retry-After'])
    expect(await retryAfter()).toBe('120')
    issuer.clock.advance(60.5)
    expect(await retryAfter()).toBe('60')
  })
})

describe('keys of an issuer without faults', () => {
  it('the first request after 80 % of max age, plus or minus 10 %, starts a refresh of the keys in the background', async () => {
    for (let round = 0; round < 20; round++) {
      const { issuer, outcome, fetches } = createStage()
      await outcome()
      issuer.clock.advance(600 * 0.72 - 1)
      await outcome()
      await settled()
      expect(fetches()).toBe(1)
      issuer.clock.advance(600 * 0.16 + 2)
      await settled()
      expect(fetches()).toBe(1)
      await outcome()
      await settled()
      expect(fetches()).toBe(2)
    }
  })

  it('the refreshes of 50 verifiers with the same max age fall at different times', async () => {
    const due = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const { outcome, verifier } = createStage()
        await outcome()
        return verifier.health()[0]?.nextRefresh ?? 0
      }),
    )
    expect(new Set(due).size).toBeGreaterThan(40)
    for (const seconds of due) {
      expect(seconds).toBeGreaterThanOrEqual(432)
      expect(seconds).toBeLessThanOrEqual(528)
    }
  })

  it('no request waits for a refresh of the keys within max age', async () => {
    const { issuer, outcome } = createStage()
    await outcome()
    issuer.fail('*', faults.hang())
    issuer.clock.advance(599)
    for (let i = 0; i < 3; i++) expect(await atOnce(outcome())).toBe('accepted')
  })

  it('a verifier without requests fetches nothing', async () => {
    const { issuer, outcome } = createStage()
    await outcome()
    issuer.requests.clear()
    issuer.clock.advance(30 * day)
    await settled()
    expect(issuer.requests.all).toHaveLength(0)
  })

  it.each([
    ['max-age=120', 120],
    ['public, MAX-AGE=300, must-revalidate', 300],
    ['max-age=5', 60],
    ['no-store', 60],
    ['no-cache', 60],
    ['max-age=86400', 600],
    ['max-age=-1', 600],
    ['x-max-age=100', 600],
  ])(
    'keys that are served with Cache-Control: %s are fresh for %d seconds',
    async (value, lifetime) => {
      const { issuer } = createStage()
      const cached: typeof globalThis.fetch = async (url, init) => {
        const { body } = await issuer.fetch(url, init)
        return new Response(body, { headers: { 'cache-control': value } })
      }
      const { verifier } = createStage({ fetch: cached, issuer: issuer.url, now: issuer.now })
      await verifier.verify(issuer.mint())
      issuer.fail('jwks', faults.hang())
      issuer.clock.advance(lifetime - 1)
      expect(verifier.health()[0]?.stale).toBe(false)
      issuer.clock.advance(1)
      expect(verifier.health()[0]?.stale).toBe(true)
    },
  )
})

describe('the first request after a time without requests', () => {
  it('the first requests past max age wait for one shared refresh, so that a removed key is not used', async () => {
    const { issuer, outcome, fetches } = createStage()
    const old = issuer.mint()
    await outcome(old)
    issuer.keys.rotate({ overlap: false })
    issuer.clock.advance(600)
    const outcomes = await Promise.all([outcome(old), outcome(issuer.mint()), outcome(old)])
    expect(outcomes).toEqual(['401 unknown-key', 'accepted', '401 unknown-key'])
    // These are the first fetch, the refresh, and at most one fetch for the unknown key. The
    // requests with the cached token may cause that one, because they have not waited for the
    // refresh.
    expect(fetches()).toBeLessThanOrEqual(3)
  })

  it('T11: a token with an unknown kid causes no fetch of its own if it has just waited for one', async () => {
    const { issuer, outcome, fetches } = createStage()
    const unknown = () => outcome(issuer.mint({}, { key: issuer.keys.attacker(), kid: 'attacker' }))
    expect(await Promise.all([unknown(), unknown(), unknown()])).toEqual(
      Array.from({ length: 3 }, () => '401 unknown-key'),
    )
    expect(await unknown()).toBe('401 unknown-key')
    expect(fetches()).toBe(1)
  })

  it('a token with a new kid is answered 503 if the refresh that it waited for has failed', async () => {
    const { issuer, outcome, fetches } = createStage()
    await outcome()
    issuer.keys.rotate()
    issuer.fail('jwks', faults.refuse())
    issuer.clock.advance(601)
    expect(await outcome()).toBe('503 keys')
    expect(fetches()).toBe(2)
  })

  it('a request waits no longer than the option timeout for metadata and keys together', async () => {
    const { issuer, outcome, verifier } = createStage({ keys: { timeout: 3 } })
    const old = issuer.mint()
    await outcome(old)
    issuer.fail('*', faults.slow(2))
    issuer.keys.rotate({ overlap: false })
    issuer.clock.advance(20 * hour)
    expect(await outcome(old)).toBe('accepted')
    expect(verifier.health()[0]?.lastError).toBe(`timeout at ${issuer.url}/jwks`)
    issuer.clock.advance(61)
    await outcome(old)
    await vi.waitFor(() => expect(verifier.health()[0]?.lastError).toBeUndefined(), 10_000)
    expect(await outcome(old)).toBe('401 unknown-key')
  })

  it('T12: past max age one request waits for a failing refresh and then uses the old keys, and later ones do not wait', async () => {
    const { issuer, outcome, fetches } = createStage({ keys: { timeout: 2.5 } })
    await outcome()
    issuer.fail('*', faults.hang())
    issuer.clock.advance(600)
    const first = outcome()
    expect(await atOnce(first)).toBe('waits')
    expect(await first).toBe('accepted')
    for (let i = 0; i < 100; i++) {
      issuer.clock.advance(1)
      expect(await atOnce(outcome())).toBe('accepted')
    }
    expect(fetches()).toBeGreaterThan(2)
  })

  it('a request waits for a refresh again after a second long time without requests in the same outage', async () => {
    const { issuer, outcome } = createStage({ keys: { timeout: 2.5 } })
    const old = issuer.mint()
    await outcome(old)
    const outage = issuer.fail('*', faults.refuse())
    issuer.clock.advance(700)
    expect(await outcome(old)).toBe('accepted')
    outage[Symbol.dispose]()
    issuer.keys.rotate({ overlap: false })
    issuer.clock.advance(5 * hour)
    expect(await outcome(old)).toBe('401 unknown-key')
  })
})

describe('an issuer that adds a key', () => {
  it('tokens of a key that the issuer has just added are accepted after one shared fetch', async () => {
    const { issuer, outcome, fetches } = createStage()
    await outcome()
    issuer.clock.advance(100)
    issuer.keys.rotate()
    const tokens = issuer.mintMany(50)
    expect(new Set(await Promise.all(tokens.map(outcome)))).toEqual(new Set(['accepted']))
    expect(fetches()).toBe(2)
  })

  it('a new key under an old kid is found by one fetch after the signature check fails', async () => {
    const { issuer, outcome, fetches } = createStage()
    await outcome()
    issuer.clock.advance(100)
    issuer.keys.rotate({ kid: 'reuse', overlap: false })
    expect(await outcome()).toBe('accepted')
    expect(fetches()).toBe(2)
    expect(await outcome(issuer.bad.tampered())).toBe('401 signature')
    expect(fetches()).toBe(2)
    issuer.clock.advance(30)
    expect(await outcome(issuer.bad.tampered())).toBe('401 signature')
    expect(fetches()).toBe(3)
  })

  it('a key that the issuer adds during a refresh is found by one more fetch', async () => {
    const { issuer, outcome, fetches } = createStage()
    await outcome()
    issuer.clock.advance(550)
    const slow = issuer.fail('jwks', faults.slow(0.05), { times: 1 })
    const before = await outcome()
    issuer.keys.rotate()
    expect([before, await outcome()]).toEqual(['accepted', 'accepted'])
    slow[Symbol.dispose]()
    expect(fetches()).toBeLessThanOrEqual(3)
  })
})

describe('an issuer that removes a key', () => {
  it('T17: a removed key and the cached tokens that it verified are refused after the next successful refresh', async () => {
    const { issuer, outcome } = createStage()
    const old = issuer.mint()
    await outcome(old)
    issuer.keys.rotate({ overlap: false })
    issuer.clock.advance(1)
    expect(await outcome(old)).toBe('accepted')
    expect(await outcome(issuer.mint())).toBe('accepted')
    expect(await outcome(old)).toBe('401 unknown-key')
  })

  it('tokens of a removed key are accepted again once the issuer publishes the key again', async () => {
    const { issuer, outcome } = createStage()
    const [old, kid] = [issuer.mint(), issuer.keys.current.kid]
    await outcome(old)
    issuer.keys.rotate({ overlap: false })
    await outcome(issuer.mint())
    issuer.keys.publish(kid)
    issuer.clock.advance(31)
    expect(await outcome(old)).toBe('accepted')
  })
})

describe('T11: a flood of unknown kids', () => {
  const forged = new WeakMap<TestIssuer, string[]>()
  const flood = ({ issuer, outcome }: ReturnType<typeof createStage>, n = 20) => {
    const tokens = forged.get(issuer) ?? []
    forged.set(issuer, tokens)
    // Signed once: it is the verifier that is tested.
    for (let i = tokens.length; i < n; i++) {
      tokens.push(issuer.mint({}, { key: issuer.keys.attacker(), kid: `s${i}` }))
    }
    return Promise.all(tokens.slice(0, n).map(outcome))
  }

  it('a flood of unknown kids causes one fetch per cooldown and is answered 401, while good tokens are accepted', async () => {
    const stage = createStage({ keys: { maxAge: 86_400 } })
    await stage.outcome()
    stage.issuer.requests.clear()
    const [keysAt, metadataAt]: [number[], number[]] = [[], []]
    for (let second = 0; second < 300; second++) {
      const [outcomes, good] = await Promise.all([flood(stage), stage.outcome()])
      expect(new Set(outcomes)).toEqual(new Set(['401 unknown-key']))
      expect(good).toBe('accepted')
      if (stage.fetches() > keysAt.length) keysAt.push(second)
      if (stage.metadataFetches() > metadataAt.length) metadataAt.push(second)
      expect([stage.fetches(), stage.metadataFetches()]).toEqual([keysAt.length, metadataAt.length])
      stage.issuer.clock.advance(1)
    }
    // One of each in a cooldown at most. After keys that lacked the key, the metadata is read, by
    // turns; which token comes first, and so which is fetched when, is up to the runtime.
    for (const times of [keysAt, metadataAt]) {
      const waits = times.slice(1).map((second, i) => second - (times[i] as number))
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(30)
      expect(times.length).toBeGreaterThanOrEqual(5)
    }
    expect(keysAt.length + metadataAt.length).toBeLessThanOrEqual(12)
  })

  it.each([
    ['refuses connections', faults.refuse()],
    ['answers 500', faults.status(500)],
    ['serves no keys', faults.jwks.empty()],
  ])(
    'a flood of unknown kids is answered 503 with one fetch per cooldown when the issuer %s, while good tokens are accepted',
    async (_, fault) => {
      const stage = createStage({ keys: { maxAge: 86_400 } })
      await stage.outcome()
      stage.issuer.requests.clear()
      stage.issuer.fail('*', fault)
      for (let second = 0; second < 300; second++) {
        expect(new Set(await flood(stage))).toEqual(new Set(['503 keys']))
        expect(await stage.outcome()).toBe('accepted')
        stage.issuer.clock.advance(1)
      }
      expect(stage.issuer.requests.all).toHaveLength(10)
    },
  )

  it('a flood of unknown kids never delays a refresh of the keys that is due', async () => {
    // With this random number the refresh is as late, and the back-off as long, as they can be.
    const random = vi.spyOn(Math, 'random').mockReturnValue(0.999)
    try {
      const stage = createStage()
      await stage.outcome()
      const outage = stage.issuer.fail('*', faults.refuse())
      for (let second = 0; second < 525; second += 5) {
        await flood(stage, 1)
        stage.issuer.clock.advance(5)
      }
      outage[Symbol.dispose]()
      stage.issuer.requests.clear()
      stage.issuer.clock.advance(4)
      await stage.outcome()
      await settled()
      expect(stage.fetches()).toBe(1)
    } finally {
      random.mockRestore()
    }
  })

  it('a token of a new key is accepted within one cooldown during a flood of unknown kids', async () => {
    const stage = createStage()
    await stage.outcome()
    await flood(stage)
    stage.issuer.keys.rotate()
    const rotated = stage.issuer.mint()
    let refusedFor = 0
    while ((await stage.outcome(rotated)) !== 'accepted') {
      await flood(stage)
      stage.issuer.clock.advance(1)
      refusedFor += 1
    }
    expect(refusedFor).toBeLessThanOrEqual(30)
  })

  it('a clock that is set back does not lengthen the cooldown for unknown kids', async () => {
    const stage = createStage({ clockTolerance: 300 })
    await stage.outcome()
    await flood(stage, 1)
    stage.issuer.clock.advance(-250)
    await flood(stage, 1)
    expect(stage.fetches()).toBe(2)
    stage.issuer.clock.advance(30)
    // The next attempt for this kid reads the metadata.
    await flood(stage, 1)
    expect([stage.fetches(), stage.metadataFetches()]).toEqual([2, 2])
    stage.issuer.clock.advance(30)
    await flood(stage, 1)
    expect(stage.fetches()).toBe(3)
  })

  it('tokens with unknown kids share one fetch that hangs, and are answered at its deadline', async () => {
    const stage = createStage({ keys: { timeout: 2.5 } })
    await stage.outcome()
    stage.issuer.fail('jwks', faults.hang())
    expect(new Set(await flood(stage))).toEqual(new Set(['503 keys']))
    expect(await atOnce(flood(stage).then((outcomes) => outcomes[0]))).toBe('503 keys')
    expect(stage.fetches()).toBe(2)
  })

  it('a token with an unknown kid causes no fetch if it fails any other check', async () => {
    const stage = createStage()
    await stage.outcome()
    stage.issuer.requests.clear()
    const key = stage.issuer.keys.attacker()
    const bad = [
      stage.issuer.mint({ aud: 'x' }, { key }),
      stage.issuer.mint({ exp: 1 }, { key }),
      stage.issuer.mint({ sub: undefined }, { key }),
      stage.issuer.mint({ cnf: {} }, { key }),
      stage.issuer.mint({}, { key, header: { typ: 'JWT' } }),
      stage.issuer.mint({}, { key, header: { alg: 'HS256' } }),
      stage.issuer.mint({}, { key, header: { crit: ['x'] } }),
    ]
    for (const token of bad) expect(await stage.outcome(token)).toMatch(/^401/)
    expect(stage.issuer.requests.all).toHaveLength(0)
  })
})

describe('T12: an outage after keys were loaded', () => {
  it('in an outage good tokens are accepted for staleIfError after max age, and then answered 503', async () => {
    const { issuer, outcome, verifier, fetches } = createStage()
    const token = issuer.mint()
    await outcome(token)
    issuer.fail('*', faults.refuse())
    issuer.requests.clear()
    for (let minute = 0; minute < (600 + day) / 60; minute++) {
      expect(await outcome(token)).toBe('accepted')
      issuer.clock.advance(60)
    }
    expect(await outcome(token)).toBe('503 keys')
    expect(verifier.health()[0]).toMatchObject({
      usable: false,
      stale: true,
      lastError: expect.stringMatching(
        /^no connection( \(\w+\))? at https:\/\/issuer\.test\/jwks$/,
      ),
    })
    // There is one request a minute, and each causes one fetch at most.
    expect(fetches()).toBeLessThanOrEqual((600 + day) / 60)
  })

  it('an outage causes one event keys.stale, even with one request an hour', async () => {
    const { issuer, outcome, events } = createStage()
    await outcome()
    issuer.fail('*', faults.refuse())
    for (let n = 0; n < 5; n++) {
      issuer.clock.advance(hour)
      await outcome()
    }
    expect(events.filter(({ type }) => type === 'keys.stale')).toEqual([
      { type: 'keys.stale', issuer: issuer.url, age: hour },
    ])
  })

  it('in an outage tokens are answered 503 right after max age when staleIfError is 0', async () => {
    const { issuer, outcome } = createStage({ keys: { staleIfError: 0 } })
    await outcome()
    issuer.fail('*', faults.refuse())
    issuer.clock.advance(599)
    expect(await outcome()).toBe('accepted')
    await settled()
    issuer.clock.advance(1)
    expect(await outcome()).toBe('503 keys')
  })

  it('fetches back off in an outage, and the back-off starts again at one second after a success', async () => {
    const { issuer, outcome, fetches, events } = createStage()
    await outcome()
    const token = issuer.mint()
    const outage = issuer.fail('jwks', faults.status(500))
    issuer.requests.clear()
    for (let second = 0; second < 2 * hour; second++) {
      expect(await outcome(token)).toBe('accepted')
      issuer.clock.advance(1)
    }
    expect(fetches()).toBeLessThan(400)
    const waits = events.flatMap((event) =>
      event.type === 'keys.refresh-failed' ? [event.retryAfter] : [],
    )
    expect(Math.max(...waits)).toBeLessThanOrEqual(60)
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(1)
    expect(waits[0]).toBe(1)
    // The attempt that is under way fails by the outage, and no other attempt starts beside it.
    await settled()
    outage[Symbol.dispose]()
    issuer.clock.advance(60)
    events.length = 0
    await outcome()
    await vi.waitFor(() => expect(events.map(({ type }) => type)).toContain('keys.refreshed'))
    issuer.fail('jwks', faults.status(500))
    issuer.clock.advance(590)
    await outcome()
    await vi.waitFor(() => expect(events.map(({ type }) => type)).toContain('keys.refresh-failed'))
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'keys.refresh-failed',
        error: 'status 500 at https://issuer.test/jwks',
        retryAfter: 1,
      }),
    )
  })

  it.each([
    ['of 200 seconds, no keys are fetched for 200 seconds', () => '200', 200],
    ['of a day, no keys are fetched for 300 seconds', () => '86400', 300],
    [
      'with a date, no keys are fetched until that date',
      (now: number) => new Date(now + 120_000).toUTCString(),
      119,
    ],
  ])('after a Retry-After %s', async (_, value, quiet) => {
    const { issuer, outcome, fetches } = createStage()
    await outcome()
    issuer.clock.advance(590)
    const headers = { 'retry-after': value(issuer.now()) }
    issuer.fail('jwks', faults.status(429, { headers }))
    issuer.requests.clear()
    await outcome()
    await settled()
    const unknown = issuer.mint({}, { key: issuer.keys.attacker(), kid: 'attacker' })
    issuer.clock.advance(quiet - 1)
    expect([await outcome(), await outcome(unknown)]).toEqual(['accepted', '503 keys'])
    await settled()
    expect(fetches()).toBe(1)
    issuer.clock.advance(2)
    await outcome()
    await settled()
    expect(fetches()).toBe(2)
  })
})

describe('T12: an issuer whose answer is no key set', () => {
  const keySet = (...keys: object[]) => faults.body(JSON.stringify({ keys }))
  const answers = {
    'an empty set': faults.jwks.empty(),
    'an object instead of an array': faults.jwks.notAnArray(),
    'only symmetric keys': keySet({ kty: 'oct', k: 'c2VjcmV0', kid: 'a' }),
    'only encryption keys': faults.jwks.encOnly(),
    'only keys of unknown types': keySet({ kty: 'AKP', kid: 'a' }, { kid: 'b' }),
    'too many keys': faults.jwks.many(101),
    HTML: faults.body('<html>'),
    'an empty body': faults.body(''),
    null: faults.body('null'),
    'half of its key set': faults.truncate(),
    '100 MB': faults.huge(100 * 1024 * 1024),
    'a gzip bomb': faults.gzipBomb(1024 * 1024 * 1024),
    'a redirect': faults.redirect('https://elsewhere.test/jwks'),
    'no content (status 204)': faults.status(204),
    'a connection reset': faults.reset(10),
  }

  it.each(Object.entries(answers))(
    'the old keys stay in use when the issuer answers with %s',
    async (_, fault) => {
      const { issuer, outcome, verifier } = createStage()
      const token = issuer.mint()
      await outcome(token)
      issuer.fail('jwks', fault)
      issuer.clock.advance(601)
      expect(await outcome(token)).toBe('accepted')
      expect(verifier.health()[0]).toMatchObject({
        usable: true,
        stale: true,
        keys: 1,
        lastError: expect.any(String),
      })
    },
  )

  it.each(Object.entries(answers))(
    'a token is answered 503 when the first answer of the issuer is %s',
    async (_, fault) => {
      const { issuer, outcome } = createStage()
      issuer.fail('jwks', fault)
      expect(await outcome()).toBe('503 keys')
    },
  )

  it('T3: each unusable entry beside good keys is ignored and causes an event', async () => {
    const { issuer, outcome, events } = createStage()
    const good = issuer.keys.current.publicJwk
    const keys = [
      1,
      null,
      { kty: 'oct', k: 'c2VjcmV0', kid: 'secret' },
      { ...good, kid: 'enc', use: 'enc' },
      { ...good, kid: 'private', d: 'AA' },
      { ...good, kid: 'off the curve', x: good.y as string },
      { kty: 'RSA', kid: 'forgeable', n: 'u'.repeat(342), e: 'AQ' },
      { ...good, kid: 'k'.repeat(300) },
      { ...good, kid: 5 },
      good,
    ]
    issuer.fail('jwks', faults.body(JSON.stringify({ keys })))
    expect(await outcome()).toBe('accepted')
    const ignored = events.flatMap((event) => (event.type === 'keys.ignored' ? [event.why] : []))
    expect(ignored).toHaveLength(9)
    expect(events.find((event) => event.type === 'keys.refreshed')).toMatchObject({ keys: 1 })
  })

  it('of several keys with the same kid only the first two are tried', async () => {
    const { issuer, outcome } = createStage({ keys: { maxAge: 60 } })
    const { kid, publicJwk: good } = issuer.keys.current
    const other = () => ({ ...createTestIssuer().keys.current.publicJwk, kid })
    const serve = (...keys: object[]) => issuer.fail('jwks', faults.body(JSON.stringify({ keys })))
    serve(other(), good)
    expect(await outcome()).toBe('accepted')
    serve(other(), other(), good)
    issuer.clock.advance(61)
    expect(await outcome()).toBe('401 signature')
  })

  it('T3: a key whose modulus has the ROCA weakness (CVE-2017-15361) is not used', async () => {
    // A modulus has the ROCA weakness if it is a power of 65537 modulo each of these primes. This
    // one equals 65537 modulo all of them.
    const small = [
      3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
      101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
    ]
    const product = small.reduce((all, prime) => all * BigInt(prime), 1n)
    // An even multiple, so that the modulus is odd: an even one is refused for that.
    const even = 2n * (2n ** 2046n / product + 1n)
    const modulus = product * even + 65_537n
    const n = Buffer.from(modulus.toString(16), 'hex').toString('base64url')
    const { issuer, outcome, events } = createStage()
    issuer.fail(
      'jwks',
      faults.body(JSON.stringify({ keys: [{ kty: 'RSA', kid: 'roca', n, e: 'AQAB' }] })),
    )
    expect(await outcome()).toBe('503 keys')
    expect(events).toContainEqual(
      expect.objectContaining({ kid: 'roca', why: 'modulus has the ROCA weakness' }),
    )
  })
})

describe('the metadata of an issuer', () => {
  it('the metadata is fetched again when the keys are no longer at the place that it named', async () => {
    const { issuer } = createStage()
    let moved = false
    const fetch: typeof globalThis.fetch = async (url, init) => {
      const at = String(url)
      if (moved && at === `${issuer.url}/jwks`) return new Response(null, { status: 404 })
      if (at === `${issuer.url}/new-jwks`) return Response.json(issuer.jwks)
      const answer = await issuer.fetch(url, init)
      if (!moved || !at.endsWith('openid-configuration')) return answer
      return Response.json({ ...issuer.metadata, jwks_uri: `${issuer.url}/new-jwks` })
    }
    const stage = createStage({ fetch, issuer: issuer.url, now: issuer.now })
    await stage.verifier.verify(issuer.mint())
    issuer.clock.advance(601)
    moved = true
    issuer.keys.rotate({ overlap: false })
    await stage.verifier.verify(issuer.mint())
    expect(issuer.requests.count('openid-configuration')).toBe(2)
    expect(stage.events.map(({ type }) => type)).toContain('metadata.moved')
  })

  it('the metadata is fetched again while no keys were ever loaded, so that a corrected document is used', async () => {
    const { issuer, outcome } = createStage()
    const wrong = issuer.fail(
      'openid-configuration',
      faults.metadata.foreignJwksUri('https://nowhere.test/jwks'),
    )
    expect(await outcome()).toBe('503 keys')
    wrong[Symbol.dispose]()
    issuer.clock.advance(1)
    expect(await outcome()).toBe('accepted')
  })

  it('the metadata is not fetched again at every request while the keys are missing', async () => {
    const { issuer, outcome, metadataFetches } = createStage()
    await outcome()
    issuer.fail('jwks', faults.status(404))
    issuer.clock.advance(601)
    issuer.requests.clear()
    for (let second = 0; second < 120; second++) {
      expect(await outcome()).toBe('accepted')
      issuer.clock.advance(1)
    }
    expect(metadataFetches()).toBeLessThanOrEqual(4)
    expect(metadataFetches()).toBeGreaterThan(0)
  })

  it('the metadata is not fetched before its Retry-After has passed, though the keys are missing', async () => {
    const { issuer, outcome, metadataFetches } = createStage()
    await outcome()
    issuer.fail('jwks', faults.status(404))
    issuer.fail('openid-configuration', faults.status(429, { headers: { 'retry-after': '300' } }))
    issuer.clock.advance(601)
    issuer.requests.clear()
    for (let second = 0; second < 290; second++) {
      await outcome(issuer.mint({}, { key: issuer.keys.attacker(), kid: `s${second}` }))
      issuer.clock.advance(1)
    }
    expect(metadataFetches()).toBe(1)
  })

  it('the metadata is fetched again after an hour', async () => {
    const { issuer, outcome, metadataFetches } = createStage()
    // It is fetched together with the keys, which are refreshed every nine minutes at the latest.
    for (let minute = 0; minute < 65; minute++) {
      await outcome()
      await settled()
      issuer.clock.advance(60)
    }
    expect(metadataFetches()).toBe(2)
  })

  it('T4: metadata that names another issuer is refused, on the first fetch and later', async () => {
    const cold = createStage()
    cold.issuer.fail('openid-configuration', faults.metadata.wrongIssuer())
    expect(await cold.outcome()).toBe('503 keys')
    const wrong = `metadata names another issuer, 'https://wrong-issuer.test' at ${cold.issuer.url}/.well-known/openid-configuration`
    expect(cold.verifier.health()[0]?.lastError).toBe(wrong)
    expect(cold.fetches()).toBe(0)

    const warm = createStage()
    await warm.outcome()
    warm.issuer.fail('openid-configuration', faults.metadata.wrongIssuer())
    warm.issuer.clock.advance(3601)
    expect(await warm.outcome()).toBe('accepted')
    expect(warm.events).toContainEqual(
      expect.objectContaining({
        type: 'metadata.refresh-failed',
        error: wrong,
      }),
    )
  })

  it.each([
    ['is missing', faults.metadata.missingJwksUri(), 'no jwks_uri in the metadata'],
    ['has http', faults.metadata.insecureJwksUri(), 'unusable jwks_uri: it must be an https URL,'],
    [
      'has a password',
      faults.metadata.foreignJwksUri('https://a:b@keys.test/jwks'),
      'unusable jwks_uri: it must hold no user name or password,',
    ],
    [
      'has a private IPv4 address',
      faults.metadata.foreignJwksUri('https://169.254.169.254/jwks'),
      "jwks_uri at a private address (if it is right, state it as 'jwksUri')",
    ],
    [
      'has a private IPv6 address',
      faults.metadata.foreignJwksUri('https://[fd00::1]/jwks'),
      "jwks_uri at a private address (if it is right, state it as 'jwksUri')",
    ],
    [
      'has a name that stands for the local machine',
      faults.metadata.foreignJwksUri('https://a.localhost./jwks'),
      "jwks_uri at a private address (if it is right, state it as 'jwksUri')",
    ],
    [
      'has a private address in NAT64 form',
      faults.metadata.foreignJwksUri('https://[64:ff9b::a00:1]/jwks'),
      "jwks_uri at a private address (if it is right, state it as 'jwksUri')",
    ],
    [
      'has a multicast address',
      faults.metadata.foreignJwksUri('https://[ff02::1]/jwks'),
      "jwks_uri at a private address (if it is right, state it as 'jwksUri')",
    ],
    [
      'has an address for benchmarks (RFC 2544)',
      faults.metadata.foreignJwksUri('https://198.18.0.1/jwks'),
      "jwks_uri at a private address (if it is right, state it as 'jwksUri')",
    ],
    [
      'has a private address as a hexadecimal number',
      faults.metadata.foreignJwksUri('https://0x7f000001/jwks'),
      "jwks_uri at a private address (if it is right, state it as 'jwksUri')",
    ],
  ])(
    'T13: metadata is refused, and no key is fetched, if its jwks_uri %s',
    async (_, fault, lastError) => {
      const { issuer, outcome, verifier, fetches } = createStage()
      issuer.fail('openid-configuration', fault)
      expect(await outcome()).toBe('503 keys')
      const location = `${issuer.url}/.well-known/openid-configuration`
      expect(verifier.health()[0]?.lastError).toBe(`${lastError} at ${location}`)
      expect(fetches()).toBe(0)
    },
  )
})

describe('the discovery of metadata', () => {
  const places = async (
    url: string,
    answering: string,
    options: object = {},
  ): Promise<string[]> => {
    const issuer = createTestIssuer({ url })
    const asked: string[] = []
    const fetch: typeof globalThis.fetch = async (input) => {
      const at = String(input)
      if (at === `${url}/jwks`) return Response.json(issuer.jwks)
      asked.push(at)
      return at === answering
        ? Response.json({ issuer: url, jwks_uri: `${url}/jwks` })
        : new Response(null, { status: 404 })
    }
    const { verifier } = createStage({ ...issuer.trust(), fetch, ...options })
    await verifier.verify(issuer.mint()).catch(() => {})
    return asked
  }
  const oidc = 'https://i.test/t/1/.well-known/openid-configuration'
  const oauth = 'https://i.test/.well-known/oauth-authorization-server/t/1'
  const inserted = 'https://i.test/.well-known/openid-configuration/t/1'

  it('discovery asks the place of OpenID Connect first, then that of RFC 8414, then the inserted OpenID Connect path', async () => {
    expect(await places('https://i.test/t/1', oidc)).toEqual([oidc])
    expect(await places('https://i.test/t/1', oauth)).toEqual([oidc, oauth])
    expect(await places('https://i.test/t/1', inserted)).toEqual([oidc, oauth, inserted])
    expect(await places('https://i.test/t/1', 'nowhere')).toEqual([oidc, oauth, inserted])
  })

  it('discovery asks two places if the issuer has no path', async () => {
    expect(await places('https://i.test', 'nowhere')).toEqual([
      'https://i.test/.well-known/openid-configuration',
      'https://i.test/.well-known/oauth-authorization-server',
    ])
  })

  it('discovery asks only the metadataUrl if that option is given', async () => {
    const issuer = { issuer: 'https://i.test', metadataUrl: 'https://m.test/meta?x=1' }
    expect(await places('https://i.test', 'nowhere', { issuer })).toEqual([
      'https://m.test/meta?x=1',
    ])
  })

  it.each([408, 429, 500, 503])(
    'discovery asks no other place after an answer with status %d',
    async (status) => {
      const { issuer, outcome } = createStage()
      issuer.fail('openid-configuration', faults.status(status))
      expect(await outcome()).toBe('503 keys')
      expect(issuer.requests.all).toHaveLength(1)
    },
  )

  it.each([
    ['a redirect', faults.redirect('https://login.test/')],
    ['HTML', faults.body('<html>')],
    ['JSON that is no object', faults.body('[]')],
    ['a document without an issuer', faults.body('{"jwks_uri":"https://issuer.test/jwks"}')],
    ['404', faults.status(404)],
    ['a page that is larger than keys.maxBytes', faults.huge(1024 * 1024)],
  ])('discovery asks the next place after %s', async (_, fault) => {
    const { issuer, outcome } = createStage()
    issuer.fail('openid-configuration', fault)
    expect(await outcome()).toBe('accepted')
    expect(issuer.requests.count('oauth-authorization-server')).toBe(1)
  })

  it('a failed discovery tells the answers of all places, without the values of a query', async () => {
    const { issuer, outcome, verifier } = createStage()
    issuer.fail('openid-configuration', faults.status(403))
    issuer.fail('oauth-authorization-server', faults.status(404))
    expect(await outcome()).toBe('503 keys')
    const wellKnown = `${issuer.url}/.well-known`
    expect(verifier.health()[0]?.lastError).toBe(
      `status 403 at ${wellKnown}/openid-configuration; status 404 at ${wellKnown}/oauth-authorization-server`,
    )
    const secret = createStage({
      audience: issuer.audience,
      issuer: { issuer: issuer.url, jwksUri: `${issuer.url}/keys?p=1&token=hunter2` },
      fetch: issuer.fetch,
      now: issuer.now,
    })
    await expect(secret.verifier.verify(issuer.mint())).rejects.toMatchObject({ status: 503 })
    expect(secret.verifier.health()[0]?.lastError).toBe(
      `status 404 at ${issuer.url}/keys?p=...&token=...`,
    )
  })

  it('discovery begins with the place that answered last time', async () => {
    const { issuer, outcome } = createStage()
    issuer.fail('openid-configuration', faults.status(404))
    expect(await outcome()).toBe('accepted')
    issuer.clock.advance(3601)
    issuer.requests.clear()
    expect(await outcome()).toBe('accepted')
    expect(issuer.requests.count('openid-configuration')).toBe(0)
    expect(issuer.requests.count('oauth-authorization-server')).toBe(1)
  })

  it('no metadata is fetched if the option jwksUri is given', async () => {
    const issuer = createTestIssuer()
    const { verifier } = createStage({
      ...issuer.trust(),
      issuer: { issuer: issuer.url, jwksUri: `${issuer.url}/jwks` },
    })
    await verifier.verify(issuer.mint())
    expect(issuer.requests.all).toHaveLength(1)
  })
})

describe('ready(), health() and close()', () => {
  it('ready() loads every issuer, and its error names the issuers that could not be loaded', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) =>
      createTestIssuer({ url: `https://${name}.test` }),
    ) as [
      ReturnType<typeof createTestIssuer>,
      ReturnType<typeof createTestIssuer>,
      ReturnType<typeof createTestIssuer>,
    ]
    const fetch: typeof globalThis.fetch = (url, init) =>
      ([a, b, c].find((one) => String(url).startsWith(one.url)) ?? a).fetch(url, init)
    const { verifier } = createStage({ issuer: [a.url, b.url, c.url], fetch, now: Date.now })
    b.fail('*', faults.refuse())
    await expect(verifier.ready()).rejects.toMatchObject({
      name: 'UnavailableError',
      status: 503,
      issuers: [b.url],
    })
    expect(await verifier.verify(c.mint())).toMatchObject({ issuer: c.url })
    expect(verifier.health().map(({ usable }) => usable)).toEqual([true, false, true])
    for (const one of [a, c]) expect(one.requests.count()).toBe(2)
  })

  it('ready() does not wait for a refresh while keys are usable', async () => {
    const { issuer, verifier, outcome } = createStage()
    await verifier.ready()
    issuer.fail('*', faults.hang())
    issuer.clock.advance(590)
    await outcome()
    expect(await atOnce(verifier.ready())).toBeUndefined()
  })

  it('ready() resolves when the keys are stale but usable', async () => {
    const { issuer, verifier } = createStage()
    await verifier.ready()
    issuer.fail('*', faults.refuse())
    issuer.clock.advance(hour)
    await verifier.ready()
    expect(verifier.health()[0]).toMatchObject({ usable: true, stale: true })
  })

  it('health() gives the age of the keys and the time of the next refresh in seconds', async () => {
    const { issuer, verifier } = createStage()
    expect(verifier.health()).toEqual([])
    await verifier.ready()
    issuer.clock.advance(100)
    const [health] = verifier.health()
    expect(health).toMatchObject({ usable: true, stale: false, keys: 1, age: 100 })
    expect(health?.nextRefresh).toBeGreaterThanOrEqual(332)
    expect(health?.nextRefresh).toBeLessThanOrEqual(428)
  })

  it('close() aborts fetches and starts no more, while loaded keys verify tokens until they are too old', async () => {
    const { issuer, verifier, outcome } = createStage()
    await outcome()
    verifier.close()
    issuer.requests.clear()
    issuer.clock.advance(600 + day - 1)
    expect(await outcome()).toBe('accepted')
    expect(await outcome(issuer.mint({}, { key: issuer.keys.attacker() }))).toBe('401 unknown-key')
    issuer.clock.advance(1)
    expect(await outcome()).toBe('503 keys')
    expect(issuer.requests.all).toHaveLength(0)

    const cold = createStage()
    cold.issuer.fail('*', faults.hang())
    const waiting = cold.outcome()
    await settled()
    cold.verifier.close()
    expect(await atOnce(waiting)).toBe('503 keys')
  })

  it('close() in the middle of an attempt stops it before its next fetch', async () => {
    const { issuer, verifier, outcome, fetches } = createStage()
    await outcome()
    issuer.fail('openid-configuration', faults.hang())
    issuer.clock.advance(3601)
    const waiting = outcome()
    await settled()
    verifier.close()
    expect(await waiting).toBe('accepted')
    await settled()
    expect(fetches()).toBe(1)
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('clock')
      },
    ],
    ['gives NaN', () => Number.NaN],
  ])('a clock that %s during a background refresh does not end the process', async (_, broken) => {
    let now = Date.now
    const { issuer, verifier } = createStage()
    issuer.clock.reset()
    const by = createStage({ ...issuer.trust(), now: () => now() })
    await by.verifier.ready()
    issuer.fail('*', faults.slow(0.01))
    const later = Date.now() + 590_000
    now = () => later
    await by.outcome(issuer.mint({ exp: Math.floor(later / 1000) + 60 }))
    now = broken as never
    await new Promise((resolve) => setTimeout(resolve, 50))
    now = () => later
    expect(by.verifier.health()[0]).toMatchObject({ usable: true })
    verifier.close()
  })

  it('a clock that is set back does not make keys last longer', async () => {
    const { issuer, outcome, fetches } = createStage({ clockTolerance: 300 })
    await outcome()
    issuer.clock.advance(-200)
    expect(await outcome()).toBe('accepted')
    issuer.clock.advance(600)
    expect(await outcome()).toBe('accepted')
    expect(fetches()).toBe(2)
  })
})

it('T12: an issuer that hangs does not delay the tokens of another issuer', async () => {
  const [a, b] = [
    createTestIssuer({ url: 'https://a.test' }),
    createTestIssuer({ url: 'https://b.test' }),
  ]
  const fetch: typeof globalThis.fetch = (url, init) =>
    (String(url).startsWith(a.url) ? a : b).fetch(url, init)
  const { verifier } = createStage({ issuer: [a.url, b.url], fetch, now: Date.now })
  a.fail('*', faults.hang())
  const stuck = verifier.verify(a.mint())
  stuck.catch(() => {})
  expect(await atOnce(verifier.verify(b.mint()))).toMatchObject({ issuer: b.url })
  verifier.close()
  await expect(stuck).rejects.toMatchObject({ reason: 'keys' })
})
