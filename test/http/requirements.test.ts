import { runInNewContext } from 'node:vm'
import express from 'express'
import Koa from 'koa'
import supertest from 'supertest'
import { createVerifier } from 'tollgate'
import { createAuth as createExpressAuth, getAuth } from 'tollgate/express'
import { createAuth as createFastifyAuth } from 'tollgate/fastify'
import { createAuth as createFetchAuth } from 'tollgate/fetch'
import { createAuth as createHonoAuth } from 'tollgate/hono'
import { createAuth as createKoaAuth, getAuth as getKoaAuth } from 'tollgate/koa'
import { createAuth as createNestAuth } from 'tollgate/nest'
import { createAuth as createNodeAuth } from 'tollgate/node'
import { describe, expect, it } from 'vitest'

const options = { issuer: 'https://login.example.com', audience: 'https://api.example.com' }

type MakeGuard = (...given: unknown[]) => unknown

const { guard, requireAuth: requireFetchAuth } = createFetchAuth(options)
/** What makes a guard in each adapter. */
const guardMakers: readonly (readonly [string, MakeGuard])[] = [
  ['requireAuth of Express', createExpressAuth(options).requireAuth as MakeGuard],
  ['requireAuth of Koa', createKoaAuth(options).requireAuth as MakeGuard],
  ['requireAuth of Fastify', createFastifyAuth(options).requireAuth as MakeGuard],
  ['requireAuth of Hono', createHonoAuth(options).requireAuth as MakeGuard],
  ['requireAuth of fetch', requireFetchAuth as MakeGuard],
  ['guard of fetch', (...given) => (guard as MakeGuard)(() => new Response(), ...given)],
  ['requireAuth of Nest', createNestAuth(options).requireAuth as MakeGuard],
  ['requireAuth of Node', createNodeAuth(options).requireAuth as MakeGuard],
]

const authMakers = [
  ['createAuth of Express', createExpressAuth],
  ['createAuth of Koa', createKoaAuth],
  ['createAuth of Fastify', createFastifyAuth],
  ['createAuth of Hono', createHonoAuth],
  ['createAuth of fetch', createFetchAuth],
  ['createAuth of Nest', createNestAuth],
  ['createAuth of Node', createNodeAuth],
] as unknown as readonly (readonly [string, MakeGuard])[]

class RouteRequirements {
  scope = 'a'
}

