import express from 'express'
import supertest from 'supertest'
import type { Auth, AuthEvent, StandardSchema, Verifier, VerifierOptions } from 'tollgate'
import { AuthError, createVerifier, InvalidTokenError } from 'tollgate'
import { createAuth, getAuth } from 'tollgate/express'
import { createTestIssuer, faults } from 'tollgate/testing'
import * as v from 'valibot'
import type { Mock } from 'vitest'
import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { expectNoLeak } from '../../leaks.ts'

const issuer = createTestIssuer()
issuer.clock.freeze()

type Validate = (claims: Record<string, unknown>) => unknown

interface CountingSchema extends StandardSchema<Record<string, unknown>> {
  readonly asked: Mock<Validate>
}

/** A schema without a library. It counts its calls; `validate` says what it gives or throws. */
function schemaOf(validate: Validate): CountingSchema {
  const asked = vi.fn(validate)
  const standard = { version: 1, vendor: 'test', validate: asked } as const
  return { '~standard': standard, asked } as unknown as CountingSchema
}

const giving = (value: unknown): CountingSchema => schemaOf(() => ({ value }))
const same = (): CountingSchema => schemaOf((claims) => ({ value: claims }))

/** A verifier whose claims have no static type, for tests that give wrong schemas on purpose. */
const verifierOf = (
  claims: unknown,
  options: Pick<VerifierOptions, 'tokenCache' | 'profile' | 'onEvent'> = {},
): Verifier<Record<string, unknown>> =>
  createVerifier({ ...issuer.trust(options), claims: claims as never })

const caught = (verifying: Promise<unknown>): Promise<unknown> =>
  verifying.then(
    () => expect.fail('the token was accepted'),
    (error: unknown) => error,
  )

function expectFrozen(value: unknown, seen = new Set<unknown>()): void {
  if (typeof value !== 'object' || value === null || seen.has(value)) return
  seen.add(value)
  expect(Object.isFrozen(value)).toBe(true)
  for (const name of Reflect.ownKeys(value)) expectFrozen(Reflect.get(value, name), seen)
}

describe('auth.claims with a schema', () => {
  it('auth.claims holds what a Zod schema gives: transformed values, defaults, and no unnamed claims', async () => {
    const claims = z.object({
      roles: z.string().transform((roles) => roles.split(' ')),
      tenant: z.string().default('none'),
    })
    const verifier = createVerifier({ ...issuer.trust(), claims })
    const auth = await verifier.verify(issuer.mint({ roles: 'reader writer', extra: 1 }))
    expect(auth.claims).toEqual({ roles: ['reader', 'writer'], tenant: 'none' })
  })

  it('auth.claims holds what a Valibot schema gives: transformed values, defaults, and no unnamed claims', async () => {
    const roles = v.pipe(
      v.string(),
      v.transform((text) => text.split(' ')),
    )
    const claims = v.object({ roles, tenant: v.optional(v.string(), 'none') })
    const verifier = createVerifier({ ...issuer.trust(), claims })
    const auth = await verifier.verify(issuer.mint({ roles: 'reader writer', extra: 1 }))
    expect(auth.claims).toEqual({ roles: ['reader', 'writer'], tenant: 'none' })
  })

  it.each([
    ['an object', same()],
    ['a function, as ArkType schemas are', Object.assign(() => 'called', { ...same() })],
    [
      'an instance of a class',
      new (class {
        readonly '~standard' = same()['~standard']
      })(),
    ],
  ])('auth.claims holds what a hand-written schema gives that is %s', async (_, claims) => {
    const auth = await verifierOf(claims).verify(issuer.mint({ tier: 'gold' }))
    expect(auth.claims['tier']).toBe('gold')
  })

  it('auth.claims may be empty, have no prototype, or hold values that JSON cannot express', async () => {
    expect((await verifierOf(giving({})).verify(issuer.mint())).claims).toEqual({})
    const bare = Object.assign(Object.create(null), { big: 1n, none: undefined })
    expect((await verifierOf(giving(bare)).verify(issuer.mint())).claims).toBe(bare)
  })

  it('auth.claims holds every claim of the token if there is no schema, or the schema is undefined', async () => {
    const token = issuer.mint({ tier: 'gold' })
    const without = await createVerifier(issuer.trust()).verify(token)
    const absent = await createVerifier(issuer.trust({ claims: undefined })).verify(token)
    expect(absent).toEqual(without)
    expect(absent.claims['tier']).toBe('gold')
  })

  it('the verifier waits for a claims schema that answers asynchronously', async () => {
    const later = schemaOf(async (claims) => ({ value: { id: claims['sub'] } }))
    expect((await verifierOf(later).verify(issuer.mint())).claims).toEqual({ id: 'user-1' })
    const inZod = z.object({ sub: z.string().transform(async (sub) => sub.toUpperCase()) })
    const auth = await createVerifier({ ...issuer.trust(), claims: inZod }).verify(issuer.mint())
    expect(auth.claims.sub).toBe('USER-1')
  })
})

