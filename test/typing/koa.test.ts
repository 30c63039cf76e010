import type { RouterContext } from '@koa/router'
import Router from '@koa/router'
import type { Context as Context3, Next as Next3 } from 'koa'
import Koa from 'koa'
import type { Context as Context2, Next as Next2 } from 'koa2'
import Koa2 from 'koa2'
import type { Auth, AuthError, DeepReadonly } from 'tollgate'
import { createVerifier } from 'tollgate'
import type { KoaAuth, KoaContext } from 'tollgate/koa'
import { createAuth, getAuth } from 'tollgate/koa'
import * as v from 'valibot'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'

const options = { issuer: 'https://login.example.com', audience: 'https://api.example.com' }

interface Claims {
  sub: string
  roles: string[]
}

describe('claims', () => {
  it('are as they are named, or as the schema or the verifier gives them', () => {
    expectTypeOf(createAuth<Claims>(options)).toEqualTypeOf<KoaAuth<Claims>>()
    const claims = z.object({ sub: z.string(), roles: z.array(z.string()) })
    expectTypeOf(createAuth({ ...options, claims })).toEqualTypeOf<KoaAuth<Claims>>()
    const inValibot = v.object({ sub: v.string(), roles: v.array(v.string()) })
    expectTypeOf(createAuth({ ...options, claims: inValibot })).toEqualTypeOf<KoaAuth<Claims>>()
    const verifier = createVerifier({ ...options, claims })
    expectTypeOf(createAuth({ verifier })).toEqualTypeOf<KoaAuth<Claims>>()
  })

  it('reach getAuth, the verifier and check', () => {
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

describe('getAuth', () => {
  it("takes the context of either major and of Koa's router", () => {
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

describe('the middleware behind a guard', () => {
  const { requireAuth, getAuth } = createAuth<Claims>(options)

  it('keeps the state and the context of a Koa 3 app', () => {
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

  it('keeps the state and the context of a Koa 2 app', () => {
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

  it("keeps what Koa's router reads from the path", () => {
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

describe('hooks', () => {
  it('are given what they need without annotation', () => {
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

  it('may be annotated with the types of either major, or live elsewhere', () => {
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

/** Compiled, never run: each line under `@ts-expect-error` must not compile. */
function linesThatMustNotCompile(ctx: Context3): void {
  const { requireAuth } = createAuth<Claims>(options)
  // @ts-expect-error
  requireAuth({ scopes: 'a' })
  // @ts-expect-error Undefined is refused: it must not open a route.
  requireAuth({ scope: undefined })
  // @ts-expect-error
  requireAuth({ scope: process.env['SCOPE'] })
  // @ts-expect-error
  requireAuth({ anyScope: 'a' })
  // @ts-expect-error
  requireAuth({ check: undefined })
  // @ts-expect-error
  requireAuth({ check: 'a' })
  // @ts-expect-error Only true passes.
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
  // @ts-expect-error What was admitted belongs to the context, not to its state.
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
  const verifier = createVerifier(options)
  // @ts-expect-error The verifier gives other claims.
  createAuth<Claims>({ verifier })
  // @ts-expect-error Verifier options beside a verifier have no effect.
  createAuth({ verifier, ...options })
  // @ts-expect-error
  createAuth({ verifier, audience: 'https://api.example.com' })
  // @ts-expect-error
  createAuth({ verifier, claims: z.object({}) })
  // @ts-expect-error
  createAuth({ verifier, tokenCache: undefined })
}

it('what must not compile does not', () => expect(linesThatMustNotCompile).toBeTypeOf('function'))