/** A class whose instances inherit from nothing but its prototype. */
class Bare {
  scope = 'a'
}
Object.setPrototypeOf(Bare.prototype, null)

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
    'requirements that are inherited from an object without a prototype',
    Object.create(Object.assign(Object.create(null), { scope: 'a' })),
    /must be a plain object.*inherits would be ignored: write \{ name: value \}/,
  ],
  [
    'requirements that are inherited from an object whose prototype is null in its literal',
    { __proto__: { __proto__: null, scope: 'a' } },
    /must be a plain object.*inherits would be ignored/,
  ],
  ['an instance of a class', new RouteRequirements(), /must be a plain object/],
  ['an instance of a class that inherits from nothing', new Bare(), /must be a plain object/],
  [
    'a scope that is not enumerable',
    Object.defineProperty({}, 'scope', { value: 'a' }),
    /'scope' in the requirements of requireAuth is not enumerable.*write \{ scope: … \}/,
  ],
  [
    'an optional that is not enumerable beside a scope',
    Object.defineProperty({ scope: 'a' }, 'optional', { value: false }),
    /'optional' in the requirements of requireAuth is not enumerable/,
  ],
  [
    'a requirement that is not enumerable and has a typo in its name',
    Object.defineProperty({}, 'scopes', { value: 'a' }),
    /unknown option 'scopes'.*did you mean 'scope'\?/,
  ],
  [
    'a member under a symbol',
    { [Symbol('scope')]: 'a' },
    /the requirements of requireAuth.*Symbol\(scope\).*remove it, or name it/,
  ],
  [
    'a member under a symbol that is not enumerable',
    Object.defineProperty({}, Symbol('scope'), { value: 'a' }),
    /the requirements of requireAuth.*Symbol\(scope\).*remove it, or name it/,
  ],
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
  ['a scope with a comma in the string', { scope: 'a,b' }, /'scope' has a comma.*by a space, or/],
  ['a role that is undefined', { role: undefined }, /'role' is present but undefined/],
  ['an anyRole that is undefined', { anyRole: undefined }, /'anyRole' is present but undefined/],
  ['a permission that is undefined', { permission: undefined }, /'permission' is present but/],
  ['an anyPermission that is undefined', { anyPermission: undefined }, /'anyPermission' is pres/],
  ['claims that are undefined', { claims: undefined }, /'claims' is present but undefined/],
  ['an actor that is undefined', { actor: undefined }, /'actor' is present but undefined/],
  ['an empty role', { role: '' }, /'role' must hold non-empty roles, not an empty string/],
  ['a blank role', { role: ' ' }, /'role' holds a role that begins or ends with a space/],
  ['a role with a space before it', { role: ['a', ' b'] }, /'role' holds a role that begins or/],
  ['an empty list of roles', { role: [] }, /'role' names no role/],
  ['a role that is null', { role: null }, /'role' must be a string or an array of roles, not null/],
  ['a list of roles with an empty one', { role: ['a', ''] }, /'role' must hold non-empty roles/],
  ['a list of roles with a hole', { role: new Array(1) }, /must hold non-empty roles, not undef/],
  [
    'a role with a comma in the string',
    { role: 'a,b' },
    /'role' is one role and has a comma.*\['a',/,
  ],
  ['a role twice', { role: ['a', 'b', 'a'] }, /'role' names 'a' twice/],
  ['a Set of roles', { role: new Set(['a']) }, /'role' must be a string or an array of roles/],
  ['an anyRole that is a string', { anyRole: 'a' }, /'anyRole' must be an array of roles/],
  ['an empty anyRole', { anyRole: [] }, /'anyRole' names no role/],
  ['a role of anyRole twice', { anyRole: ['a', 'a'] }, /'anyRole' names 'a' twice/],
  ['an empty permission', { permission: '' }, /'permission' must hold non-empty permissions/],
  ['a permission that is a number', { permission: 1 }, /must be a string or an array of permiss/],
  ['a permission with a comma', { permission: 'a,b' }, /'permission' is one permission and has/],
  ['an empty anyPermission', { anyPermission: [] }, /'anyPermission' names no permission/],
  ['a permission twice', { anyPermission: ['a', 'a'] }, /'anyPermission' names 'a' twice/],
  ['claims that are a list', { claims: ['a'] }, /'claims' must be a plain object, not an array/],
  ['claims that are a Map', { claims: new Map([['a', 1]]) }, /'claims' must be a plain object/],
  ['claims that are inherited', { claims: Object.create({ a: 1 }) }, /'claims' must be a plain/],
  ['claims without a claim', { claims: {} }, /'claims' names no claim/],
  ['a claim without a name', { claims: { '': 'a' } }, /'claims' names a claim by an empty string/],
  [
    'a claim under a symbol',
    { claims: { [Symbol('a')]: 1 } },
    /'claims' has a member under the sy/,
  ],
  [
    'a claim that is not enumerable',
    { claims: Object.defineProperty({}, 'a', { value: 1 }) },
    /'a' in requireAuth: option 'claims' is not enumerable/,
  ],
  ['a claim that is undefined', { claims: { a: undefined } }, /'claims', claim 'a' is present but/],
  [
    'a claim that is null',
    { claims: { a: null } },
    /compare the claim 'a' with non.*, not with null/,
  ],
  [
    'a claim that is empty',
    { claims: { a: '' } },
    /compare the claim 'a'.*not with an empty string/,
  ],
  [
    'a claim that is an object',
    { claims: { a: { b: 1 } } },
    /compare the claim 'a' .* such an obj/,
  ],
  [
    'a claim that is a list in a list',
    { claims: { a: [['b']] } },
    /compare the claim 'a'.* an array/,
  ],
  ['a claim that is no number', { claims: { a: Number.NaN } }, /compare the claim 'a' .* NaN/],
  ['a claim that is a bigint', { claims: { a: 1n } }, /compare the claim 'a' .* a bigint/],
  ['a claim without values', { claims: { a: [] } }, /names no value for the claim 'a'/],
  [
    'a claim one of whose values is undefined',
    { claims: { a: ['b', undefined] } },
    /claim 'a' .* undef/,
  ],
  [
    'a value of a claim twice',
    { claims: { a: [1, 2, 1] } },
    /names a value of the claim 'a' twice/,
  ],
  ['an actor that is a string', { actor: 'a' }, /'actor' must be true, false or an array of subj/],
  ['an actor that is null', { actor: null }, /'actor' must be true, false or an array of subjects/],
  ['an empty list of actors', { actor: [] }, /'actor' names no subject/],
  ['an actor with an empty subject', { actor: [''] }, /'actor' must hold non-empty subjects/],
  ['an actor twice', { actor: ['a', 'a'] }, /'actor' names 'a' twice/],
  ['a check that is a boolean', { check: true }, /'check' must be a function/],
  ['an optional that is a string', { optional: 'true' }, /'optional' must be true or false/],
]

