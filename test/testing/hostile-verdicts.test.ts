import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { HostileId, HostileOptions, HostileReport } from 'tollgate/testing'
import { assertRejectsHostileTokens, createTestIssuer } from 'tollgate/testing'
import { describe, expect, test } from 'vitest'
import { isGood } from './hostile/careful.ts'

const issuer = createTestIssuer()

type Refuse = (response: ServerResponse, token: string, request: IncomingMessage) => unknown

/** A guard that knows good tokens, and refuses in its own way. */
function refusing(
  refuse: Refuse,
  pass = (response: ServerResponse): unknown => response.end('welcome'),
): RequestListener {
  return async (request, response) => {
    const token = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
    if (token === undefined) response.writeHead(401, { 'www-authenticate': 'Bearer' }).end()
    else if (await isGood(token, issuer)) pass(response)
    else await refuse(response, token, request)
  }
}

const challenge = { 'www-authenticate': 'Bearer error="invalid_token"' }
const properly: Refuse = (response) => response.writeHead(401, challenge).end()

const only: readonly HostileId[] = ['sig/bit-flip', 'exp/past']

function attack(
  app: RequestListener,
  options: Partial<HostileOptions> = {},
): Promise<HostileReport & Error> {
  return assertRejectsHostileTokens(app, { issuer, path: '/', only, ...options }).catch(
    (error) => error.report ?? error,
  ) as Promise<HostileReport & Error>
}

async function verdictsOf(...given: Parameters<typeof attack>): Promise<readonly string[]> {
  const { results, ok } = await attack(...given)
  const verdicts = [...new Set(results.map(({ verdict }) => verdict))]
  const isFine = verdicts.every((verdict) => verdict === 'rejected' || verdict === 'skipped')
  expect(ok).toBe(isFine)
  return verdicts
}

