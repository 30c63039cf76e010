import type { SurvivalOptions, SurvivalReport } from 'tollgate/testing'
import { assertSurvivesIssuerFaults, createTestIssuer, serveTestIssuer } from 'tollgate/testing'
import { describe, expect, test } from 'vitest'
import { createApp as createExpressApp } from '../../examples/express.ts'
import { createApp as createKoaApp } from '../../examples/koa.ts'
import type { Keeping } from './hostile/keeper.ts'
import { keeperOf } from './hostile/keeper.ts'

describe('the examples survive every fault of the issuer', () => {
  test.each([
    ['Express', 'ES256', createExpressApp],
    ['Koa', 'RS256', createKoaApp],
  ] as const)('%s, %s', async (_, alg, createApp) => {
    const issuer = createTestIssuer({ alg })
    issuer.clock.freeze()
    const before = issuer.now()
    const report = await assertSurvivesIssuerFaults(createApp, { issuer, path: '/me' })
    expect(report.problems).toEqual([])
    expect(new Set(report.results.map(({ verdict }) => verdict))).toEqual(new Set(['survived']))
    expect(report.results).toHaveLength(4 * report.ran)
    expect(issuer.now()).toBe(before)
    expect((await issuer.fetch(`${issuer.url}/jwks`)).status).toBe(200)
  })

  test('over HTTP too', async () => {
    await using issuer = await serveTestIssuer()
    const report = await assertSurvivesIssuerFaults(createExpressApp, {
      issuer,
      path: '/orders',
      scope: 'orders:read',
      timeout: 0.5,
      only: ['transport/refuse', 'transport/hang-jwks', 'http/redirect', 'body/gzip-bomb-jwks'],
    })
    expect(report.ran).toBe(4)
  })
})