describe('members of the Auth beside its claims', () => {
  const token = issuer.mint({ sub: 'alice', client_id: 'app', scope: 'a b' })
  const own = { issuer: issuer.url, subject: 'alice', clientId: 'app', scopes: ['a', 'b'] }

  it('issuer, subject, client, scopes and expiry come from the token, though the claims schema strips or changes claims', async () => {
    const stripped = await verifierOf(z.object({})).verify(token)
    expect(stripped).toMatchObject({ ...own, claims: {} })
    const changed = await verifierOf(
      giving({ iss: 'x', sub: 'root', client_id: 'x', scope: 'admin', exp: 9e9 }),
    ).verify(token)
    expect(changed).toMatchObject(own)
    expect(changed.expiresAt).toBe(Math.floor(issuer.now() / 1000) + 300)
  })

  it('issuer, subject, client, scopes and expiry stay right when the claims schema changes the claims that it is given', async () => {
    const meddling = schemaOf((claims) => {
      Object.assign(claims, { iss: 'x', sub: 'root', client_id: 'x', exp: 9e9 })
      if (Array.isArray(claims['scp'])) claims['scp'].push('admin')
      return { value: claims }
    })
    const verifier = verifierOf(meddling, { profile: 'jwt' })
    const listed = issuer.mint({ sub: 'alice', client_id: 'app', scp: ['a', 'b'] })
    for (const each of [await verifier.verify(listed), await verifier.verify(listed)]) {
      expect(each).toMatchObject({ ...own, expiresAt: Math.floor(issuer.now() / 1000) + 300 })
      expect(each.claims['sub']).toBe('root')
    }
    issuer.clock.advance(400)
    await expect(verifier.verify(listed)).rejects.toMatchObject({ reason: 'expired' })
    issuer.clock.advance(-400)
  })
})

