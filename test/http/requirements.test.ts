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
    'a Promise of requirements',
    Promise.resolve({ scope: 'a' }),
    /must be a plain object, not a Promise: await it first/,
  ],
  ['a Map', new Map([['scope', 'a']]), /must be a plain object/],
  ['a Set', new Set(['a']), /must be a plain object/],
  ['a Date', new Date(), /must be a plain object/],
  ['requirements that are inherited', Object.create({ scope: 'a' }), /must be a plain object/],
  [
    'a requirement with a typo in its name',
    { scopes: 'x' },
    /unknown option 'scopes'.*did you mean 'scope'\?/,
  ],
  ['a requirement of a later version', { acr: 'x' }, /unknown option 'acr'/],
  ['a scope that is undefined', { scope: undefined }, /'scope' is present but undefined/],
  ['an anyScope that is undefined', { anyScope: undefined }, /'anyScope' is present but undefined/],
  ['a check that is undefined', { check: undefined }, /'check' is present but undefined/],
  ['an optional that is undefined', { optional: undefined }, /'optional' is present but undefined/],
  ['an empty scope', { scope: '' }, /'scope' must hold non-empty scopes/],
  ['a blank scope', { scope: ' ' }, /'scope' must hold non-empty scopes/],
  [
    'a scope with two spaces in a row',
    { scope: 'a  b' },
    /'scope' must hold non-empty scopes, separated by one space/,
  ],
  ['an empty list of scopes', { scope: [] }, /'scope' names no scope/],
  [
    'a list of scopes with an empty one',
    { scope: ['a', ''] },
    /'scope' must hold non-empty scopes/,
  ],
  ['a list of scopes with a space in one', { scope: ['a b'] }, /'scope' holds a character/],
  ['a scope with a quotation mark', { scope: 'a"b' }, /'scope' holds a character/],
  ['a scope with a backslash', { scope: 'a\\b' }, /'scope' holds a character/],
  ['a scope with a line break', { scope: 'a\r\nb' }, /'scope' holds a character/],
  ['a scope with a character outside of ASCII', { scope: 'é' }, /'scope' holds a character/],
  ['a scope that is a number', { scope: 1 }, /'scope' must be a string or an array of scopes/],
  ['an empty anyScope', { anyScope: [] }, /'anyScope' names no scope/],
  ['an anyScope that is a string', { anyScope: 'a' }, /'anyScope' must be an array/],
  ['a check that is a boolean', { check: true }, /'check' must be a function/],
  ['an optional that is a string', { optional: 'true' }, /'optional' must be true or false/],
]

describe.each([
  ['requireAuth of Express', createExpressAuth(options).requireAuth],
  ['requireAuth of Koa', createKoaAuth(options).requireAuth],
] as const)('T16: wrong requirements of %s', (name, requireAuth) => {
  it.each(wrong)(`${name} refuses %s`, (_name, requirements, message) => {
    const construct = (): unknown => (requireAuth as (r: unknown) => unknown)(requirements)
    expect(construct).toThrow(TypeError)
    expect(construct).toThrow(message)
  })
})

describe('T16: requireAuth that is not called', () => {
  it('an Express route with requireAuth instead of requireAuth() stays closed, and the error says how to fix it', async () => {
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

  it('a Koa app with requireAuth instead of requireAuth() stays closed, and the error says how to fix it', async () => {
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

describe('T16: wrong options of createAuth', () => {
  const verifier = createVerifier(options)
  it.each([
    ['an empty realm', { ...options, realm: '' }, /'realm' must be a non-empty string/],
    ['a realm with a line break', { ...options, realm: 'a\r\nb' }, /'realm'/],
    ['a realm with a character outside of ASCII', { ...options, realm: 'é' }, /'realm'/],
    [
      'an option with a typo in its name',
      { ...options, relm: 'x' },
      /'relm'.*did you mean 'realm'/,
    ],
    ['an object as onRefuse', { ...options, onRefuse: {} }, /'onRefuse' must be a function/],
    [
      'options beside a verifier',
      { verifier, issuer: options.issuer },
      /'issuer' has no effect beside 'verifier'/,
    ],
    [
      'a verifier without verify()',
      { verifier: {} },
      /'verifier' must have a verify\(\): make it with createVerifier/,
    ],
    [
      'null as verifier',
      { verifier: null },
      /'verifier' must have a verify\(\): make it with createVerifier/,
    ],
  ] as const)('createAuth refuses %s', (_, wrongOptions, message) => {
    for (const create of [createExpressAuth, createKoaAuth]) {
      expect(() => create(wrongOptions as never)).toThrow(TypeError)
      expect(() => create(wrongOptions as never)).toThrow(message)
    }
  })

  it('createAuth accepts a verifier together with a realm', () => {
    expect(createExpressAuth({ verifier, realm: 'x' }).verifier).toBe(verifier)
    expect(createKoaAuth({ verifier }).verifier).toBe(verifier)
  })
})

describe('getAuth', () => {
  it('getAuth on a route without a guard throws an error that says how to fix it', () => {
    expect(() => getAuth({})).toThrow(/put requireAuth\(\) before its handler/)
    expect(() => getKoaAuth({ req: { headers: {} } })).toThrow(/put requireAuth\(\)/)
    expect(getAuth({}, { optional: true })).toBeUndefined()
    expect(getKoaAuth({ req: { headers: {} } }, { optional: true })).toBeUndefined()
  })

  it('getAuth for an anonymous caller throws an error that says how to fix it', async () => {
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
