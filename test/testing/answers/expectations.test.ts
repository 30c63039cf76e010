import { readFile } from 'node:fs/promises'
import express from 'express'
import fastify from 'fastify'
import request from 'supertest'
import { createAuth as forExpress } from 'tollgate/express'
import { createAuth as forFastify } from 'tollgate/fastify'
import { createAuth as forFetch } from 'tollgate/fetch'
import type { Expectation } from 'tollgate/testing'
import {
  assertAuthorized,
  assertForbidden,
  assertUnauthorized,
  assertUnavailable,
  authorized,
  createTestIssuer,
  faults,
  forbidden,
  unauthorized,
  unavailable,
} from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { createApp as examplesApp } from '../../../examples/express.ts'

const issuer = createTestIssuer()

function createApp(options = issuer.trust()) {
  const { requireAuth } = forExpress({ ...options, realm: 'orders' })
  const app = express()
  app.get('/orders', requireAuth({ scope: 'orders:read' }), (_req, res) => void res.json([]))
  app.get('/open', (_req, res) => void res.json([]))
  app.get('/admin', requireAuth({ role: 'admin' }), (_req, res) => void res.json([]))
  return app
}
const app = createApp()

/** An app whose issuer does not answer. */
function createCutOffApp() {
  const down = createTestIssuer()
  down.fail('*', faults.refuse())
  return { app: createApp(down.trust()), down }
}

describe('the expectations hold for what guards answer', () => {
  it('supertest: 200, 401 without and with a token, 400, 403 for a scope and for a role, 503', async () => {
    const get = (path: string) => request(app).get(path)
    await get('/orders')
      .use(issuer.as({ scope: 'orders:read' }))
      .expect(authorized())
    await get('/orders').expect(unauthorized())
    await get('/orders').expect(
      unauthorized({ error: null, realm: 'orders', scope: 'orders:read' }),
    )
    await request(app)
      .head('/orders')
      .expect(unauthorized({ error: null }))
    await get('/orders')
      .auth(issuer.bad.expired(), { type: 'bearer' })
      .expect(unauthorized({ error: 'invalid_token', description: /not valid/ }))
    await get('/orders')
      .set('Authorization', 'Bearer a b')
      .expect(unauthorized({ error: 'invalid_request' }))
    await get('/orders')
      .use(issuer.as())
      .expect(forbidden({ scope: 'orders:read' }))
    await get('/admin').use(issuer.as()).expect(forbidden())
    const { app: cutOff, down } = createCutOffApp()
    await request(cutOff).get('/orders').use(down.as()).expect(unavailable())
  })

  it('inject() of Fastify', async () => {
    const { requireAuth } = forFastify(issuer.trust())
    const server = fastify()
    server.get('/', { preHandler: requireAuth({ scope: 'a b' }) }, async () => 'hello')
    authorized()(await server.inject({ url: '/', headers: issuer.headers({ scope: 'b a' }) }))
    unauthorized({ error: null, scope: 'b a' })(await server.inject({ url: '/' }))
    forbidden({ scope: 'b a' })(await server.inject({ url: '/', headers: issuer.headers() }))
    unauthorized()(await server.inject({ method: 'HEAD', url: '/' }))
  })

  it('a fetch Response, whose body stays unread', async () => {
    const { guard } = forFetch(issuer.trust())
    const handler = guard(() => new Response('hello'), { scope: 'a' })
    const answer = (headers = {}) => handler(new Request('https://api.test/', { headers }))
    const refused = await answer()
    unauthorized({ error: null })(refused)
    expect(await refused.json()).toMatchObject({ status: 401 })
    forbidden()(await answer(issuer.headers()))
    authorized()(await answer(issuer.headers({ scope: 'a' })))
  })
})

interface Answer {
  status: number
  headers: Record<string, string | string[]>
  text?: string
}

const problem = { type: 'about:blank', title: 'Unauthorized', status: 401 }

