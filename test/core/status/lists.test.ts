import { deflateSync } from 'node:zlib'
import type { AuthEvent, IssuerOptions, VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import type { Claims, TestIssuer } from 'tollgate/testing'
import { createTestIssuer, faults } from 'tollgate/testing'
import { describe, expect, test } from 'vitest'

function createStage({
  statusList = true,
  ...overrides
}: Partial<VerifierOptions> & Pick<IssuerOptions, 'statusList'> = {}) {
  const issuer = createTestIssuer({ now: () => 1_800_000_000_000, expiresIn: 1_000_000 })
  const events: AuthEvent[] = []
  const verifier = createVerifier({
    ...issuer.trust(),
    issuer: { issuer: issuer.url, statusList },
    // The keys outlast every test, so that the fetches of lists are the only ones.
    keys: { maxAge: 86_400 },
    onEvent: (event) => void events.push(event),
    ...overrides,
  })
  const fetches = (): number => issuer.requests.count('status-list')
  const reasonOf = async (token: string): Promise<string> => {
    try {
      await verifier.verify(token)
      return 'accepted'
    } catch (error) {
      const { status, reason } = error as { status?: number; reason?: string }
      if (status === undefined) throw error
      return `${status} ${reason}`
    }
  }
  return { issuer, verifier, events, fetches, reasonOf }
}

function claimOf(status_list: unknown): Claims {
  return { status: { status_list } }
}

describe('the status of a token', () => {
  test.each([
    [0, 'accepted'],
    [1, '401 revoked'],
    [2, '401 status'],
    [3, '401 status'],
  ])('%d: %s, whether the token is cached or not', async (status, expected) => {
    const { issuer, reasonOf } = createStage()
    const list = issuer.statusList({ bits: 2 })
    const cached = issuer.mint(list.claim(5))
    expect(await reasonOf(cached)).toBe('accepted')
    list.set(5, status)
    issuer.clock.advance(601)
    expect(await reasonOf(cached)).toBe(expected)
    expect(await reasonOf(issuer.mint(list.claim(5)))).toBe(expected)
    expect(await reasonOf(issuer.mint(list.claim(4)))).toBe('accepted')
  })

  test('is asked again where the token cache is off', async () => {
    const { issuer, reasonOf } = createStage({ tokenCache: false })
    const list = issuer.statusList()
    const token = issuer.mint(list.claim())
    expect(await reasonOf(token)).toBe('accepted')
    list.revoke()
    issuer.clock.advance(601)
    expect(await reasonOf(token)).toBe('401 revoked')
  })

  test('beyond the end of the list is refused', async () => {
    const { issuer, reasonOf } = createStage()
    const list = issuer.statusList({ size: 8 })
    expect(await reasonOf(issuer.mint(list.claim(7)))).toBe('accepted')
    expect(await reasonOf(issuer.mint(list.claim(8)))).toBe('401 status')
  })

  test('is valid again once the list says so', async () => {
    const { issuer, reasonOf } = createStage()
    const list = issuer.statusList({ bits: 2, ttl: 60 })
    const token = issuer.mint(list.claim())
    list.set(0, 2)
    expect(await reasonOf(token)).toBe('401 status')
    list.set(0, 0)
    issuer.clock.advance(61)
    expect(await reasonOf(token)).toBe('accepted')
  })
})

test('a token without status passes, and nothing is fetched for it', async () => {
  const { issuer, reasonOf, fetches } = createStage()
  expect(await reasonOf(issuer.mint())).toBe('accepted')
  expect(fetches()).toBe(0)
})

test('where the option is not set, no list is asked', async () => {
  const { issuer, reasonOf, fetches } = createStage({ statusList: false })
  const list = issuer.statusList()
  list.revoke()
  expect(await reasonOf(issuer.mint(list.claim()))).toBe('accepted')
  expect(fetches()).toBe(0)
})

describe('T22: a reference', () => {
  const uri = 'https://issuer.test/statuslists/1'
  test.each<[string, Claims]>([
    ['without a list', { status: {} }],
    ['that is null', { status: null }],
    ['that is a text', { status: 'valid' }],
    ['without an index', claimOf({ uri })],
    ['with an index below 0', claimOf({ idx: -1, uri })],
    ['with an index that is no whole number', claimOf({ idx: 0.5, uri })],
    ['with an index that is too large', claimOf({ idx: 2 ** 53, uri })],
    ['with an index as text', claimOf({ idx: '0', uri })],
    ['without a uri', claimOf({ idx: 0 })],
    ['with a relative uri', claimOf({ idx: 0, uri: '/statuslists/1' })],
    ['by http', claimOf({ idx: 0, uri: 'http://issuer.test/statuslists/1' })],
    ['with a password', claimOf({ idx: 0, uri: 'https://a:b@issuer.test/statuslists/1' })],
    ['at another host', claimOf({ idx: 0, uri: 'https://evil.test/statuslists/1' })],
    ['at another port', claimOf({ idx: 0, uri: 'https://issuer.test:8443/statuslists/1' })],
    ['at a host that begins so', claimOf({ idx: 0, uri: 'https://issuer.test.evil.test/1' })],
    ['at a private address', claimOf({ idx: 0, uri: 'https://169.254.169.254/latest' })],
    ['that is too long', claimOf({ idx: 0, uri: `${uri}?${'x'.repeat(2048)}` })],
  ])('%s is refused, and nothing at all is fetched', async (_, claims) => {
    const { issuer, reasonOf } = createStage()
    issuer.statusList()
    expect(await reasonOf(issuer.mint(claims))).toBe('401 status')
    expect(issuer.requests.count()).toBe(0)
  })

  test('to a list at an origin that is listed is followed there, and nowhere else', async () => {
    const issuer = createTestIssuer()
    const other = createTestIssuer({ url: 'https://status.test' })
    const asked: string[] = []
    const verifier = createVerifier({
      ...issuer.trust(),
      issuer: {
        issuer: issuer.url,
        statusList: ['https://status.test'],
        fetch: (url, init) => {
          asked.push(url)
          return (url.startsWith('https://status.test/') ? other : issuer).fetch(url, init)
        },
      },
    })
    const list = other.statusList()
    // It is the issuer that signs, wherever its list is.
    await expect(verifier.verify(issuer.mint(list.claim()))).rejects.toMatchObject({ status: 503 })
    expect(asked).toContain(list.uri)
    const own = issuer.statusList()
    const refused = expect(verifier.verify(issuer.mint(own.claim()))).rejects
    await refused.toMatchObject({ reason: 'status' })
    expect(asked).not.toContain(own.uri)
  })
})

test('T22: a list is fetched only after the signature of the token was found right', async () => {
  const { issuer, reasonOf, fetches } = createStage()
  const list = issuer.statusList()
  for (const bad of [
    issuer.bad.tampered(list.claim()),
    issuer.bad.wrongKey(list.claim()),
    issuer.bad.expired(list.claim()),
    issuer.bad.wrongAudience(list.claim()),
    issuer.bad.unsigned(list.claim()),
  ]) {
    expect(await reasonOf(bad)).toMatch(/^401/)
  }
  expect(fetches()).toBe(0)
})

describe('T22: a list that is not what it must be refuses its tokens with 503, and says why', () => {
  const make = (lst: Uint8Array): Claims => ({
    status_list: { bits: 1, lst: deflateSync(lst).toString('base64url') },
  })
  test.each<[string, Parameters<ReturnType<TestIssuer['statusList']>['replace']>, RegExp]>([
    ['another typ', [{}, { header: { typ: 'JWT' } }], /token-type/],
    ['no typ', [{}, { header: { typ: undefined } }], /token-type/],
    ['another sub', [{ sub: 'https://issuer.test/statuslists/2' }], /'sub' is not its uri/],
    ['no sub', [{ sub: undefined }], /'sub' is not its uri/],
    ['another iss', [{ iss: 'https://other.test' }], /another issuer/],
    ['no iat', [{ iat: undefined }], /'iat'/],
    ['an iat in the future', [{}, { age: -60 }], /in the future/],
    ['an exp that has passed', [{}, { age: 100, expiresIn: 50 }], /expired/],
    ['an exp that is no number', [{ exp: 'never' } as never], /'exp'/],
    ['a ttl of 0', [{ ttl: 0 }], /'ttl'/],
    ['a ttl that is no number', [{ ttl: '60' }], /'ttl'/],
    ['no list', [{ status_list: undefined }], /bits/],
    ['a bomb', [make(new Uint8Array(50_000_000))], /too large/],
    ['the key of an attacker', [{}, { key: 'attacker', kid: 'x' }], /unknown-key|signature/],
    ['crit', [{}, { header: { crit: ['exp'] } }], /critical-header/],
    ['no claims', [{}, { raw: '[]' }], /malformed/],
  ])('%s', async (_, replacement, why) => {
    const { issuer, reasonOf, events } = createStage()
    const list = issuer.statusList()
    list.replace(...replacement)
    expect(await reasonOf(issuer.mint(list.claim()))).toBe('503 revocation')
    const failed = events.find(({ type }) => type === 'status-list.refresh-failed')
    expect((failed as { error: string }).error).toMatch(why)
    expect((failed as { error: string }).error).toMatch(
      / at https:\/\/issuer\.test\/statuslists\/1$/,
    )
    const refused = events.findLast(({ type }) => type === 'token.refused')
    expect((refused as { hint: string }).hint).toMatch(why)
    expect(events.map(({ type }) => type)).toContain('status-list.unavailable')
  })

  test('an ID token or an access token of the same issuer is no list', async () => {
    const { issuer, reasonOf } = createStage()
    const list = issuer.statusList()
    for (const text of [issuer.mint({ sub: list.uri }), issuer.bad.idToken({ sub: list.uri })]) {
      using _ = issuer.fail('status-list', faults.body(text, 'application/statuslist+jwt'))
      expect(await reasonOf(issuer.mint(list.claim()))).toBe('503 revocation')
      issuer.clock.advance(120)
    }
  })

  test('more than 1 MiB is not read', async () => {
    const { issuer, reasonOf, events } = createStage()
    const list = issuer.statusList()
    issuer.fail('status-list', faults.huge(1_048_577))
    expect(await reasonOf(issuer.mint(list.claim()))).toBe('503 revocation')
    const failed = events.find(({ type }) => type === 'status-list.refresh-failed')
    expect((failed as { error: string }).error).toMatch(/too large/)
  })
})

describe('promises, by a clock that the test moves, in fetches that are counted', () => {
  test('1,000 requests at once, with tokens of one list: one fetch', async () => {
    const { issuer, reasonOf, fetches } = createStage()
    const list = issuer.statusList()
    const tokens = issuer.mintMany(50, (i) => ({ ...list.claim(i) }))
    const all = Array.from({ length: 1000 }, (_, i) => reasonOf(tokens[i % 50] as string))
    expect(new Set(await Promise.all(all))).toEqual(new Set(['accepted']))
    expect(fetches()).toBe(1)
  })

  test.each([
    ['its ttl', { ttl: 3600 }, 3600],
    ['60 seconds where its ttl is shorter', { ttl: 1 }, 60],
    ['a day where its ttl is longer', { ttl: 1_000_000 }, 86_400],
    ['600 seconds where it says nothing', {}, 600],
  ])('a list is kept for %s', async (_, options, seconds) => {
    const { issuer, reasonOf, fetches } = createStage()
    const list = issuer.statusList(options)
    const token = issuer.mint(list.claim())
    expect(await reasonOf(token)).toBe('accepted')
    issuer.clock.advance(seconds * 0.7)
    expect(await reasonOf(token)).toBe('accepted')
    expect(fetches()).toBe(1)
    list.revoke()
    issuer.clock.advance(seconds * 0.3)
    expect(await reasonOf(token)).toBe('401 revoked')
    expect(fetches()).toBe(2)
  })

  test('a list in use is fetched anew in the background from 80 % of its time on, and no request waits', async () => {
    const { issuer, reasonOf, fetches } = createStage()
    const list = issuer.statusList({ ttl: 1000 })
    const token = issuer.mint(list.claim())
    await reasonOf(token)
    list.revoke()
    issuer.clock.advance(890)
    issuer.fail('status-list', faults.hang(), { times: 1 })
    expect(await reasonOf(token)).toBe('accepted')
    expect(fetches()).toBe(2)
  })

  test('Cache-Control counts where the list has no ttl', async () => {
    const { issuer, reasonOf, fetches } = createStage()
    const list = issuer.statusList()
    const token = issuer.mint(list.claim())
    const jwt = await (await issuer.fetch(list.uri)).text()
    issuer.requests.clear()
    const headers = { 'cache-control': 'max-age=120' }
    using _ = issuer.fail('status-list', faults.status(200, { body: jwt, headers }))
    await reasonOf(token)
    issuer.clock.advance(80)
    await reasonOf(token)
    expect(fetches()).toBe(1)
    issuer.clock.advance(41)
    await reasonOf(token)
    expect(fetches()).toBe(2)
  })

  test('past its exp a list is not used, however long its ttl', async () => {
    const { issuer, reasonOf, fetches } = createStage()
    const list = issuer.statusList({ ttl: 3600, expiresIn: 100 })
    const token = issuer.mint(list.claim())
    await reasonOf(token)
    list.revoke()
    issuer.clock.advance(109)
    expect(await reasonOf(token)).toBe('accepted')
    issuer.clock.advance(1)
    expect(await reasonOf(token)).toBe('401 revoked')
    expect(fetches()).toBe(2)
  })

  test('while a list cannot be had, the one that is kept serves for its time and no longer; then 503, held back and not queued; it recovers by itself', async () => {
    const { issuer, verifier, reasonOf, fetches } = createStage()
    const list = issuer.statusList({ ttl: 600 })
    const token = issuer.mint(list.claim())
    await reasonOf(token)
    const outage = issuer.fail('status-list', faults.status(503))
    issuer.clock.advance(599)
    expect(await reasonOf(token)).toBe('accepted')
    issuer.clock.advance(2)
    expect(await reasonOf(token)).toBe('503 revocation')
    const before = fetches()
    for (let i = 0; i < 100; i++) {
      const error = await verifier.verify(token).catch((one) => one)
      expect(error).toMatchObject({ status: 503, reason: 'revocation' })
      expect(error.retryAfter).toBeGreaterThanOrEqual(1)
    }
    expect(fetches()).toBe(before)
    // Tokens that name no list, or another one, are not affected.
    expect(await reasonOf(issuer.mint())).toBe('accepted')
    outage[Symbol.dispose]()
    expect(await reasonOf(issuer.mint(issuer.statusList().claim()))).toBe('accepted')
    issuer.clock.advance(61)
    expect(await reasonOf(token)).toBe('accepted')
  })

  test('an outage of an hour under load costs at most 75 fetches', async () => {
    const { issuer, reasonOf, fetches } = createStage()
    const list = issuer.statusList()
    const token = issuer.mint(list.claim())
    issuer.fail('status-list', faults.refuse())
    for (let second = 0; second < 3600; second++) {
      await reasonOf(token)
      issuer.clock.advance(1)
    }
    expect(fetches()).toBeLessThanOrEqual(360)
    expect(fetches()).toBeGreaterThan(50)
  })

  test('Retry-After of the list is honoured', async () => {
    const { issuer, verifier, fetches } = createStage()
    const list = issuer.statusList()
    const headers = { 'retry-after': '120' }
    issuer.fail('status-list', faults.status(429, { headers }))
    const token = issuer.mint(list.claim())
    await expect(verifier.verify(token)).rejects.toMatchObject({ retryAfter: 120 })
    issuer.clock.advance(119)
    await expect(verifier.verify(token)).rejects.toMatchObject({ retryAfter: 1 })
    expect(fetches()).toBe(1)
  })

  test('100 lists are kept, and the one that was used longest ago makes room', async () => {
    const { issuer, reasonOf, fetches } = createStage()
    const lists = Array.from({ length: 101 }, () => issuer.statusList())
    const tokens = lists.map((list) => issuer.mint(list.claim()))
    for (const token of tokens.slice(0, 100)) await reasonOf(token)
    for (const token of tokens.slice(0, 100)) await reasonOf(token)
    expect(fetches()).toBe(100)
    await reasonOf(tokens[100] as string)
    await reasonOf(tokens[1] as string)
    expect(fetches()).toBe(101)
    await reasonOf(tokens[0] as string)
    expect(fetches()).toBe(102)
  })

  test('a closed verifier fetches no list', async () => {
    const { issuer, verifier, reasonOf, fetches } = createStage()
    const list = issuer.statusList()
    const kept = issuer.mint(list.claim())
    await reasonOf(kept)
    verifier.close()
    expect(await reasonOf(kept)).toBe('accepted')
    expect(await reasonOf(issuer.mint(issuer.statusList().claim()))).toBe('503 revocation')
    expect(fetches()).toBe(1)
  })
})

test('a redirect is not followed', async () => {
  const { issuer, reasonOf, fetches } = createStage()
  const [list, other] = [issuer.statusList(), issuer.statusList()]
  issuer.fail('status-list', faults.redirect(other.uri), { times: 1 })
  expect(await reasonOf(issuer.mint(list.claim()))).toBe('503 revocation')
  expect(fetches()).toBe(1)
})

test('an issuer of a resolver may have status lists', async () => {
  const issuer = createTestIssuer()
  const list = issuer.statusList()
  list.revoke(1)
  const { fetch, now, audience } = issuer.trust()
  const resolve = (iss: string): IssuerOptions => ({ issuer: iss, statusList: true })
  const verifier = createVerifier({ issuer: resolve, audience, fetch: fetch as never, now })
  await verifier.verify(issuer.mint(list.claim(0)))
  const revoked = expect(verifier.verify(issuer.mint(list.claim(1)))).rejects
  await revoked.toMatchObject({ reason: 'revoked' })
})

describe('explain()', () => {
  test('says of the status what verify() says, in its order', async () => {
    const { issuer, verifier } = createStage()
    const list = issuer.statusList({ bits: 2 })
    list.revoke(1)
    list.set(2, 2)
    const failedIn = async (claims: object): Promise<unknown> => {
      const { checks } = await verifier.explain(issuer.mint(claims as never))
      return checks.find(({ outcome }) => outcome === 'failed')
    }
    expect((await verifier.explain(issuer.mint(list.claim(0)))).accepted).toBe(true)
    expect(await failedIn(list.claim(1))).toMatchObject({
      name: 'revoked',
      hint: expect.stringMatching(/0x01/),
    })
    expect(await failedIn(list.claim(2))).toMatchObject({
      name: 'status',
      hint: expect.stringMatching(/suspended/),
    })
    expect(await failedIn({ status: {} })).toMatchObject({
      name: 'status',
      hint: expect.stringMatching(/idx/),
    })
    issuer.fail('status-list', faults.refuse())
    const other = issuer.statusList()
    expect(await failedIn(other.claim())).toMatchObject({ name: 'revocation' })
  })
})

describe('the option statusList', () => {
  const issuer = 'https://login.test'
  const create = (statusList: unknown, more: object = {}): unknown =>
    createVerifier({
      issuer: { issuer, statusList, ...more } as never,
      audience: 'https://api.test',
    })

  test.each([[undefined], [false], [true], [['https://status.test', 'https://s2.test:8443']]])(
    'may be %j',
    (value) => {
      expect(() => create(value)).not.toThrow()
    },
  )

  test.each<[unknown, RegExp]>([
    [[], /list of origins/],
    ['https://status.test', /list of origins/],
    [1, /list of origins/],
    [['http://status.test'], /https/],
    [['status.test'], /https/],
    [['https://status.test/'], /without a path: 'https:\/\/status\.test', not/],
    [['https://status.test/lists'], /without a path/],
    [['https://STATUS.test'], /without a path/],
    [['https://a.test', 'https://a.test'], /twice/],
    [[undefined], /https/],
  ])('must not be %j', (value, message) => {
    expect(() => create(value)).toThrow(message)
    expect(() => create(value)).toThrow(/option 'statusList'/)
  })

  test('must list origins where the issuer is no URL', () => {
    const named = { issuer: 'urn:login', profile: 'jwt', jwksUri: 'https://login.test/jwks' }
    expect(() => create(true, named)).toThrow(/must list the origins/)
    expect(() => create(['https://login.test'], named)).not.toThrow()
  })

  test('belongs to an issuer', () => {
    const options = { issuer, audience: 'https://api.test', statusList: true }
    expect(() => createVerifier(options as never)).toThrow(/belongs to one issuer/)
  })
})
