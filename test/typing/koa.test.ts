import type { RouterContext } from '@koa/router'
import Router from '@koa/router'
import type { Context as Context3, Next as Next3 } from 'koa'
import Koa from 'koa'
import type { Context as Context2, Next as Next2 } from 'koa2'
import Koa2 from 'koa2'
import type { Auth, AuthError, DeepReadonly } from 'tollgate'
import { createVerifier } from 'tollgate'
import type { KoaAuth, KoaContext, Middleware, Requirements, VerifierOptions } from 'tollgate/koa'
import { createAuth, getAuth } from 'tollgate/koa'
import * as v from 'valibot'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'

const options = { issuer: 'https://login.example.com', audience: 'https://api.example.com' }

interface Claims {
  sub: string
  roles: string[]
}

describe('the type of claims in Koa', () => {
  it('the claims of Koa have the type of the type argument, the schema or the verifier', () => {
    expectTypeOf(createAuth<Claims>(options)).toEqualTypeOf<KoaAuth<Claims>>()
    const claims = z.object({ sub: z.string(), roles: z.array(z.string()) })
    expectTypeOf(createAuth({ ...options, claims })).toEqualTypeOf<KoaAuth<Claims>>()
    const inValibot = v.object({ sub: v.string(), roles: v.array(v.string()) })
    expectTypeOf(createAuth({ ...options, claims: inValibot })).toEqualTypeOf<KoaAuth<Claims>>()
    const verifier = createVerifier({ ...options, claims })
    expectTypeOf(createAuth({ verifier })).toEqualTypeOf<KoaAuth<Claims>>()
  })

  it('options of the type VerifierOptions make Koa guards whose claims have the stated type', () => {
    const given: VerifierOptions = options
    expectTypeOf(createAuth<Claims>(given)).toEqualTypeOf<KoaAuth<Claims>>()
    expectTypeOf(createAuth<Claims>({ ...given, realm: 'x' })).toEqualTypeOf<KoaAuth<Claims>>()
    expectTypeOf(createAuth(given)).toEqualTypeOf<KoaAuth>()
  })

  it('ReturnType and Parameters of the requireAuth of Koa give the guard and the requirements', () => {
    const { requireAuth } = createAuth<Claims>(options)
    expectTypeOf<ReturnType<typeof requireAuth>>().toEqualTypeOf<Middleware>()
    expectTypeOf<Parameters<typeof requireAuth>[0] & {}>().toEqualTypeOf<Requirements<Claims>>()
  })

  it('the type of the claims of Koa reaches getAuth, verify and check', () => {
    const { getAuth, requireAuth, verifier } = createAuth<Claims>(options)
    const read = (ctx: Context3) => getAuth(ctx)
    expectTypeOf(read).returns.toEqualTypeOf<Auth<Claims>>()
    expectTypeOf(verifier.verify).returns.resolves.toEqualTypeOf<Auth<Claims>>()
    requireAuth({
      check(auth, ctx) {
        expectTypeOf(auth.claims).toEqualTypeOf<DeepReadonly<Claims>>()
        expectTypeOf(ctx).toEqualTypeOf<KoaContext>()
        return auth.claims.roles.includes(ctx.params.role)
      },
    })
  })
})

interface State {
  user?: { name: string }
}
interface Extra {
  log: (line: string) => void
}

describe('the type of getAuth of Koa', () => {
  it('getAuth accepts contexts of Koa 2, Koa 3 and @koa/router', () => {
    const read3 = (ctx: Context3) => [getAuth(ctx), getAuth(ctx, { optional: true })] as const
    const read2 = (ctx: Context2) => [getAuth(ctx), getAuth(ctx, { optional: true })] as const
    const routed = (ctx: RouterContext) => [getAuth(ctx), getAuth(ctx, { optional: true })] as const
    expectTypeOf(read3).returns.toEqualTypeOf<readonly [Auth, Auth | undefined]>()
    expectTypeOf(read2).returns.toEqualTypeOf<readonly [Auth, Auth | undefined]>()
    expectTypeOf(routed).returns.toEqualTypeOf<readonly [Auth, Auth | undefined]>()
    const typed = (ctx: Koa.ParameterizedContext<State, Extra, { id: string }>) => getAuth(ctx)
    expectTypeOf(typed).returns.toEqualTypeOf<Auth>()
  })
})