/** The answer of a guard, with changes. A header that is '' is left out. */
function refusal(
  changes: { status?: number; headers?: Record<string, string>; body?: object | string } = {},
): Answer {
  const { status = 401, headers = {}, body = { ...problem, status } } = changes
  const all = {
    'www-authenticate': 'Bearer realm="api"',
    'cache-control': 'no-store',
    'content-type': 'application/problem+json',
    ...headers,
  }
  return {
    status,
    headers: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== '')),
    text: typeof body === 'string' ? body : JSON.stringify(body),
  }
}

const invalid = {
  headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
  body: { ...problem, error: 'invalid_token' },
}
const insufficient = {
  status: 403,
  headers: { 'www-authenticate': 'Bearer scope="a b", error="insufficient_scope"' },
  body: { ...problem, status: 403, error: 'insufficient_scope', scope: 'a b' },
}
const outage = {
  status: 503,
  headers: { 'www-authenticate': '', 'retry-after': '7' },
  body: { ...problem, status: 503 },
}

describe('assertions for a response that is there already', () => {
  const good: Answer = { status: 200, headers: {} }

  it('they hold for what the expectations hold for', () => {
    assertUnauthorized(refusal(invalid), { error: 'invalid_token' })
    assertForbidden(refusal(insufficient), { scope: 'a b' })
    assertUnavailable(refusal(outage))
    assertAuthorized(good)
  })

  it.each<[string, () => void, RegExp]>([
    ['assertUnauthorized', () => assertUnauthorized(good, { error: null }), /status 401/],
    ['assertForbidden', () => assertForbidden(good), /status 403/],
    ['assertUnavailable', () => assertUnavailable(good, { retryAfter: false }), /status 503/],
    ['assertAuthorized', () => assertAuthorized(refusal()), /a status from 200 to 299/],
  ])('%s names itself, and says what came', (name, run, expected) => {
    expect(run).toThrow(expected)
    expect(run).toThrow(`tollgate: this answer is not what ${name}(`)
  })

  it('they refuse options that do not exist, or are undefined', () => {
    const typo = { eror: 'invalid_token' } as object
    expect(() => assertUnauthorized(refusal(invalid), typo)).toThrow(/did you mean 'error'/)
    const missing = { scope: undefined } as object
    expect(() => assertForbidden(refusal(insufficient), missing)).toThrow(/present but undefined/)
  })
})