describe('calls of a schema', () => {
  it('the claims schema is called once for each token that is cached', async () => {
    const claims = same()
    const verifier = verifierOf(claims)
    const [token, other] = issuer.mintMany(2) as [string, string]
    for (let i = 0; i < 100; i++) await verifier.verify(token)
    expect(claims.asked).toHaveBeenCalledTimes(1)
    await verifier.verify(other)
    expect(claims.asked).toHaveBeenCalledTimes(2)
  })

  it('the claims schema is not called again for a cached token, though many first requests came at the same time', async () => {
    const claims = schemaOf(async (value) => ({ value }))
    const verifier = verifierOf(claims)
    const token = issuer.mint()
    await Promise.all(Array.from({ length: 50 }, () => verifier.verify(token)))
    const first = claims.asked.mock.calls.length
    expect(first).toBeLessThanOrEqual(50)
    await Promise.all(Array.from({ length: 50 }, () => verifier.verify(token)))
    expect(claims.asked).toHaveBeenCalledTimes(first)
  })

  it('the claims schema is called on every verification with tokenCache: false', async () => {
    const claims = same()
    const verifier = verifierOf(claims, { tokenCache: false })
    const token = issuer.mint()
    for (let i = 0; i < 3; i++) await verifier.verify(token)
    expect(claims.asked).toHaveBeenCalledTimes(3)
  })

  it('the claims schema is given a fresh copy of the claims on every call', async () => {
    const handed: object[] = []
    const keeping = schemaOf((claims) => {
      handed.push(claims)
      return { value: {} }
    })
    const verifier = verifierOf(keeping, { tokenCache: false })
    const token = issuer.mint({ deep: { list: [1] } })
    await verifier.verify(token)
    ;(handed[0] as { deep: { list: number[] } }).deep.list.push(2)
    await verifier.verify(token)
    expect(handed[1]).toMatchObject({ deep: { list: [1] } })
  })

  it.each([
    ['has expired', () => issuer.bad.expired()],
    ['is not yet valid', () => issuer.bad.notYetValid()],
    ['was tampered with', () => issuer.bad.tampered()],
    ['is signed with a wrong key', () => issuer.bad.wrongKey()],
    ['is signed with an unknown key', () => issuer.bad.unknownKid()],
    ['is for another audience', () => issuer.bad.wrongAudience()],
    ['is from another issuer', () => issuer.bad.wrongIssuer()],
    ['is not signed', () => issuer.bad.unsigned()],
    ['is an ID token', () => issuer.bad.idToken()],
    ['is only random text', () => issuer.bad.garbage()],
    ['has no subject', () => issuer.mint({ sub: undefined })],
    ['is bound to a key', () => issuer.mint({ cnf: { jkt: 'x' } })],
  ])('the claims schema is never called for a token that %s', async (_, make) => {
    const claims = same()
    const verifier = verifierOf(claims)
    expect(await caught(verifier.verify(make()))).toBeInstanceOf(InvalidTokenError)
    expect(claims.asked).not.toHaveBeenCalled()
    await verifier.verify(issuer.mint())
    expect(claims.asked).toHaveBeenCalledTimes(1)
  })

  it('the claims schema is never called while the keys of the issuer cannot be loaded', async () => {
    const claims = same()
    const verifier = verifierOf(claims)
    await issuer.during('*', faults.refuse(), async () => {
      await expect(verifier.verify(issuer.mint())).rejects.toMatchObject({ status: 503 })
    })
    expect(claims.asked).not.toHaveBeenCalled()
  })

  it('the claims schema is not called again for a cached token that has expired', async () => {
    const claims = same()
    const verifier = verifierOf(claims)
    const token = issuer.mint()
    await verifier.verify(token)
    issuer.clock.advance(400)
    await expect(verifier.verify(token)).rejects.toMatchObject({ reason: 'expired' })
    issuer.clock.advance(-400)
    expect(claims.asked).toHaveBeenCalledTimes(1)
  })
})