describe('a guard', () => {
  test.each<readonly [verdict: string, what: string, Refuse]>([
    ['rejected', 'refuses with a challenge', properly],
    ['rejected', 'finds it malformed', (response) => response.writeHead(400, challenge).end()],
    [
      'rejected',
      'challenges with several schemes',
      (response) =>
        response.writeHead(401, { 'www-authenticate': 'Basic realm="x, y", Bearer' }).end(),
    ],
    ['UNCHALLENGED', 'challenges nobody', (response) => response.writeHead(401).end()],
    [
      'UNCHALLENGED',
      'challenges for something else',
      (response) => response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end(),
    ],
    ['ACCEPTED', 'lets in', (response) => response.end('welcome')],
    ['ACCEPTED', 'lets in without a word', (response) => response.writeHead(204).end()],
    ['AUTHENTICATED', 'forbids', (response) => response.writeHead(403, challenge).end()],
    ['AUTHENTICATED', 'finds nothing', (response) => response.writeHead(404).end()],
    [
      'AUTHENTICATED',
      'forbids and echoes',
      (response, token) => response.writeHead(403).end(token),
    ],
    ['CRASHED', 'answers 500', (response) => response.writeHead(500).end()],
    ['CRASHED', 'answers 502', (response) => response.writeHead(502).end()],
    ['CRASHED', 'rejects', () => Promise.reject(new Error('oops'))],
    ['CRASHED', 'closes the connection', (response) => response.destroy()],
    [
      'CRASHED',
      'closes the connection in its answer',
      (response) => {
        response.writeHead(401, { ...challenge, 'content-length': 100 }).write('half')
        setTimeout(() => response.destroy(), 10)
      },
    ],
    ['inconclusive', 'limits the rate', (response) => response.writeHead(429).end()],
    ['inconclusive', 'has an outage', (response) => response.writeHead(503).end()],
    ['inconclusive', 'finds it too large', (response) => response.writeHead(413).end()],
    ['LEAKED', 'echoes', (response, token) => response.writeHead(401, challenge).end(token)],
    [
      'LEAKED',
      'echoes a part',
      (response, token) => response.writeHead(401, challenge).end(token.split('.')[1]),
    ],
    [
      'LEAKED',
      'echoes in a header',
      (response, token) =>
        response
          .writeHead(401, { 'www-authenticate': `Bearer error_description="${token}"` })
          .end(),
    ],
    [
      'LEAKED',
      'shows a stack trace',
      (response) => response.writeHead(401, challenge).end(new Error('oops').stack),
    ],
    [
      'LEAKED',
      'shows a stack trace in HTML',
      (response) =>
        response
          .writeHead(401, challenge)
          .end(`<pre>${new Error('oops').stack?.replaceAll('\n', '<br> &nbsp;')}</pre>`),
    ],
    [
      'LEAKED',
      'shows a stack trace of Bun',
      (response) =>
        response.writeHead(401, challenge).end('Error\n    at <anonymous> (/srv/app.js:7:9)'),
    ],
    [
      'LEAKED',
      'shows a private key',
      (response) =>
        response.writeHead(401, challenge).end(JSON.stringify(issuer.keys.current.privateJwk)),
    ],
  ])('%s: it %s', async (verdict, _, refuse) => {
    expect(await verdictsOf(refusing(refuse))).toEqual([verdict])
  })

  test('HUNG: it never answers', async () => {
    const app = refusing(() => {})
    expect(await verdictsOf(app, { budget: { perRequest: 0.1 } })).toEqual(['HUNG'])
  })

  test('HUNG: it never ends its answer', async () => {
    const app = refusing((response) => response.writeHead(401, challenge).write('half'))
    expect(await verdictsOf(app, { budget: { perRequest: 0.1 } })).toEqual(['HUNG'])
  })

  test('is not waited for once it has hung too often', async () => {
    const levels = ['forgery'] as const
    const app = refusing(() => {})
    const given = { issuer, path: '/', levels, budget: { perRequest: 0.1 } }
    const error = await assertRejectsHostileTokens(app, given).catch((reason) => reason)
    const { results, duration } = error.report as HostileReport
    expect(results.filter(({ verdict }) => verdict === 'HUNG').length).toBeLessThan(20)
    expect(results.at(-1)).toMatchObject({ verdict: 'inconclusive', status: 0 })
    expect(duration).toBeLessThan(2)
  })

  test('CRASHED: it throws before its first await', async () => {
    let good: string | undefined
    const app: RequestListener = ({ headers: { authorization } }, response) => {
      good ??= authorization
      if (authorization === undefined) response.writeHead(401, challenge).end()
      else if (authorization === good) response.end()
      else throw new Error('oops')
    }
    expect(await verdictsOf(app, { only: ['sig/bit-flip', 'sig/zeros'] })).toEqual(['CRASHED'])
  })

  test('that hides its routes is UNCHALLENGED, or rejects if no challenge is required', async () => {
    const hidden: RequestListener = (request, response) => {
      if (!request.headers.authorization) return response.writeHead(404).end()
      return refusing((answer) => answer.writeHead(404).end())(request, response)
    }
    expect(await verdictsOf(hidden)).toEqual(['UNCHALLENGED'])
    expect(await verdictsOf(hidden, { requireChallenge: false })).toEqual(['rejected'])
  })

  test.each([413, 414, 431])(
    'that finds a large token too large rejects it: %i',
    async (status) => {
      const app = refusing((response) => response.writeHead(status).end())
      expect(await verdictsOf(app, { only: ['size/9k', 'wire/5000-dots'] })).toEqual(['rejected'])
    },
  )

  test('that refuses what it must understand is REFUSED', async () => {
    const strict: RequestListener = (request, response) =>
      request.headers.authorization?.startsWith('bearer ')
        ? properly(response, '', request)
        : refusing(properly)(request, response)
    expect(await verdictsOf(strict, { only: ['wire/lowercase'] })).toEqual(['REFUSED'])
    expect((await attack(refusing(properly), { only: ['wire/lowercase'] })).results).toMatchObject([
      { verdict: 'passed' },
    ])
  })

  test('may do with level info what it likes', async () => {
    const app = refusing((response) => response.writeHead(500).end())
    const { ok, results } = await attack(app, {
      only: ['json/bom'],
    })
    expect(results).toMatchObject([{ id: 'json/bom' }])
    expect(ok).toBe(true)
  })
})

describe('the controls', () => {
  const open: RequestListener = (_, response) => response.end('welcome')

  test('a route that is not protected proves nothing', async () => {
    expect((await attack(open)).message).toBe(
      'GET / is not protected: it answered 200 without a token.',
    )
  })

  test.each([
    [401, /trust this issuer/],
    [403, /scope or the claims/],
    [404, /path and method/],
    [405, /path and method/],
    [415, /the body/],
    [429, /rate limiter/],
    [500, /proves nothing/],
  ])('a good token that meets with %i fails with advice', async (status, advice) => {
    const app: RequestListener = ({ headers }, response) =>
      response.writeHead(headers.authorization ? status : 401, challenge).end()
    const { message } = await attack(app)
    expect(message).toContain(`GET / refused the good token: it answered ${status}.`)
    expect(message).toMatch(advice)
  })

  test('an app that does not answer at all is told', async () => {
    const { message } = await attack((request) => request.socket.destroy())
    expect(message).toMatch(/did not answer without a token: the connection broke/)
  })

  test('a good token that stops passing makes the run fail', async () => {
    let passed = 0
    const app = refusing(properly, (response) => {
      passed += 1
      response.writeHead(passed > 1 ? 401 : 200, challenge).end()
    })
    const { ok, problems, controls } = await attack(app)
    expect(ok).toBe(false)
    expect(problems).toEqual([
      expect.stringMatching(/no longer passed after exp\/past: it answered 401/),
    ])
    expect(controls).toEqual({ noToken: 401, good: [200, 401] })
  })
})