describe('what the expectations refuse', () => {
  const cases: [string, Expectation, Answer, RegExp][] = [
    [
      'another status',
      unauthorized(),
      refusal({ status: 403 }),
      /expected: status 401\n.*status 403/,
    ],
    [
      'no challenge',
      unauthorized(),
      refusal({ headers: { 'www-authenticate': '' } }),
      /no WWW-Auth/,
    ],
    [
      'a challenge of another scheme',
      unauthorized(),
      refusal({ headers: { 'www-authenticate': 'Basic realm="Bearer"' } }),
      /came: {5}WWW-Authenticate: Basic realm=/,
    ],
    [
      'a challenge that breaks the grammar',
      unauthorized(),
      refusal({ headers: { 'www-authenticate': 'Bearer realm="api' } }),
      /RFC 9110 section 11\.6\.1[\s\S]*expected the value of 'realm' at character 14/,
    ],
    [
      'an error where none is expected',
      unauthorized({ error: null }),
      refusal(invalid),
      /no error in/,
    ],
    ['no error', unauthorized({ error: 'invalid_token' }), refusal(), /came: {5}no error\n/],
    [
      'an error that has another status',
      unauthorized(),
      refusal({ headers: { 'www-authenticate': 'Bearer error=insufficient_scope' } }),
      /insufficient_scope has the status 403/,
    ],
    ['another realm', unauthorized({ realm: 'x' }), refusal(), /expected: realm "x" in/],
    ['another scope', forbidden({ scope: 'a' }), refusal(insufficient), /came: {5}scope "a b"/],
    [
      'another description',
      unauthorized({ description: /late/g }),
      refusal({ headers: { 'www-authenticate': 'Bearer error_description="early"' } }),
      /that matches \/late\/g/,
    ],
    ['no Cache-Control', unauthorized(), refusal({ headers: { 'cache-control': '' } }), /no-store/],
    [
      'an answer for shared caches',
      unauthorized(),
      refusal({ headers: { 'cache-control': 'public, no-store' } }),
      /came: {5}Cache-Control: public, no-store\n/,
    ],
    [
      'a body of another type',
      unauthorized(),
      refusal({ headers: { 'content-type': 'application/json' } }),
      /say \{ body: false \}/,
    ],
    ['a body that is no JSON', unauthorized(), refusal({ body: 'no' }), /is a JSON object/],
    [
      'a body with another status',
      unauthorized(),
      refusal({ body: {} }),
      /JSON body with status 401/,
    ],
    [
      'a body that does not name the error',
      unauthorized(),
      refusal({ ...invalid, body: problem }),
      /JSON body with error "invalid_token"/,
    ],
    [
      'a body that names an error of its own',
      unauthorized(),
      refusal({ body: { ...problem, error: 'invalid_token' } }),
      /JSON body with no error/,
    ],
    [
      'a body without a member',
      unauthorized({ body: { a: [1] } }),
      refusal({ body: { a: [] } }),
      /a \[1\]/,
    ],
    ['401 in the place of 403', forbidden(), refusal(), /the requirements of the route were never/],
    [
      '403 with the error of another status',
      forbidden(),
      refusal({ ...invalid, status: 403 }),
      /expected: error "insufficient_scope"/,
    ],
    [
      '503 without Retry-After',
      unavailable(),
      refusal({ ...outage, headers: { 'www-authenticate': '' } }),
      /no Retry-After/,
    ],
    [
      '503 with Retry-After: 0',
      unavailable(),
      refusal({ ...outage, headers: { ...outage.headers, 'retry-after': '0' } }),
      /at least 1/,
    ],
    [
      '503 with a challenge',
      unavailable(),
      refusal({ ...outage, headers: { 'retry-after': '7' } }),
      /no WWW-Auth/,
    ],
    [
      '503 whose body names an error',
      unavailable(),
      refusal({ ...outage, body: { status: 503, error: 'x' } }),
      /with no error/,
    ],
    ['a refusal where none is expected', authorized(), refusal(), /a status from 200 to 299/],
    [
      'a success with a challenge',
      authorized(),
      refusal({ status: 200 }),
      /no WWW-Authenticate in an/,
    ],
    ['a redirect', authorized(), refusal({ status: 302 }), /no guard does/],
  ]

  it.each(cases)('%s', (_, expectation, answer, message) => {
    expect(() => expectation(answer)).toThrow(message)
    expect(() => expectation(answer)).toThrow(
      /^tollgate: this answer is not what \w+\(.*\) expects\n {2}expected: .+\n {2}came: {5}.+\n {2}look at: {2}.+[.?]$/,
    )
  })

  it('the answers that these cases change pass without the change', () => {
    unauthorized()(refusal())
    unauthorized({ error: 'invalid_token' })(refusal(invalid))
    forbidden({ scope: 'b a' })(refusal(insufficient))
    unavailable()(refusal(outage))
    unauthorized({ body: false })(refusal({ headers: { 'content-type': '' }, body: 'no' }))
    unauthorized({ body: { a: [1] } })(refusal({ body: { a: [1], b: 2 } }))
    unauthorized({ scheme: 'dpop' })(refusal({ headers: { 'www-authenticate': 'Bearer, DPoP' } }))
    unavailable({ retryAfter: false })(refusal({ ...outage, headers: { 'www-authenticate': '' } }))
    unauthorized()({
      ...refusal(),
      headers: { ...refusal().headers, 'www-authenticate': ['Basic', 'Bearer realm="api"'] },
    })
  })

  it('an answer that repeats the token, without showing the token', async () => {
    const echo = express()
    echo.get('/', (req, res) => {
      res.status(401).set({ 'WWW-Authenticate': 'Bearer', 'Cache-Control': 'no-store' })
      res.type('application/problem+json').send({ status: 401, sent: req.headers.authorization })
    })
    const token = issuer.mint()
    const answer = await request(echo).get('/').auth(token, { type: 'bearer' })
    expect(messageOf(() => unauthorized()(answer))).toContain('a body that holds the token')
    const other = messageOf(() => forbidden()(answer))
    expect(other).toContain('Bearer <the token>')
    expect(other).not.toContain(token)
  })

  it('an error in the challenge, if the request carried no token in any header', async () => {
    const refusing = express()
    refusing.get('/', (_req, res) => {
      const { headers, text } = refusal(invalid)
      res
        .status(401)
        .set(headers)
        .send(Buffer.from(text ?? ''))
    })
    const answer = await request(refusing).get('/')
    expect(() => unauthorized({ body: false })(answer)).toThrow(
      'because the request carried no token',
    )
    unauthorized({ error: 'invalid_token', body: false })(answer)
    unauthorized({ body: false })(
      await request(refusing).get('/').set('x-assertion', issuer.mint()),
    )
  })
})