describe('the output of a schema', () => {
  it('the output of a claims schema is deeply frozen, and is the same object for every request', async () => {
    const verifier = verifierOf(
      giving({ list: [{ deep: [1, [2]] }], inner: { inner: {} }, bare: Object.create(null) }),
    )
    const token = issuer.mint()
    const { claims } = await verifier.verify(token)
    expectFrozen(claims)
    expect(() => (claims['list'] as unknown[]).push('admin')).toThrow(TypeError)
    expect((await verifier.verify(token)).claims).toBe(claims)
  })

  it('the output of a claims schema is deeply frozen when it refers to itself', async () => {
    const output: Record<string, unknown> = { list: [] }
    output['self'] = output
    ;(output['list'] as unknown[]).push(output['list'], { up: output })
    const { claims } = await verifierOf(giving(output)).verify(issuer.mint())
    expect(claims['self']).toBe(claims)
    expectFrozen(claims)
  })

  it('the output of a claims schema is deeply frozen when the schema has frozen only its outer levels', async () => {
    const inner = z.object({ list: z.array(z.object({ on: z.boolean() })) }).readonly()
    const schema = z.object({ inner }).readonly()
    const shallow = schema.parse({ inner: { list: [{ on: true }] } })
    expect([Object.isFrozen(shallow.inner), Object.isFrozen(shallow.inner.list)]).toEqual([
      true,
      false,
    ])
    const verifier = createVerifier({ ...issuer.trust(), claims: schema })
    expectFrozen((await verifier.verify(issuer.mint({ inner: { list: [{ on: true }] } }))).claims)
  })

  it('the output of a claims schema is frozen below symbol keys and non-enumerable members', async () => {
    const symbol = Symbol('roles')
    const output = Object.defineProperty({ [symbol]: ['reader'] }, 'hidden', { value: ['reader'] })
    const { claims } = await verifierOf(giving(output)).verify(issuer.mint())
    expectFrozen(claims)
    expect(Object.isFrozen(Reflect.get(claims, symbol))).toBe(true)
    expect(Object.isFrozen(claims['hidden'])).toBe(true)
  })

  it('the output of a claims schema is frozen when it is the object that the schema was given', async () => {
    const { claims } = await verifierOf(same()).verify(issuer.mint({ roles: [['a']] }))
    expectFrozen(claims)
  })

  it('the output of a claims schema is frozen thousands of levels deep', async () => {
    const output: Record<string, unknown> = {}
    let innermost = output
    for (let i = 0; i < 50_000; i++) innermost = innermost['in'] = {}
    await verifierOf(giving(output)).verify(issuer.mint())
    expect(Object.isFrozen(innermost)).toBe(true)
  })

  class Person {
    #seen = 0
    seen = () => ++this.#seen
  }
  let changed = 0
  const twins = { at: new Date(0) }
  it.each<[string, unknown, RegExp]>([
    ['a Date', new Date(0), /\[object Date\]/],
    ['a Map', new Map(), /\[object Map\]/],
    ['a Set', new Set(), /\[object Set\]/],
    ['a Promise', Promise.resolve({}), /\[object Promise\]/],
    ['a function', () => ({}), /a function/],
    ['a string', 'orders:read', /a string/],
    ['a number', 4_711_000, /a number/],
    ['a boolean', true, /a boolean/],
    ['null', null, /null/],
    ['undefined', undefined, /undefined/],
    ['an instance of a class', new Person(), /an instance/],
    ['an object with a Date in it', { at: new Date(0) }, /\[object Date\]/],
    ['an array with one Date in two deep places', [[twins], twins], /\[object Date\]/],
    ['an object with a Map in it', { roles: new Map() }, /\[object Map\]/],
    ['an object with a Set in it', { roles: [new Set()] }, /\[object Set\]/],
    ['an object with a byte array in it', { roles: new Uint8Array(1) }, /\[object Uint8Array\]/],
    ['an object with a regular expression in it', { roles: /a/g }, /\[object RegExp\]/],
    ['an object with a function in it', { can: () => true }, /a function/],
    ['an object with an instance of a class in it', { person: new Person() }, /an instance/],
    ['an object with a Date at a symbol key', { [Symbol('at')]: new Date(0) }, /\[object Date\]/],
    [
      'an object with a Map that calls itself an Object',
      { at: namedObject(new Map()) },
      /an instance/,
    ],
    [
      'an object with a getter',
      {
        get at() {
          return new Date(0)
        },
      },
      /a getter/,
    ],
    [
      'an object with a setter',
      {
        set at(value: number) {
          changed = value
        },
      },
      /a getter/,
    ],
    ['an object that inherits its members', Object.create({ roles: ['reader'] }), /inherited/],
    [
      'an object that inherits its members from an object without a prototype',
      Object.create(Object.assign(Object.create(null), { roles: ['reader'] })),
      /inherited/,
    ],
  ])(
    'verification fails with a TypeError when the output of the claims schema is %s',
    async (_, output, kind) => {
      const claims = giving(output)
      const events: AuthEvent[] = []
      const verifier = verifierOf(claims, { onEvent: (event) => void events.push(event) })
      const token = issuer.mint()
      for (let i = 1; i <= 2; i++) {
        const error = await caught(verifier.verify(token))
        expect(error).toBeInstanceOf(TypeError)
        expect((error as TypeError).message).toMatch(/option 'claims' must be a schema that gives/)
        expect((error as TypeError).message).toMatch(kind)
        expectNoLeak(error, token, 'orders:read', '4711000')
        expect(claims.asked).toHaveBeenCalledTimes(i)
      }
      expect(events.filter(({ type }) => type.startsWith('token.'))).toEqual([])
      expect(changed).toBe(0)
    },
  )

  it('verification fails with a TypeError when the claims schema gives no Standard Schema result', async () => {
    for (const verdict of [undefined, null, 'ok', true, {}, { valid: true }]) {
      const verifier = verifierOf(schemaOf(() => verdict))
      expect(await caught(verifier.verify(issuer.mint()))).toBeInstanceOf(TypeError)
    }
  })
})