describe('the types of middleware behind a Koa guard', () => {
  const { requireAuth, getAuth } = createAuth<Claims>(options)

  it('middleware behind a guard keeps the types of state and context of a Koa 3 app', () => {
    const app = new Koa<State, Extra>()
    app.use(requireAuth())
    app.use(requireAuth({ scope: 'a' })).use((ctx) => {
      expectTypeOf(ctx.state).toEqualTypeOf<State>()
      expectTypeOf(ctx.log).toEqualTypeOf<Extra['log']>()
      expectTypeOf(getAuth(ctx)).toEqualTypeOf<Auth<Claims>>()
    })
    new Koa().use(requireAuth()).use(async (ctx: Context3, next: Next3) => {
      ctx.body = getAuth(ctx).claims.roles
      await next()
    })
  })

  it('middleware behind a guard keeps the types of state and context of a Koa 2 app', () => {
    const app = new Koa2<State, Extra>()
    app.use(requireAuth())
    app.use(requireAuth({ scope: 'a' })).use((ctx) => {
      expectTypeOf(ctx.state).toEqualTypeOf<State>()
      expectTypeOf(ctx.log).toEqualTypeOf<Extra['log']>()
      expectTypeOf(getAuth(ctx)).toEqualTypeOf<Auth<Claims>>()
    })
    new Koa2().use(requireAuth()).use(async (ctx: Context2, next: Next2) => {
      ctx.body = getAuth(ctx).claims.roles
      await next()
    })
  })

  it('a handler behind a guard keeps the types of a route of @koa/router', () => {
    const router = new Router<State, Extra>()
    router.use(requireAuth())
    router.get('/orders/:id', requireAuth({ scope: 'a' }), (ctx) => {
      expectTypeOf(ctx.params['id']).toEqualTypeOf<string | undefined>()
      expectTypeOf(ctx.state.user).toEqualTypeOf<State['user']>()
      expectTypeOf(ctx.log).toEqualTypeOf<Extra['log']>()
      expectTypeOf(getAuth(ctx)).toEqualTypeOf<Auth<Claims>>()
    })
    router.post('/orders', requireAuth(), requireAuth({ optional: true }), async (ctx, next) => {
      expectTypeOf(getAuth(ctx, { optional: true })).toEqualTypeOf<Auth<Claims> | undefined>()
      await next()
    })
    new Koa<State, Extra>().use(router.routes())
  })
})

describe('the types of hooks in Koa', () => {
  it('the parameters of a Koa onRefuse have the right types without annotations', () => {
    createAuth({
      ...options,
      onRefuse(error, ctx, next) {
        expectTypeOf(error).toEqualTypeOf<AuthError>()
        if (ctx.path === '/') return next()
        ctx.status = error.status
        ctx.body = { error: error.error }
        return undefined
      },
    })
  })

  it('hooks may be typed for Koa 2 or 3, and may be functions that are declared elsewhere', () => {
    const { requireAuth } = createAuth<Claims>(options)
    requireAuth({ check: (auth, ctx: Context3) => auth.subject === ctx['params'].id })
    requireAuth({ check: (auth, ctx: Context2) => auth.subject === ctx['params'].id })
    requireAuth({ check: (auth, ctx: RouterContext) => auth.subject === ctx.params['id'] })
    requireAuth({ check: async (auth, ctx: KoaContext) => auth.subject === ctx.params.id })
    const owns = (auth: Auth, ctx: Context3): boolean => auth.subject === ctx['params'].id
    createAuth(options).requireAuth({ check: owns })
    const refuse3 = (_error: AuthError, ctx: Context3, next: Next3): unknown =>
      ctx.accepts('html') ? ctx.redirect('/login') : next()
    const refuse2 = (_error: AuthError, ctx: Context2, next: Next2): unknown =>
      ctx.accepts('html') ? ctx.redirect('/login') : next()
    const refused = (error: AuthError, ctx: Koa.ParameterizedContext<State, Extra>): void =>
      ctx.log(error.reason)
    createAuth({ ...options, onRefuse: refuse3 })
    createAuth({ ...options, onRefuse: refuse2 })
    createAuth({ ...options, onRefuse: refused })
    createAuth({ ...options, onRefuse: (error, ctx: RouterContext) => ctx.throw(error.status) })
    createAuth({ ...options, onRefuse: undefined, realm: undefined, verifier: undefined })
  })
})

const scopes = [{ scope: 'a' }, { scope: 'b' }]

/** This function is compiled but never called. No line below a `@ts-expect-error` may compile. */
function linesThatMustNotCompile(ctx: Context3): void {
  const { requireAuth } = createAuth<Claims>(options)
  // @ts-expect-error
  requireAuth({ scopes: 'a' })
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
  getAuth(ctx, { optional: true }).subject
  // @ts-expect-error
  getAuth(ctx, { optional: 1 })
  // @ts-expect-error
  getAuth()
  // @ts-expect-error getAuth takes the context, not its state.
  getAuth({ auth: {} })
  // @ts-expect-error
  getAuth(ctx).claims['sub'] = 'root'
  // @ts-expect-error
  getAuth(ctx).scopes.push('admin')
  // @ts-expect-error
  createAuth<Claims>(options).getAuth(ctx).claims.roles.sort()
  // @ts-expect-error
  createAuth<Claims>(options).getAuth(ctx).claims.tenant
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
  // @ts-expect-error requireAuth() must be called to make a guard.
  new Koa().use(requireAuth)
  // @ts-expect-error
  new Koa2().use(requireAuth)
  // @ts-expect-error
  new Router().use(requireAuth)
  // @ts-expect-error
  new Router().get('/', requireAuth, (ctx) => void ctx.body)
}

it('wrong uses of the Koa adapter do not compile', () =>
  expect(linesThatMustNotCompile).toBeTypeOf('function'))
