import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { HostileId, HostileOptions, HostileReport } from 'tollgate/testing'
import { assertRejectsHostileTokens, createTestIssuer } from 'tollgate/testing'
import { describe, expect, test } from 'vitest'
import { isValid } from './hostile/reference-verifier.ts'

const issuer = createTestIssuer()

type Refuse = (response: ServerResponse, token: string, request: IncomingMessage) => unknown

/** A guard that recognises good tokens, and answers bad ones in a given way. */
function refusing(
  refuse: Refuse,
  pass = (response: ServerResponse): unknown => response.end('welcome'),
): RequestListener {
  return async (request, response) => {
    const token = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
    if (token === undefined) response.writeHead(401, { 'www-authenticate': 'Bearer' }).end()
    else if (await isValid(token, issuer)) pass(response)
    else await refuse(response, token, request)
  }
}

const challenge = { 'www-authenticate': 'Bearer error="invalid_token"' }
function properly(response: ServerResponse): unknown {
  return response.writeHead(401, challenge).end()
}

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
    [
      'rejected',
      'answers 400 with a challenge',
      (response) => response.writeHead(400, challenge).end(),
    ],
    [
      'rejected',
      'challenges with several schemes',
      (response) =>
        response.writeHead(401, { 'www-authenticate': 'Basic realm="x, y", Bearer' }).end(),
    ],
    ['UNCHALLENGED', 'refuses without a challenge', (response) => response.writeHead(401).end()],
    [
      'UNCHALLENGED',
      'challenges with another scheme alone',
      (response) => response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end(),
    ],
    ['ACCEPTED', 'accepts', (response) => response.end('welcome')],
    ['ACCEPTED', 'accepts with an empty answer', (response) => response.writeHead(204).end()],
    ['AUTHENTICATED', 'answers 403', (response) => response.writeHead(403, challenge).end()],
    ['AUTHENTICATED', 'answers 404', (response) => response.writeHead(404).end()],
    [
      'AUTHENTICATED',
      'answers 403 and shows the token',
      (response, token) => response.writeHead(403).end(token),
    ],
    ['CRASHED', 'answers 500', (response) => response.writeHead(500).end()],
    ['CRASHED', 'answers 502', (response) => response.writeHead(502).end()],
    ['CRASHED', 'returns a promise that rejects', () => Promise.reject(new Error('oops'))],
    ['CRASHED', 'closes the connection', (response) => response.destroy()],
    [
      'CRASHED',
      'closes the connection within its answer',
      (response) => {
        response.writeHead(401, { ...challenge, 'content-length': 100 }).write('half')
        setTimeout(() => response.destroy(), 10)
      },
    ],
    ['inconclusive', 'answers 429', (response) => response.writeHead(429).end()],
    ['inconclusive', 'answers 503', (response) => response.writeHead(503).end()],
    ['inconclusive', 'answers 413 to a small token', (response) => response.writeHead(413).end()],
    [
      'LEAKED',
      'shows the token in the body',
      (response, token) => response.writeHead(401, challenge).end(token),
    ],
    [
      'LEAKED',
      'shows a part of the token',
      (response, token) => response.writeHead(401, challenge).end(token.split('.')[1]),
    ],
    [
      'LEAKED',
      'shows the token in a header',
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
  ])('the verdict is %s for a guard that %s', async (verdict, _, refuse) => {
    expect(await verdictsOf(refusing(refuse))).toEqual([verdict])
  })

  test('the verdict is HUNG for a guard that never answers', async () => {
    const app = refusing(() => {})
    expect(await verdictsOf(app, { budget: { perRequest: 0.1 } })).toEqual(['HUNG'])
  })

  test('the verdict is HUNG for a guard that never ends its answer', async () => {
    const app = refusing((response) => response.writeHead(401, challenge).write('half'))
    expect(await verdictsOf(app, { budget: { perRequest: 0.1 } })).toEqual(['HUNG'])
  })

  test('after eight cases that hang, the other cases are not sent', async () => {
    const levels = ['forgery'] as const
    const app = refusing(() => {})
    const given = { issuer, path: '/', levels, budget: { perRequest: 0.1 } }
    const error = await assertRejectsHostileTokens(app, given).catch((reason) => reason)
    const { results, duration } = error.report as HostileReport
    expect(results.filter(({ verdict }) => verdict === 'HUNG').length).toBeLessThan(20)
    expect(results.at(-1)).toMatchObject({ verdict: 'inconclusive', status: 0 })
    expect(duration).toBeLessThan(2)
  })

  test('the verdict is CRASHED for a guard that throws before its first await', async () => {
    let good: string | undefined
    const app: RequestListener = ({ headers: { authorization } }, response) => {
      good ??= authorization
      if (authorization === undefined) response.writeHead(401, challenge).end()
      else if (authorization === good) response.end()
      else throw new Error('oops')
    }
    expect(await verdictsOf(app, { only: ['sig/bit-flip', 'sig/zeros'] })).toEqual(['CRASHED'])
  })

  test('a guard that hides its routes is UNCHALLENGED if a challenge is required', async () => {
    const hidden: RequestListener = (request, response) => {
      if (!request.headers.authorization) return response.writeHead(404).end()
      return refusing((answer) => answer.writeHead(404).end())(request, response)
    }
    expect(await verdictsOf(hidden)).toEqual(['UNCHALLENGED'])
    expect(await verdictsOf(hidden, { requireChallenge: false })).toEqual(['rejected'])
  })

  test.each([413, 414, 431])(
    'the verdict is rejected for a guard that answers %i to a token that is too large',
    async (status) => {
      const app = refusing((response) => response.writeHead(status).end())
      expect(await verdictsOf(app, { only: ['size/17k', 'wire/5000-dots'] })).toEqual(['rejected'])
    },
  )

  test('the verdict is REFUSED for a guard that refuses a valid spelling of Bearer', async () => {
    const strict: RequestListener = (request, response) =>
      request.headers.authorization?.startsWith('bearer ')
        ? properly(response)
        : refusing(properly)(request, response)
    expect(await verdictsOf(strict, { only: ['wire/lowercase'] })).toEqual(['REFUSED'])
    expect((await attack(refusing(properly), { only: ['wire/lowercase'] })).results).toMatchObject([
      { verdict: 'passed' },
    ])
  })

  test('a case of level info never makes the run fail', async () => {
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

  test('a run fails if the route lets a request without a token pass', async () => {
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
  ])('a run fails with advice if the answer to the good token is %i', async (status, advice) => {
    const app: RequestListener = ({ headers }, response) =>
      response.writeHead(headers.authorization ? status : 401, challenge).end()
    const { message } = await attack(app)
    expect(message).toContain(`GET / refused the good token: it answered ${status}.`)
    expect(message).toMatch(advice)
  })

  test('a run fails if the app does not answer a request without a token', async () => {
    const { message } = await attack((request) => request.socket.destroy())
    expect(message).toMatch(/did not answer without a token: the connection broke/)
  })

  test('a run fails if the good token passes at first and then no more', async () => {
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

test('a case with two Authorization headers is sent as two header lines', async () => {
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
  // Node keeps the first of two Authorization headers.
  expect(results.map(({ verdict }) => verdict)).toEqual(['ACCEPTED', 'ACCEPTED', 'rejected'])
  expect(seen).toHaveLength(3)
})

describe('side effects', () => {
  test('a run fails if the app fetches keys more often than the budget allows', async () => {
    const greedy = refusing(async (response) => {
      await issuer.fetch(`${issuer.url}/jwks`)
      properly(response)
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
  ])('a run fails if a token makes the app send a request %s', async (_, call) => {
    const app = refusing(async (response, token) => {
      await Promise.resolve(call(jku(token))).catch(() => {})
      properly(response)
    })
    const report = await attack(app, { only: ['jku/attacker'] })
    expect(report.results).toMatchObject([{ verdict: 'rejected' }])
    expect(report.ok).toBe(false)
    expect(report.outbound).toEqual([expect.stringContaining('http://127.0.0.1')])
    expect(String(report)).toContain('A hostile token made the app call out')
  })

  test('a run fails if a token changes Object.prototype, and the change is undone', async () => {
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

test('the error of a failed run is a table of the failures, and shows no token', async () => {
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

    ACCEPTED  200  sig/bit-flip  forgery  one bit of the signature is flipped (RFC 7515 section 5.2, CVE-2020-28042)
    ACCEPTED  200  exp/past      spec     expired an hour ago (RFC 7519 section 4.1.4, CVE-2026-44459)

    ACCEPTED: the route answered it as if it were good.

    skipped aud/wrong: the gateway before it looks at that

    Allow one with a reason: skip: { 'sig/bit-flip': 'why it is harmless here' }"
  `)
  expect(error.report).toMatchObject({ ok: false, ran: 2 })
})

describe('the forms of a report', () => {
  const skip = { 'exp/past': 'not <today> | \u0000é' }

  test('a report of a run in which nothing failed says so as Markdown and as JUnit XML', async () => {
    const report = await attack(refusing(properly), { skip })
    expect(report.toMarkdown()).toMatch(
      /^### Passed: hostile tokens against `GET \/`\n\nGET \/: 0 of 1 hostile tokens went wrong \(/,
    )
    expect(report.toMarkdown()).toMatch(/^\| forgery \| 1 \| 0 \| 0 \|$/m)
    const xml = report.toJUnit()
    expect(xml).toMatch(
      /^<\?xml .*\n<testsuites><testsuite name="hostile tokens: GET \/" tests="3"/,
    )
    expect(xml).toContain('failures="0" skipped="1"')
    expect(xml).toContain('<skipped message="not &lt;today&gt; | \\u0000\\u00e9"/>')
    expect(xml.match(/<testcase /g)).toHaveLength(3)
  })

  test('a report of a failed run names each failure, and what is wrong with the run', async () => {
    const report = await attack(
      refusing((response) => response.end('welcome')),
      { scope: 'orders:read' },
    )
    const markdown = report.toMarkdown()
    expect(markdown).toMatch(/^### Failed: /)
    for (const id of only) expect(markdown).toContain(`| \`${id}\` | `)
    expect(markdown).toMatch(/^- GET \/ does not demand the scope 'orders:read'/m)
    const xml = report.toJUnit()
    expect(xml).toContain('tests="3" failures="3" skipped="0"')
    expect(xml.match(/<failure type="ACCEPTED" message="200: /g)).toHaveLength(2)
    expect(xml).toMatch(/name="the run as a whole"><failure message="GET \/ does not demand/)
  })
})