function namedObject<T extends object>(value: T): T {
  return Object.defineProperty(value, Symbol.toStringTag, { value: 'Object' })
}

describe('T15: a token that does not meet the schema', () => {
  const secret = 'what-only-a-claim-says'
  const token = issuer.mint({ tier: secret, list: [secret] })
  const schemas = {
    'a Zod schema': z.object({
      tier: z.string().refine(() => false, { error: ({ input }) => String(input) }),
    }),
    'a Valibot schema': v.object({ tier: v.literal('gold') }),
    'a strict Zod schema': z.strictObject({ sub: z.string() }),
    'a synchronous hand-written schema': schemaOf((claims) => ({
      issues: [{ message: String(claims['tier']) }],
    })),
    'an asynchronous hand-written schema': schemaOf(async (claims) => ({
      issues: [{ message: claims['tier'] }],
    })),
    'a schema that gives an empty list of issues': schemaOf((claims) => ({
      issues: [],
      value: claims,
    })),
  }

  it('the issues of the Zod and Valibot schemas of these tests contain the value of a claim', async () => {
    const told = await schemas['a Valibot schema']['~standard'].validate({ tier: secret })
    expect(JSON.stringify(told.issues)).toContain(secret)
    expect(
      JSON.stringify(schemas['a Zod schema'].safeParse({ tier: secret }).error?.issues),
    ).toContain(secret)
  })

  it.each(Object.entries(schemas))(
    'a token that is refused by %s leaves no value of a claim in the error or in the event',
    async (_, claims) => {
      const events: AuthEvent[] = []
      const verifier = verifierOf(claims, { onEvent: (event) => void events.push(event) })
      for (let i = 0; i < 2; i++) {
        events.length = 0
        const error = (await caught(verifier.verify(token))) as AuthError
        expect(error).toBeInstanceOf(InvalidTokenError)
        expect(error).toMatchObject({ status: 401, error: 'invalid_token', reason: 'claims' })
        expect(error.cause).toBeUndefined()
        expect(error.message).toBe('the access token was refused')
        expectNoLeak(error, token, secret)
        expect(events.filter(({ type }) => type.startsWith('token.'))).toEqual([
          {
            type: 'token.refused',
            issuer: issuer.url,
            reason: 'claims',
            hint: expect.stringContaining("the schema of the option 'claims'"),
          },
        ])
        expectNoLeak(events, token, secret)
      }
    },
  )

  it('a refusal by the claims schema is not cached: the token is accepted once the schema accepts it', async () => {
    let open = false
    const claims = schemaOf((value) => (open ? { value } : { issues: [{ message: 'no' }] }))
    const verifier = verifierOf(claims)
    await expect(verifier.verify(token)).rejects.toMatchObject({ reason: 'claims' })
    open = true
    expect((await verifier.verify(token)).claims['tier']).toBe(secret)
    expect(claims.asked).toHaveBeenCalledTimes(2)
  })
})

