import type { Context, MiddlewareHandler } from 'hono'
import { Hono } from 'hono'
import { hc } from 'hono/client'
import { createFactory, createMiddleware } from 'hono/factory'
import { validator } from 'hono/validator'
import type { Auth, AuthError, DeepReadonly } from 'tollgate'
import { createVerifier } from 'tollgate'
import type { Guard, HonoAuth, Requirements, VerifierOptions } from 'tollgate/hono'
import { createAuth, getAuth } from 'tollgate/hono'
import * as v from 'valibot'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'

const options = { issuer: 'https://login.example.com', audience: 'https://api.example.com' }

interface Claims {
  sub: string
  roles: string[]
}

interface Env {
  Bindings: { DB: { query: () => string } }
  Variables: { trace: string }
}

describe('the type of claims in Hono', () => {
  it('the claims of Hono have the type of the type argument, the schema or the verifier', () => {
    expectTypeOf(createAuth<Claims>(options)).toEqualTypeOf<HonoAuth<Claims>>()
    const claims = z.object({ sub: z.string(), roles: z.array(z.string()) })
    expectTypeOf(createAuth({ ...options, claims })).toEqualTypeOf<HonoAuth<Claims>>()
    const inValibot = v.object({ sub: v.string(), roles: v.array(v.string()) })
    expectTypeOf(createAuth({ ...options, claims: inValibot })).toEqualTypeOf<HonoAuth<Claims>>()
    const verifier = createVerifier({ ...options, claims })
    expectTypeOf(createAuth({ verifier })).toEqualTypeOf<HonoAuth<Claims>>()
  })

  it('options of the type VerifierOptions make Hono guards whose claims have the stated type', () => {
    const given: VerifierOptions = options
    expectTypeOf(createAuth<Claims>(given)).toEqualTypeOf<HonoAuth<Claims>>()
    expectTypeOf(createAuth<Claims>({ ...given, realm: 'x' })).toEqualTypeOf<HonoAuth<Claims>>()
    expectTypeOf(createAuth(given)).toEqualTypeOf<HonoAuth>()
  })

  it('ReturnType and Parameters of the requireAuth of Hono give the guard and the requirements', () => {
    const { requireAuth } = createAuth<Claims>(options)
    expectTypeOf<ReturnType<typeof requireAuth>>().toEqualTypeOf<Guard<Auth<Claims> | undefined>>()
    expectTypeOf<Parameters<typeof requireAuth>[0] & {}>().toEqualTypeOf<Requirements<Claims>>()
  })

  it('the type of the claims of Hono reaches getAuth, verify, check and the context', () => {
    const { getAuth, requireAuth, verifier } = createAuth<Claims>(options)
    const read = (c: Context) => getAuth(c)
    expectTypeOf(read).returns.toEqualTypeOf<Auth<Claims>>()
    expectTypeOf(verifier.verify).returns.resolves.toEqualTypeOf<Auth<Claims>>()
    const guard = requireAuth({
      check(auth, c) {
        expectTypeOf(auth.claims).toEqualTypeOf<DeepReadonly<Claims>>()
        expectTypeOf(c).toEqualTypeOf<Context>()
        return auth.claims.roles.includes(c.req.method)
      },
    })
    new Hono().get('/', guard, (c) => {
      expectTypeOf(c.get('auth')).toEqualTypeOf<Auth<Claims>>()
      expectTypeOf(c.var.auth).toEqualTypeOf<Auth<Claims>>()
      return c.json(c.var.auth.claims.roles)
    })
    new Hono().use(requireAuth()).get('/', (c) => {
      expectTypeOf(c.get('auth')).toEqualTypeOf<Auth<Claims>>()
      return c.body(null)
    })
  })
})