describe.each(guardMakers)('T16: wrong requirements of %s', (name, makeGuard) => {
  it.each(wrong)(`${name} refuses %s`, (_name, requirements, message) => {
    const construct = (): unknown => makeGuard(requirements)
    expect(construct).toThrow(TypeError)
    expect(construct).toThrow(message)
  })

  it(`${name} accepts requirements without a prototype, and those of another realm`, () => {
    makeGuard(Object.assign(Object.create(null), { scope: 'a' }))
    makeGuard(runInNewContext("({ scope: 'a' })"))
    const ofRealm = (code: string) => () => makeGuard(runInNewContext(code))
    expect(ofRealm("Object.create({ scope: 'a' })")).toThrow(/must be a plain object/)
    expect(ofRealm("new (class { scope = 'a' })()")).toThrow(/must be a plain object/)
  })
})

describe('T16: arguments that nothing reads', () => {
  const further = [[{ scope: 'b' }], [undefined], [0, []]]

  it.each(guardMakers)('%s refuses an argument behind the requirements', (name, makeGuard) => {
    const called = name.replace(/ .*/, '')
    for (const more of further) {
      const construct = (): unknown => makeGuard({ scope: 'a' }, ...more)
      expect(construct).toThrow(TypeError)
      expect(construct).toThrow(`${called} was given an argument too many`)
      expect(construct).toThrow('in one object')
      expect(construct).toThrow(`in map() write (one) => ${called}(one)`)
    }
    expect(() => makeGuard({ scope: 'a' })).not.toThrow()
    expect(() => makeGuard()).not.toThrow()
  })

  it.each(guardMakers)('a list of requirements cannot be mapped by %s', (_, makeGuard) => {
    expect(() => [{ scope: 'a' }, { scope: 'b' }].map(makeGuard)).toThrow(TypeError)
  })

  it.each(authMakers)('%s refuses an argument behind the options', (_, create) => {
    for (const more of further) {
      const construct = (): unknown => create(options, ...more)
      expect(construct).toThrow(TypeError)
      expect(construct).toThrow('createAuth was given an argument too many')
      expect(construct).toThrow('in map() write (one) => createAuth(one)')
    }
    expect(() => create(options)).not.toThrow()
  })

  it('createVerifier refuses an argument behind the options', () => {
    for (const more of further) {
      const construct = (): unknown => (createVerifier as MakeGuard)(options, ...more)
      expect(construct).toThrow(TypeError)
      expect(construct).toThrow('createVerifier was given an argument too many')
    }
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
    [
      'a realm that is not enumerable',
      Object.defineProperty({ ...options }, 'realm', { value: 'a' }),
      /'realm' in the options of createAuth is not enumerable/,
    ],
  ] as const)('createAuth refuses %s', (_, wrongOptions, message) => {
    for (const [, create] of authMakers) {
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