describe('a schema that fails', () => {
  const failure = new Error('the database is gone')
  it.each<[string, Validate, unknown]>([
    [
      'throws',
      () => {
        throw failure
      },
      failure,
    ],
    ['rejects', () => Promise.reject(failure), failure],
    [
      'throws a value that is no Error',
      () => {
        throw 'sorry'
      },
      'sorry',
    ],
    [
      'throws undefined',
      () => {
        throw undefined
      },
      undefined,
    ],
  ])(
    'a claims schema that %s fails the verification with that very value, and nothing is cached',
    async (_, fail, thrown) => {
      let works = false
      const claims = schemaOf((value) => (works ? { value } : fail(value)))
      const events: AuthEvent[] = []
      const verifier = verifierOf(claims, { onEvent: (event) => void events.push(event) })
      const token = issuer.mint()
      expect(await caught(verifier.verify(token))).toBe(thrown)
      expect(await caught(verifier.verify(token))).toBe(thrown)
      expect(claims.asked).toHaveBeenCalledTimes(2)
      expect(events.filter(({ type }) => type.startsWith('token.'))).toEqual([])
      works = true
      expect((await verifier.verify(token)).subject).toBe('user-1')
    },
  )
})

describe('a claim named __proto__', () => {
  const raw = (): string => {
    const [, payload = ''] = issuer.mint().split('.')
    const text = Buffer.from(payload, 'base64url').toString()
    return issuer.mint({}, { raw: `${text.slice(0, -1)},"__proto__":{"admin":true,"list":[]}}` })
  }

  it('a claim named __proto__ adds no claim through the schemas of Zod and Valibot', async () => {
    for (const claims of [
      z.object({ sub: z.string() }),
      z.looseObject({ sub: z.string() }),
      z.record(z.string(), z.unknown()),
      v.object({ sub: v.string() }),
      v.looseObject({ sub: v.string() }),
      v.record(v.string(), v.unknown()),
    ]) {
      const auth = await verifierOf(claims).verify(raw())
      expect(auth.claims['admin']).toBeUndefined()
      expect(auth.claims['sub']).toBe('user-1')
      expectFrozen(auth.claims)
    }
    expect(Reflect.get({}, 'admin')).toBeUndefined()
  })

  it('a claim named __proto__ that is kept is frozen like any other, with and without a schema', async () => {
    for (const verifier of [createVerifier(issuer.trust()), verifierOf(same())]) {
      const { claims }: Auth<Record<string, unknown>> = await verifier.verify(raw())
      expect(Object.getPrototypeOf(claims)).toBe(Object.prototype)
      expect(claims['admin']).toBeUndefined()
      expectFrozen(claims)
    }
  })

  it('no token is accepted when a claims schema makes a claim named __proto__ the prototype of its output', async () => {
    const assigning = schemaOf((claims) => ({ value: Object.assign({}, claims) }))
    const error = await caught(verifierOf(assigning).verify(raw()))
    expect(error).toBeInstanceOf(TypeError)
    expect((error as TypeError).message).toMatch(/inherited/)
  })
})