describe('the types of an optional Hono guard', () => {
  const { requireAuth } = createAuth<Claims>(options)

  it('c.get may give undefined behind an optional Hono guard, and never behind another guard', () => {
    const optional = true as boolean
    new Hono()
      .get('/a', requireAuth({ optional: true }), (c) => {
        expectTypeOf(c.get('auth')).toEqualTypeOf<Auth<Claims> | undefined>()
        expectTypeOf(c.var.auth).toEqualTypeOf<Auth<Claims> | undefined>()
        return c.body(null)
      })
      .get('/b', requireAuth({ optional, scope: 'a' }), (c) => {
        expectTypeOf(c.get('auth')).toEqualTypeOf<Auth<Claims> | undefined>()
        return c.body(null)
      })
      .get('/c', requireAuth({ optional: false }), (c) => {
        expectTypeOf(c.get('auth')).toEqualTypeOf<Auth<Claims>>()
        return c.body(null)
      })
  })
})

describe('the types of a handler behind a Hono guard', () => {
  const { requireAuth, getAuth } = createAuth<Claims>(options)

  it('a handler behind a Hono guard keeps the types of the parameters of its path', () => {
    new Hono()
      .get('/orders/:id/:line?', requireAuth({ scope: 'a' }), (c) => {
        expectTypeOf(c.req.param('id')).toEqualTypeOf<string>()
        expectTypeOf(c.req.param('line')).toEqualTypeOf<string | undefined>()
        return c.text(getAuth(c).subject)
      })
      .on('PURGE', '/orders/:id', requireAuth(), (c) => {
        expectTypeOf(c.req.param('id')).toEqualTypeOf<string>()
        return c.body(null)
      })
      .use('/sub/*', requireAuth())
      .post('/orders/:id', requireAuth(), requireAuth({ optional: true }), (c) => {
        expectTypeOf(c.req.param()).toEqualTypeOf<{ id: string }>()
        return c.body(null)
      })
  })

  it('a handler behind a Hono guard keeps the types of bindings and variables of its app', () => {
    const app = new Hono<Env>()
    app.use('*', requireAuth())
    app.get('/x/:id', requireAuth(), (c) => {
      expectTypeOf(c.env.DB.query()).toEqualTypeOf<string>()
      expectTypeOf(c.var.trace).toEqualTypeOf<string>()
      expectTypeOf(c.get('trace')).toEqualTypeOf<string>()
      expectTypeOf(c.var.auth).toEqualTypeOf<Auth<Claims>>()
      expectTypeOf(getAuth(c)).toEqualTypeOf<Auth<Claims>>()
      expectTypeOf(c.req.param('id')).toEqualTypeOf<string>()
      return c.body(null)
    })
    app.route('/sub', new Hono<Env>().use(requireAuth()))
    const factory = createFactory<Env>()
    factory.createHandlers(requireAuth(), (c) => {
      expectTypeOf(c.var.trace).toEqualTypeOf<string>()
      expectTypeOf(c.var.auth).toEqualTypeOf<Auth<Claims>>()
      return c.body(null)
    })
  })

  it('a Hono guard can be combined with other middleware and validators', () => {
    const timed = createMiddleware<{ Variables: { start: number } }>(async (c, next) => {
      c.set('start', 0)
      await next()
    })
    const untyped: MiddlewareHandler = (_, next) => next()
    const body = validator('json', (value) => z.object({ amount: z.number() }).parse(value))
    new Hono<Env>().post('/x/:id', untyped, timed, requireAuth(), body, (c) => {
      expectTypeOf(c.req.valid('json')).toEqualTypeOf<{ amount: number }>()
      expectTypeOf(c.var.start).toEqualTypeOf<number>()
      expectTypeOf(c.var.trace).toEqualTypeOf<string>()
      expectTypeOf(c.var.auth).toEqualTypeOf<Auth<Claims>>()
      expectTypeOf(c.req.param('id')).toEqualTypeOf<string>()
      return c.body(null)
    })
  })

  it('a Hono guard does not change the type that the client of an app needs', () => {
    const body = validator('json', (value) => z.object({ amount: z.number() }).parse(value))
    const guarded = new Hono()
      .get('/orders/:id', requireAuth(), (c) => c.json({ id: c.req.param('id') }, 200))
      .post('/orders', requireAuth({ scope: 'a' }), body, (c) => c.json(c.req.valid('json'), 201))
    const open = new Hono()
      .get('/orders/:id', (c) => c.json({ id: c.req.param('id') }, 200))
      .post('/orders', body, (c) => c.json(c.req.valid('json'), 201))
    type Of<A> = A extends Hono<infer _, infer Schema, infer Base> ? [Schema, Base] : never
    expectTypeOf<Of<typeof guarded>>().toEqualTypeOf<Of<typeof open>>()
    const client = hc<typeof guarded>('https://api.example.com')
    const call = () => client.orders[':id'].$get({ param: { id: '1' } }).then((r) => r.json())
    expectTypeOf(call).returns.resolves.toEqualTypeOf<{ id: string }>()
    const post = () => client.orders.$post({ json: { amount: 1 } }).then((r) => r.json())
    expectTypeOf(post).returns.resolves.toEqualTypeOf<{ amount: number }>()
  })
})

