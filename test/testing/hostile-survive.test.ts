import type { SurvivalOptions, SurvivalReport } from 'tollgate/testing'
import { assertSurvivesIssuerFaults, createTestIssuer, serveTestIssuer } from 'tollgate/testing'
import { describe, expect, test } from 'vitest'
import { createApp as createExpressApp } from '../../examples/express.ts'
import { createApp as createKoaApp } from '../../examples/koa.ts'
import { signingBy } from '../keys.ts'
import type { KeyHandling } from './hostile/caching-guard.ts'
import { createCachingGuard } from './hostile/caching-guard.ts'

describe('the examples survive every fault of the issuer', () => {
  test.each([
    ['Express', 'ES256', createExpressApp],
    ['Koa', 'RS256', createKoaApp],
  ] as const)(
    'the %s example survives every fault of an issuer that signs %s',
    async (_, alg, createApp) => {
      const issuer = createTestIssuer(signingBy(alg))
      issuer.clock.freeze()
      const before = issuer.now()
      const report = await assertSurvivesIssuerFaults(createApp, { issuer, path: '/me' })
      expect(report.problems).toEqual([])
      expect(new Set(report.results.map(({ verdict }) => verdict))).toEqual(new Set(['survived']))
      expect(report.results).toHaveLength(4 * report.ran)
      expect(issuer.now()).toBe(before)
      expect((await issuer.fetch(`${issuer.url}/jwks`)).status).toBe(200)
    },
  )

  test('the Express example survives faults of an issuer that answers over HTTP', async () => {
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
  const survive = (
    handling: KeyHandling,
    options: Partial<SurvivalOptions> = {},
  ): Promise<SurvivalReport & Error> =>
    assertSurvivesIssuerFaults((trust) => createCachingGuard(issuer, trust, handling), {
      issuer,
      path: '/',
      ...options,
    }).catch((error) => error.report ?? error) as Promise<SurvivalReport & Error>

  async function wrong(
    handling: KeyHandling,
    only: readonly string[],
    options?: Partial<SurvivalOptions>,
  ): Promise<readonly string[]> {
    const { ok, problems, results } = await survive(handling, { only, ...options })
    const bad = results.filter(({ verdict }) => verdict !== 'survived')
    expect(ok).toBe(bad.length + problems.length === 0)
    return [...problems, ...bad.map(({ id, state, verdict }) => `${id} ${state} ${verdict}`)]
  }

  test('a correct guard that shares no code with tollgate survives every fault', async () => {
    const { problems, results } = await survive({})
    const bad = results.filter(({ verdict }) => verdict !== 'survived')
    expect([...problems, ...bad]).toEqual([])
  })

  const only = ['http/500']
  const answer = (status: number, headers = {}, body: string | null = null) => ({
    outage: () => new Response(body, { status, headers }),
  })

  test.each<readonly [what: string, KeyHandling, readonly string[]]>([
    ['answers an outage with 401', answer(401), ['http/500 cold REFUSED']],
    ['answers an outage with 403', answer(403), ['http/500 cold REFUSED']],
    ['answers an outage with 500', answer(500), ['http/500 cold CRASHED']],
    [
      'throws in an outage',
      { outage: (error) => Promise.reject(error) },
      ['http/500 cold CRASHED'],
    ],
    ['answers 503 without Retry-After', answer(503), ['http/500 cold UNTIMED']],
    [
      'answers 503 with a date in Retry-After',
      answer(503, { 'retry-after': new Date().toUTCString() }),
      [],
    ],
    [
      'shows the network error',
      answer(503, { 'retry-after': '1' }, 'connect ECONNREFUSED'),
      ['http/500 cold LEAKED'],
    ],
    [
      'shows a stack trace',
      answer(503, { 'retry-after': '1' }, new Error('x').stack),
      ['http/500 cold LEAKED'],
    ],
    ['lets everyone pass in an outage', answer(200), ['http/500 cold OPENED']],
    ['drops old keys in an outage', { stale: false }, ['http/500 warm UNAVAILABLE']],
    [
      'never loads keys again after a failure',
      { retries: false },
      ['http/500 recovered-cold UNAVAILABLE'],
    ],
  ])(
    'assertSurvivesIssuerFaults judges the answers of a guard that %s',
    async (_, handling, expected) => {
      expect(await wrong(handling, only)).toEqual(expected)
    },
  )

  test('a guard that hangs in an outage is HUNG', async () => {
    const hanging = { outage: () => new Promise<Response>(() => {}) }
    const budget = { perRequest: 0.1 }
    expect(await wrong(hanging, only, { budget })).toEqual(['http/500 cold HUNG'])
  })

  test('a guard that refuses all keys for one bad key is UNAVAILABLE', async () => {
    expect(await wrong({ poisoned: true }, ['jwks/unknown-kty'])).toEqual([
      'jwks/unknown-kty cold UNAVAILABLE',
    ])
  })

  test('a guard that verifies with a key for encryption is OPENED', async () => {
    expect(await wrong({ checksUse: false }, ['jwks/enc-only'])).toEqual([
      'jwks/enc-only cold OPENED',
    ])
  })

  test('a guard that accepts metadata of another issuer is OPENED', async () => {
    const faults = ['metadata/wrong-issuer', 'metadata/trailing-slash']
    expect(await wrong({ checksIssuer: false }, faults)).toEqual([
      'metadata/wrong-issuer cold OPENED',
      'metadata/trailing-slash cold OPENED',
    ])
  })

  test('a guard that reads no metadata survives wrong metadata', async () => {
    const jwksUri = `${issuer.url}/jwks`
    expect(await wrong({ jwksUri }, ['metadata/wrong-issuer', 'metadata/not-found'])).toEqual([])
  })

  test('a guard that follows a redirect to another origin is a problem of the run', async () => {
    expect(await wrong({ redirect: 'follow' }, ['http/redirect-jwks'])).toEqual([
      'The app let the issuer lead it to https://canary.test/keys',
    ])
  })

  test('a guard that fetches keys over http is a problem of the run', async () => {
    expect(await wrong({ insecure: true }, ['metadata/insecure-jwks-uri'])).toEqual([
      'The app let the issuer lead it to http://insecure.test/jwks',
    ])
  })

  test('a guard can be asked cold or warm alone, and skipped faults are not run', async () => {
    const faults = ['http/404', 'http/500']
    const skip = { 'http/404': 'the mirror always has them' }
    const { results, ran } = await survive(answer(401), { only: faults, skip, cold: false })
    expect(ran).toBe(1)
    expect(results.map(({ id, state, verdict }) => `${id} ${state} ${verdict}`)).toEqual([
      'http/404 cold skipped',
      'http/500 warm survived',
      'http/500 recovered-warm survived',
    ])
    expect(await wrong({ stale: false }, only, { warm: false })).toEqual([])
  })

  test('the survival report shows wrong answers in a table', async () => {
    const report = await survive(answer(401), { only })
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
  ])('assertSurvivesIssuerFaults throws for the options %o', async (options, message) => {
    const error = await survive({}, options)
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(message)
  })

  test('assertSurvivesIssuerFaults throws for a route that is open or refuses everyone', async () => {
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
