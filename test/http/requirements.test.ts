import express from 'express'
import Koa from 'koa'
import supertest from 'supertest'
import { createVerifier } from 'tollgate'
import { createAuth as createExpressAuth, getAuth } from 'tollgate/express'
import { createAuth as createKoaAuth, getAuth as getKoaAuth } from 'tollgate/koa'
import { describe, expect, it } from 'vitest'

const options = { issuer: 'https://login.example.com', audience: 'https://api.example.com' }

const wrong: readonly (readonly [string, unknown, RegExp])[] = [
  ['a string', 'orders:read', /must be a plain object, not a string/],
  ['an array', ['orders:read'], /must be a plain object, not an array/],
  ['null', null, /must be a plain object, not null/],
  [
    'a Promise',
    Promise.resolve({ scope: 'a' }),
    /must be a plain object, not a Promise: await it first/,
  ],
  ['a Map', new Map([['scope', 'a']]), /must be a plain object/],
  ['a Set', new Set(['a']), /must be a plain object/],
  ['a Date', new Date(), /must be a plain object/],
  ['requirements that are inherited', Object.create({ scope: 'a' }), /must be a plain object/],
  ['a typo', { scopes: 'x' }, /unknown option 'scopes'.*did you mean 'scope'\?/],
  ['a later requirement', { acr: 'x' }, /unknown option 'acr'/],
  ['scope undefined', { scope: undefined }, /'scope' is present but undefined/],
  ['anyScope undefined', { anyScope: undefined }, /'anyScope' is present but undefined/],
  ['check undefined', { check: undefined }, /'check' is present but undefined/],
  ['optional undefined', { optional: undefined }, /'optional' is present but undefined/],
  ['an empty scope', { scope: '' }, /'scope' must hold non-empty scopes/],
  ['a blank scope', { scope: ' ' }, /'scope' must hold non-empty scopes/],
  ['two spaces', { scope: 'a  b' }, /'scope' must hold non-empty scopes, separated by one space/],
  ['no scopes', { scope: [] }, /'scope' names no scope/],
  ['an empty scope in a list', { scope: ['a', ''] }, /'scope' must hold non-empty scopes/],
  ['a space in a list', { scope: ['a b'] }, /'scope' holds a character/],
  ['a quote', { scope: 'a"b' }, /'scope' holds a character/],
  ['a backslash', { scope: 'a\\b' }, /'scope' holds a character/],
  ['a line break', { scope: 'a\r\nb' }, /'scope' holds a character/],
  ['another alphabet', { scope: 'é' }, /'scope' holds a character/],
  ['a number', { scope: 1 }, /'scope' must be a string or an array of scopes/],
  ['no anyScope', { anyScope: [] }, /'anyScope' names no scope/],
  ['anyScope as a string', { anyScope: 'a' }, /'anyScope' must be an array/],
  ['check as a boolean', { check: true }, /'check' must be a function/],
  ['optional as a string', { optional: 'true' }, /'optional' must be true or false/],
]

describe.each([
  ['express', createExpressAuth(options).requireAuth],
  ['koa', createKoaAuth(options).requireAuth],
] as const)('%s: requireAuth refuses', (_, requireAuth) => {
  it.each(wrong)('%s', (_name, requirements, message) => {
    const construct = (): unknown => (requireAuth as (r: unknown) => unknown)(requirements)
    expect(construct).toThrow(TypeError)
    expect(construct).toThrow(message)
  })
})

describe('a forgotten call', () => {
  it('never opens an Express route, and says what to do', async () => {
    const { requireAuth } = createExpressAuth(options)
    const app = express()
    let reached = false
    let message = ''
    app.get('/', requireAuth as never, (_req, res) => {
      reached = true
      res.json({})
    })
    app.use(((error, _req, res, _next) => {
      message = error.message
      res.status(500).end()
    }) satisfies express.ErrorRequestHandler)
    await supertest(app).get('/').expect(500)
    expect(reached).toBe(false)
    expect(message).toMatch(/call it, requireAuth\(\)/)
  })

  it('never opens a Koa app, and says what to do', async () => {
    const { requireAuth } = createKoaAuth(options)
    const app = new Koa()
    let reached = false
    let message = ''
    app.on('error', (error) => {
      message = error.message
    })
    app.use(requireAuth as never)
    app.use((ctx) => {
      reached = true
      ctx.body = {}
    })
    await supertest(app.callback()).get('/').expect(500)
    expect(reached).toBe(false)
    expect(message).toMatch(/call it, requireAuth\(\)/)
  })
})

describe('createAuth refuses', () => {
  const verifier = createVerifier(options)
  it.each([
    ['an empty realm', { ...options, realm: '' }, /'realm' must be a non-empty string/],
    ['a line break in realm', { ...options, realm: 'a\r\nb' }, /'realm'/],
    ['another alphabet in realm', { ...options, realm: 'é' }, /'realm'/],
    ['a typo', { ...options, relm: 'x' }, /'relm'.*did you mean 'realm'/],
    ['onRefuse as an object', { ...options, onRefuse: {} }, /'onRefuse' must be a function/],
    [
      'options beside a verifier',
      { verifier, issuer: options.issuer },
      /'issuer' has no effect beside 'verifier'/,
    ],
    [
      'something else as verifier',
      { verifier: {} },
      /'verifier' must have a verify\(\): make it with createVerifier/,
    ],
    [
      'null as verifier',
      { verifier: null },
      /'verifier' must have a verify\(\): make it with createVerifier/,
    ],
  ] as const)('%s', (_, wrongOptions, message) => {
    for (const create of [createExpressAuth, createKoaAuth]) {
      expect(() => create(wrongOptions as never)).toThrow(TypeError)
      expect(() => create(wrongOptions as never)).toThrow(message)
    }
  })

  it('but takes a verifier with a realm', () => {
    expect(createExpressAuth({ verifier, realm: 'x' }).verifier).toBe(verifier)
    expect(createKoaAuth({ verifier }).verifier).toBe(verifier)
  })
})

describe('getAuth', () => {
  it('gives an instruction on an unguarded route', () => {
    expect(() => getAuth({})).toThrow(/put requireAuth\(\) before its handler/)
    expect(() => getKoaAuth({ req: { headers: {} } })).toThrow(/put requireAuth\(\)/)
    expect(getAuth({}, { optional: true })).toBeUndefined()
    expect(getKoaAuth({ req: { headers: {} } }, { optional: true })).toBeUndefined()
  })

  it('gives an instruction for an anonymous caller', async () => {
    const { requireAuth } = createExpressAuth(options)
    const app = express()
    let message = ''
    app.get('/', requireAuth({ optional: true }), (req, res) => {
      try {
        getAuth(req)
      } catch (error) {
        message = (error as Error).message
      }
      res.json({ auth: getAuth(req, { optional: true }) ?? null })
    })
    await supertest(app).get('/').expect(200, { auth: null })
    expect(message).toMatch(/anonymous.*optional: true/)
  })
})