describe('a claims schema in Express', () => {
  function appOf(claims: unknown, options: object = {}) {
    const events: AuthEvent[] = []
    const trust = issuer.trust({
      ...options,
      onEvent: (event: AuthEvent) => void events.push(event),
    })
    const { requireAuth } = createAuth({ ...trust, claims: claims as CountingSchema })
    const app = express().set('env', 'test')
    app.get('/', requireAuth(), (req, res) => void res.json(getAuth(req).claims))
    app.get('/twice', requireAuth(), requireAuth({ scope: 'a' }), (_, res) => void res.json({}))
    app.get(
      '/checked',
      requireAuth({ check: ({ claims }) => claims['tier'] === 'gold' }),
      (_, res) => {
        res.json({})
      },
    )
    const errors: unknown[] = []
    const onError: express.ErrorRequestHandler = (error, _req, res, _next) => {
      errors.push(error)
      res.status(500).end()
    }
    app.use(onError)
    const get = (token: string, path = '/') =>
      supertest(app).get(path).auth(token, { type: 'bearer' })
    return { get, events, errors }
  }

  it('the handler and the check of a route are given the output of the claims schema', async () => {
    const { get } = appOf(z.object({ tier: z.string().toLowerCase() }))
    const token = issuer.mint({ tier: 'GOLD' })
    expect((await get(token)).body).toEqual({ tier: 'gold' })
    expect((await get(token, '/checked')).status).toBe(200)
    expect((await get(issuer.mint({ tier: 'TIN' }), '/checked')).status).toBe(403)
  })

  it('a token that does not meet the claims schema is answered like any other bad token', async () => {
    const { get, events, errors } = appOf(z.object({ tier: z.string() }))
    const plain = appOf(undefined)
    const answers = [await get(issuer.mint()), await plain.get(issuer.bad.expired())].map(
      ({ status, text, headers: { date: _, ...headers } }) => ({ status, text, headers }),
    )
    expect(answers[0]).toEqual(answers[1])
    expect(answers[0]).toMatchObject({ status: 401 })
    expect(answers[0]?.headers['www-authenticate']).toMatch(/error="invalid_token"/)
    expect(events.at(-1)).toMatchObject({ type: 'token.refused', reason: 'claims' })
    expect(errors).toEqual([])
  })

  it.each<[string, CountingSchema, unknown]>([
    [
      'throws',
      schemaOf(() => {
        throw new RangeError('gone')
      }),
      RangeError,
    ],
    ['rejects', schemaOf(() => Promise.reject(new RangeError('gone'))), RangeError],
    ['gives a value that is not plain data', giving(new Map()), TypeError],
    [
      'throws undefined',
      schemaOf(() => {
        throw undefined
      }),
      Error,
    ],
  ])(
    'a claims schema that %s becomes an error of the framework, and no AuthError',
    async (_, claims, kind) => {
      const { get, errors } = appOf(claims)
      expect((await get(issuer.mint())).status).toBe(500)
      expect(errors).toEqual([expect.any(kind)])
      expect(errors[0]).not.toBeInstanceOf(AuthError)
    },
  )

  it('a second guard on the same request does not call the claims schema again', async () => {
    const claims = same()
    const { get } = appOf(claims, { tokenCache: false })
    expect((await get(issuer.mint({ scope: 'a' }), '/twice')).status).toBe(200)
    expect(claims.asked).toHaveBeenCalledTimes(1)
  })
})

it('constructing a verifier or guards does not call the claims schema', () => {
  const claims = same()
  verifierOf(claims)
  createAuth({ ...issuer.trust(), claims })
  expect(claims.asked).not.toHaveBeenCalled()
})

it.each<[string, unknown]>([
  ['null', null],
  ['a function', (claims: unknown) => claims],
  ['a string', 'zod'],
  ['the constructor of a schema', z.object],
  ['JSON Schema', { type: 'object', properties: {} }],
  ['an object without validate', { '~standard': { version: 1, vendor: 'x' } }],
  [
    'an object whose validate is no function',
    { '~standard': { version: 1, vendor: 'x', validate: {} } },
  ],
  [
    'an object whose version is text',
    { '~standard': { version: '1', vendor: 'x', validate() {} } },
  ],
  ['a Promise of a schema', Promise.resolve(z.object({}))],
])('createVerifier and createAuth refuse %s as a claims schema', (_, claims) => {
  for (const create of [createVerifier, createAuth]) {
    const construct = (): unknown => create(issuer.trust({ claims }) as never)
    expect(construct).toThrow(TypeError)
    expect(construct).toThrow(/option 'claims' must be a Standard Schema/)
  }
})