test('two headers are two lines on the wire', async () => {
  const seen: string[][] = []
  const first = refusing(properly)
  const app: RequestListener = (request, response) => {
    const { rawHeaders } = request
    const names = rawHeaders.filter((name, at) => at % 2 === 0 && name === 'authorization')
    if (names.length > 1) seen.push(names)
    return first(request, response)
  }
  const dup: readonly HostileId[] = [
    'wire/dup-header',
    'wire/dup-header-good-first',
    'wire/dup-header-good-last',
  ]
  const { results } = await attack(app, { only: dup })
  // Node keeps the first.
  expect(results.map(({ verdict }) => verdict)).toEqual(['ACCEPTED', 'ACCEPTED', 'rejected'])
  expect(seen).toHaveLength(3)
})

describe('beside the answers', () => {
  test('key fetches are counted against a budget', async () => {
    const greedy = refusing(async (response, token, request) => {
      await issuer.fetch(`${issuer.url}/jwks`)
      properly(response, token, request)
    })
    const levels = ['forgery'] as const
    const error = await assertRejectsHostileTokens(greedy, { issuer, path: '/', levels }).catch(
      (reason) => reason,
    )
    expect(error.message).toMatch(/asked for its keys \d+ times, and budget.keyFetches is 3/)
    expect(error.report.keyFetches).toBeGreaterThan(50)
    const budget = { keyFetches: 2 }
    expect((await attack(greedy, { budget })).ok).toBe(true)
    expect((await attack(greedy, { budget: { keyFetches: 1 } })).ok).toBe(false)
  })

  const jku = (token: string): string =>
    JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).jku

  test.each([
    ['over the network', globalThis.fetch],
    ['through the fetch of the issuer', issuer.fetch],
    ['over TLS', (url: string) => fetch(url.replace('http:', 'https:'))],
  ])('a call %s on account of a token is heard', async (_, call) => {
    const app = refusing(async (response, token, request) => {
      await Promise.resolve(call(jku(token))).catch(() => {})
      properly(response, token, request)
    })
    const report = await attack(app, { only: ['jku/attacker'] })
    expect(report.results).toMatchObject([{ verdict: 'rejected' }])
    expect(report.ok).toBe(false)
    expect(report.outbound).toEqual([expect.stringContaining('http://127.0.0.1')])
    expect(String(report)).toContain('A hostile token made the app call out')
  })

  test('a change of Object.prototype is found, and undone', async () => {
    function merge(target: Record<string, unknown>, source: object): void {
      for (const [name, value] of Object.entries(source)) {
        const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
        if (isObject) merge(target[name] as Record<string, unknown>, value)
        else target[name] = value
      }
    }
    const app = refusing(properly, (response) => response.end())
    const merging: RequestListener = (request, response) => {
      const payload = request.headers.authorization?.split('.')[1]
      if (payload) merge({}, JSON.parse(Buffer.from(payload, 'base64url').toString()))
      return app(request, response)
    }
    const { ok, problems } = await attack(merging, { only: ['json/__proto__'] })
    expect(ok).toBe(false)
    expect(problems).toEqual(['A hostile token changed Object.prototype: admin'])
    expect('admin' in {}).toBe(false)
  })
})

test('the error is a table of what went wrong, and shows no token', async () => {
  const app = refusing((response, token) => response.end(token))
  const error = await assertRejectsHostileTokens(app, {
    issuer,
    path: '/',
    only: ['sig/bit-flip', 'exp/past', 'aud/wrong'],
    skip: { 'aud/wrong': 'the gateway before it looks at that' },
  }).catch((reason) => reason)
  expect(error).toBeInstanceOf(Error)
  expect(error.message.replace(/\d+\.\d+ s/, '0 s')).toMatchInlineSnapshot(`
    "GET /: 2 of 2 hostile tokens went wrong (0 key fetches, 0 s).

    ACCEPTED  200  sig/bit-flip  forgery  one bit of the signature is flipped (RFC 7515 §5.2, CVE-2020-28042)
    ACCEPTED  200  exp/past      spec     expired an hour ago (RFC 7519 §4.1.4, CVE-2026-44459)

    ACCEPTED: the route answered it as if it were good.

    skipped aud/wrong: the gateway before it looks at that

    Allow one with a reason: skip: { 'sig/bit-flip': 'why it is harmless here' }"
  `)
  expect(error.report).toMatchObject({ ok: false, ran: 2 })
})