describe('the type of getAuth of Hono', () => {
  it('getAuth accepts any Hono context, and may give undefined only with optional: true', () => {
    const read = (c: Context<Env>) => [getAuth(c), getAuth(c, { optional: true })] as const
    expectTypeOf(read).returns.toEqualTypeOf<readonly [Auth, Auth | undefined]>()
    const routed = (
      c: Context<Env, '/x/:id', { in: { json: { a: 1 } }; out: { json: { a: 1 } } }>,
    ) => getAuth(c)
    expectTypeOf(routed).returns.toEqualTypeOf<Auth>()
  })
})

describe('the types of hooks in Hono', () => {
  it('the parameters of a Hono onRefuse have the right types without annotations', () => {
    createAuth({
      ...options,
      onRefuse(error, c) {
        expectTypeOf(error).toEqualTypeOf<AuthError>()
        expectTypeOf(c).toEqualTypeOf<Context>()
        return c.json({ error: error.error }, error.status as 401, { ...error.headers })
      },
    })
  })

  it('hooks may be typed for the context of a Hono app, and may be functions that are declared elsewhere', () => {
    const { requireAuth } = createAuth<Claims>(options)
    requireAuth({ check: (auth, c: Context<Env>) => auth.subject === c.var.trace })
    requireAuth({
      check: async (auth, c: Context<Env, '/x/:id'>) => auth.subject === c.req.param('id'),
    })
    const owns = (auth: Auth, c: Context): boolean => auth.subject === c.req.param('id')
    createAuth(options).requireAuth({ check: owns })
    const refuse = (error: AuthError, c: Context<Env>) => c.text(c.env.DB.query() + error.reason)
    createAuth({ ...options, onRefuse: refuse })
    createAuth({ ...options, onRefuse: async (_error, c: Context<Env>) => c.var.trace })
    createAuth({ ...options, onRefuse: undefined, realm: undefined, verifier: undefined })
  })
})

const scopes = [{ scope: 'a' }, { scope: 'b' }]