describe('the messages say what to look at', () => {
  it('a route without a guard', async () => {
    const answer = await request(app).get('/open')
    expect(messageOf(() => unauthorized({ error: null })(answer))).toBe(
      [
        'tollgate: this answer is not what unauthorized({ error: null }) expects',
        '  expected: status 401',
        '  came:     status 200',
        '  look at:  The route: is requireAuth() before its handler? The request: does it carry a token that the app must refuse?',
      ].join('\n'),
    )
  })

  it('a token without the scope, where the route was expected to answer', async () => {
    const answer = await request(app).get('/orders').use(issuer.as())
    const message = messageOf(() => authorized()(answer))
    expect(message).toContain('scope="orders:read"')
    expect(message).toContain("issuer.as({ scope: '…' })")
  })

  it('an outage, where a refusal was expected', async () => {
    const { app: cutOff, down } = createCutOffApp()
    const answer = await request(cutOff).get('/orders').use(down.as())
    expect(messageOf(() => unauthorized()(answer))).toContain('a fault of issuer.fail()')
  })

  it('docs/testing.md shows a message as it is', async () => {
    const page = await readFile(new URL('../../../docs/testing.md', import.meta.url), 'utf8')
    const answer = await request(examplesApp(issuer.trust())).get('/orders')
    const message = messageOf(() => forbidden({ scope: 'orders:read' })(answer))
    expect(page).toContain(`\`\`\`\n${message}\n\`\`\`\n`)
  })

  it('a text with line breaks and other controls, which are escaped and cut', () => {
    const answer = refusal({ status: 500, body: `a\r\n\u001b[31m\u2028${'x'.repeat(300)}` })
    const [came] = messageOf(() => unauthorized()(answer)).match(/^ {2}came:.*$/m) ?? []
    expect(came).toContain(String.raw`body a\u{d}\u{a}\u{1b}[31m\u{2028}xxx`)
    expect(came).toMatch(/x …$/)
    expect(came?.length).toBeLessThan(400)
  })
})

describe('wrong arguments of the expectations', () => {
  it('an unknown option, and one that is undefined', () => {
    expect(() => unauthorized({ errror: null } as object)).toThrow(
      "tollgate: unknown option 'errror' in the options of unauthorized: did you mean 'error'?",
    )
    const undefinedScope = { scope: undefined } as unknown as { scope: string }
    expect(() => forbidden(undefinedScope)).toThrow(
      "tollgate: the options of forbidden: the member 'scope' is present but undefined",
    )
    expect(() => unauthorized('invalid_token' as unknown as object)).toThrow(
      "must be a plain object, not a string; write unauthorized({ error: 'invalid_token' })",
    )
    expect(() => unauthorized(null as unknown as object)).toThrow(
      'must be a plain object, not null',
    )
  })

  it('a promise of an answer, and what is no answer', () => {
    const promised = request(app).get('/orders') as unknown as Answer
    expect(() => unauthorized()(promised)).toThrow(
      'tollgate: the answer that unauthorized was given is a promise of an answer: await it first',
    )
    for (const value of [undefined, 'no', {}, { status: 401 }]) {
      expect(() => authorized()(value as unknown as Answer)).toThrow(TypeError)
    }
  })
})

function messageOf(run: () => void): string {
  try {
    run()
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('nothing was thrown')
}