describe('a guard', () => {
  const issuer = createTestIssuer()
  const endure = (
    keeping: Keeping,
    options: Partial<SurvivalOptions> = {},
  ): Promise<SurvivalReport & Error> =>
    assertSurvivesIssuerFaults((trust) => keeperOf(issuer, trust, keeping), {
      issuer,
      path: '/',
      ...options,
    }).catch((error) => error.report ?? error) as Promise<SurvivalReport & Error>

  async function wrong(
    keeping: Keeping,
    only: readonly string[],
    options?: Partial<SurvivalOptions>,
  ): Promise<readonly string[]> {
    const { ok, problems, results } = await endure(keeping, { only, ...options })
    const bad = results.filter(({ verdict }) => verdict !== 'survived')
    expect(ok).toBe(bad.length + problems.length === 0)
    return [...problems, ...bad.map(({ id, state, verdict }) => `${id} ${state} ${verdict}`)]
  }

  test('of another hand survives', async () => {
    const { problems, results } = await endure({})
    const bad = results.filter(({ verdict }) => verdict !== 'survived')
    expect([...problems, ...bad]).toEqual([])
  })

  const only = ['http/500']
  const answer = (status: number, headers = {}, body: string | null = null) => ({
    outage: () => new Response(body, { status, headers }),
  })

  test.each<readonly [what: string, Keeping, readonly string[]]>([
    ['calls an outage a bad token', answer(401), ['http/500 cold REFUSED']],
    ['calls an outage a missing right', answer(403), ['http/500 cold REFUSED']],
    ['falls over', answer(500), ['http/500 cold CRASHED']],
    ['throws', { outage: (error) => Promise.reject(error) }, ['http/500 cold CRASHED']],
    ['does not say when to come back', answer(503), ['http/500 cold UNTIMED']],
    ['says when by a date', answer(503, { 'retry-after': new Date().toUTCString() }), []],
    [
      'tells the cause',
      answer(503, { 'retry-after': '1' }, 'connect ECONNREFUSED'),
      ['http/500 cold LEAKED'],
    ],
    [
      'tells a stack trace',
      answer(503, { 'retry-after': '1' }, new Error('x').stack),
      ['http/500 cold LEAKED'],
    ],
    ['opens up', answer(200), ['http/500 cold OPENED']],
    ['forgets its keys', { stale: false }, ['http/500 warm UNAVAILABLE']],
    ['gives up', { retries: false }, ['http/500 recovered-cold UNAVAILABLE']],
  ])('that %s', async (_, keeping, expected) => {
    expect(await wrong(keeping, only)).toEqual(expected)
  })

  test('that hangs', async () => {
    const hanging = { outage: () => new Promise<Response>(() => {}) }
    const budget = { perRequest: 0.1 }
    expect(await wrong(hanging, only, { budget })).toEqual(['http/500 cold HUNG'])
  })

  test('that lets one bad key spoil the good ones', async () => {
    expect(await wrong({ poisoned: true }, ['jwks/unknown-kty'])).toEqual([
      'jwks/unknown-kty cold UNAVAILABLE',
    ])
  })

  test('that uses a key for what it is not for', async () => {
    expect(await wrong({ checksUse: false }, ['jwks/enc-only'])).toEqual([
      'jwks/enc-only cold OPENED',
    ])
  })

  test("that believes another issuer's metadata", async () => {
    const faults = ['metadata/wrong-issuer', 'metadata/trailing-slash']
    expect(await wrong({ checksIssuer: false }, faults)).toEqual([
      'metadata/wrong-issuer cold OPENED',
      'metadata/trailing-slash cold OPENED',
    ])
  })

  test('that reads no metadata does not notice when they are wrong', async () => {
    const jwksUri = `${issuer.url}/jwks`
    expect(await wrong({ jwksUri }, ['metadata/wrong-issuer', 'metadata/not-found'])).toEqual([])
  })

  test('that follows a redirect', async () => {
    expect(await wrong({ redirect: 'follow' }, ['http/redirect-jwks'])).toEqual([
      'The app let the issuer lead it to https://canary.test/keys',
    ])
  })

  test('that fetches keys over plain http', async () => {
    expect(await wrong({ insecure: true }, ['metadata/insecure-jwks-uri'])).toEqual([
      'The app let the issuer lead it to http://insecure.test/jwks',
    ])
  })

  test('is asked cold or warm alone, and not about what is skipped', async () => {
    const faults = ['http/404', 'http/500']
    const skip = { 'http/404': 'the mirror always has them' }
    const { results, ran } = await endure(answer(401), { only: faults, skip, cold: false })
    expect(ran).toBe(1)
    expect(results.map(({ id, state, verdict }) => `${id} ${state} ${verdict}`)).toEqual([
      'http/404 cold skipped',
      'http/500 warm survived',
      'http/500 recovered-warm survived',
    ])
    expect(await wrong({ stale: false }, only, { warm: false })).toEqual([])
  })

  test('is told about in a table', async () => {
    const report = await endure(answer(401), { only })
    expect(String(report).replace(/\d+\.\d+ s/, '0 s')).toMatchInlineSnapshot(`
      "GET /: 1 of 4 answers went wrong (1 faults of the issuer, 0 s).

      REFUSED  401  http/500  cold  makes clients throw a good token away"
    `)
  })

  test.each<readonly [object, RegExp]>([
    [{ path: undefined }, /option 'path' of \w+ must be a string that begins/],
    [
      { only: ['http/418'] },
      /option 'only' of \w+ names 'http\/418', .*: the ids of this family are http\/204/,
    ],
    [{ skip: { 'http/418': 'x' } }, /option 'skip' of \w+ names 'http\/418'/],
    [
      { skip: { 'http/500': '' } },
      /option 'skip' of \w+ needs a reason for 'http\/500': write skip: \{/,
    ],
    [{ timeout: 0 }, /option 'timeout' of \w+ must be a number from 0.001/],
    [{ maxAge: Number.NaN }, /option 'maxAge' of \w+ must be a number from 1/],
    [
      { budget: { keyFetches: 1 } },
      /unknown option 'keyFetches' in option 'budget' of \w+: known are perRequest/,
    ],
    [{ levels: [] }, /unknown option 'levels' in the options of \w+: known are issuer, path/],
  ])('and an option that means nothing: %j', async (options, message) => {
    const error = await endure({}, options)
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(message)
  })

  test('must be shut and open before anything else', async () => {
    const open = { fetch: async () => new Response('welcome') }
    await expect(assertSurvivesIssuerFaults(() => open, { issuer, path: '/' })).rejects.toThrow(
      'GET / is not protected',
    )
    const shut = { fetch: async () => new Response(null, { status: 401 }) }
    await expect(assertSurvivesIssuerFaults(() => shut, { issuer, path: '/' })).rejects.toThrow(
      'GET / refused the good token: it answered 401',
    )
  })
})