/** This function is compiled but never called. No line below a `@ts-expect-error` may compile. */
function linesThatMustNotCompile(c: Context): void {
  const { requireAuth } = createAuth<Claims>(options)
  new Hono().get('/', requireAuth({ optional: true }), (c) => {
    // @ts-expect-error The caller may be anonymous.
    c.get('auth').subject
    // @ts-expect-error
    c.var.auth.subject
    return c.body(null)
  })
  new Hono().get('/', requireAuth({ optional: true as boolean }), (c) => {
    // @ts-expect-error
    c.get('auth').subject
    return c.body(null)
  })
  new Hono().get('/', requireAuth(), (c) => {
    // @ts-expect-error
    c.get('auth').claims.roles.sort()
    // @ts-expect-error
    c.var.auth.claims.sub = 'root'
    // @ts-expect-error
    c.get('auth').claims.tenant
    return c.body(null)
  })
  new Hono<Env>().get('/', (c) => {
    // @ts-expect-error A context without a guard has no auth.
    c.get('auth')
    return c.body(null)
  })
  // @ts-expect-error
  requireAuth({ scopes: 'a' })
  // @ts-expect-error
  requireAuth({ scopes: 'a', optional: true })
  // @ts-expect-error Undefined could open the route to everyone.
  requireAuth({ scope: undefined })
  // @ts-expect-error
  requireAuth({ scope: process.env['SCOPE'] })
  // @ts-expect-error
  requireAuth({ anyScope: 'a' })
  // @ts-expect-error
  requireAuth({ check: undefined })
  // @ts-expect-error
  requireAuth({ check: 'a' })
  // @ts-expect-error The result of check must be a boolean.
  requireAuth({ check: () => 'yes' })
  // @ts-expect-error
  requireAuth({ check: (auth) => auth.claims.groups.length > 0 })
  // @ts-expect-error
  requireAuth({ optional: undefined })
  // @ts-expect-error
  requireAuth({ optional: 'yes' })
  // @ts-expect-error
  requireAuth('orders:read')
  // @ts-expect-error
  requireAuth(c)
  // @ts-expect-error requireAuth() must be called to make a guard.
  new Hono().use(requireAuth)
  // @ts-expect-error
  new Hono().use('*', requireAuth)
  // @ts-expect-error
  new Hono().get('/', requireAuth, (c) => c.body(null))
  // @ts-expect-error
  getAuth(c, { optional: true }).subject
  // @ts-expect-error
  getAuth(c, { optional: 1 })
  // @ts-expect-error
  getAuth()
  // @ts-expect-error getAuth takes the context, not the request.
  getAuth(c.req)
  // @ts-expect-error
  getAuth(c).claims['sub'] = 'root'
  // @ts-expect-error
  getAuth(c).scopes.push('admin')
  // @ts-expect-error
  createAuth()
  // @ts-expect-error
  createAuth({ audience: 'https://api.example.com' })
  // @ts-expect-error
  createAuth({ ...options, audiance: 'x' })
  // @ts-expect-error
  createAuth({ ...options, issuer: undefined })
  // @ts-expect-error
  createAuth({ ...options, onRefuse: 'deny' })
  // @ts-expect-error
  createAuth({ ...options, onRefuse: (error: number) => error })
  // @ts-expect-error
  createAuth({ ...options, claims: {} })
  // @ts-expect-error
  createAuth({ ...options, claims: z.string() })
  // @ts-expect-error
  createAuth({ ...options, claims: v.optional(v.object({})) })
  // @ts-expect-error
  createAuth<Claims>({ ...options, claims: z.object({ sub: z.number() }) })
  const withSchema = { ...options, claims: z.object({ sub: z.string() }) }
  // @ts-expect-error The schema gives claims of another type.
  createAuth<Claims>(withSchema)
  const verifier = createVerifier(options)
  // @ts-expect-error The verifier gives claims of another type.
  createAuth<Claims>({ verifier })
  // @ts-expect-error Options of a verifier have no effect beside a verifier.
  createAuth({ verifier, ...options })
  // @ts-expect-error
  createAuth({ verifier, audience: 'https://api.example.com' })
  // @ts-expect-error
  createAuth({ verifier, claims: z.object({}) })
  // @ts-expect-error
  createAuth({ verifier, tokenCache: undefined })
  // @ts-expect-error Nothing reads a second argument.
  requireAuth({ scope: 'a' }, { scope: 'b' })
  // @ts-expect-error
  requireAuth({ scope: 'a' }, undefined)
  // @ts-expect-error map() hands over an index behind each member of the list.
  scopes.map(requireAuth)
  // @ts-expect-error
  createAuth(options, {})
}

it('wrong uses of the Hono adapter do not compile', () =>
  expect(linesThatMustNotCompile).toBeTypeOf('function'))
