import type { Auth, AuthError, DeepReadonly } from 'tollgate'
import { createVerifier } from 'tollgate'
import type { FetchAuth, Requirements, VerifierOptions } from 'tollgate/fetch'
import { createAuth, getAuth, isRefusal } from 'tollgate/fetch'
import * as v from 'valibot'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'

const options = { issuer: 'https://login.example.com', audience: 'https://api.example.com' }

interface Claims {
  sub: string
  roles: string[]
}

/** A request class that a framework derives from the Request of the platform. */
class PageRequest extends Request {
  readonly page = { locale: 'en' }
}

/** The second argument that a file router gives to a handler. */
interface RouteContext {
  params: Promise<{ id: string }>
}

describe('the type of claims in fetch', () => {
  it('the claims of fetch have the type of the type argument, the schema or the verifier', () => {
    expectTypeOf(createAuth<Claims>(options)).toEqualTypeOf<FetchAuth<Claims>>()
    const claims = z.object({ sub: z.string(), roles: z.array(z.string()) })
    expectTypeOf(createAuth({ ...options, claims })).toEqualTypeOf<FetchAuth<Claims>>()
    const inValibot = v.object({ sub: v.string(), roles: v.array(v.string()) })
    expectTypeOf(createAuth({ ...options, claims: inValibot })).toEqualTypeOf<FetchAuth<Claims>>()
    const verifier = createVerifier({ ...options, claims })
    expectTypeOf(createAuth({ verifier })).toEqualTypeOf<FetchAuth<Claims>>()
  })

  it('options of the type VerifierOptions make fetch guards whose claims have the stated type', () => {
    const given: VerifierOptions = options
    expectTypeOf(createAuth<Claims>(given)).toEqualTypeOf<FetchAuth<Claims>>()
    expectTypeOf(createAuth<Claims>({ ...given, realm: 'x' })).toEqualTypeOf<FetchAuth<Claims>>()
    expectTypeOf(createAuth(given)).toEqualTypeOf<FetchAuth>()
  })

  it('ReturnType and Parameters of the requireAuth of fetch give the guard and the requirements', () => {
    const { requireAuth } = createAuth<Claims>(options)
    expectTypeOf<ReturnType<typeof requireAuth>>().toEqualTypeOf<
      (request: Request) => Promise<Auth<Claims> | Response | undefined>
    >()
    expectTypeOf<Parameters<typeof requireAuth>[0] & {}>().toEqualTypeOf<Requirements<Claims>>()
  })

  it('the type of the claims of fetch reaches getAuth, verify, check and the result of a guard', () => {
    const { getAuth, requireAuth, verifier } = createAuth<Claims>(options)
    const read = (request: Request) => getAuth(request)
    expectTypeOf(read).returns.toEqualTypeOf<Auth<Claims>>()
    expectTypeOf(verifier.verify).returns.resolves.toEqualTypeOf<Auth<Claims>>()
    const admit = requireAuth({
      check(auth, request) {
        expectTypeOf(auth.claims).toEqualTypeOf<DeepReadonly<Claims>>()
        expectTypeOf(request).toEqualTypeOf<Request>()
        return auth.claims.roles.includes(request.method)
      },
    })
    expectTypeOf(admit).returns.resolves.toEqualTypeOf<Auth<Claims> | Response>()
  })
})

describe('the type of the result of a fetch guard', () => {
  const { requireAuth } = createAuth<Claims>(options)

  it('the result of a fetch guard is a Response or an Auth, which instanceof tells apart', () => {
    const handle = async (request: Request): Promise<Response> => {
      const found = await requireAuth({ scope: 'a' })(request)
      if (found instanceof Response) {
        expectTypeOf(found).toEqualTypeOf<Response>()
        return found
      }
      expectTypeOf(found).toEqualTypeOf<Auth<Claims>>()
      return Response.json(found.claims.roles)
    }
    expectTypeOf(handle).returns.resolves.toEqualTypeOf<Response>()
  })

  it('isRefusal tells the Response of a fetch guard from an Auth and from undefined', () => {
    const handle = async (request: Request): Promise<Response> => {
      const found = await requireAuth({ optional: true })(request)
      if (isRefusal(found)) {
        expectTypeOf(found).toEqualTypeOf<Response>()
        return found
      }
      expectTypeOf(found).toEqualTypeOf<Auth<Claims> | undefined>()
      const signedIn = await requireAuth()(request)
      if (isRefusal(signedIn)) return signedIn
      expectTypeOf(signedIn).toEqualTypeOf<Auth<Claims>>()
      return Response.json(signedIn.claims.roles)
    }
    expectTypeOf(handle).returns.resolves.toEqualTypeOf<Response>()
  })

  it('the result of a fetch guard may be undefined only if the guard is optional', () => {
    const optional = true as boolean
    type Anonymous = Auth<Claims> | Response | undefined
    expectTypeOf(requireAuth({ optional: true })).returns.resolves.toEqualTypeOf<Anonymous>()
    expectTypeOf(requireAuth({ optional })).returns.resolves.toEqualTypeOf<Anonymous>()
    expectTypeOf(
      requireAuth({ optional: true, scope: 'a' }),
    ).returns.resolves.toEqualTypeOf<Anonymous>()
    const signedIn = requireAuth({ optional: false, scope: 'a' })
    expectTypeOf(signedIn).returns.resolves.toEqualTypeOf<Auth<Claims> | Response>()
    expectTypeOf(requireAuth({})).returns.resolves.toEqualTypeOf<Auth<Claims> | Response>()
  })
})

describe('the types of a handler in a fetch guard', () => {
  const { guard, getAuth } = createAuth<Claims>(options)

  it('a fetch guard keeps the types of the parameters of its handler', () => {
    const plain = guard((request) => {
      expectTypeOf(request).toEqualTypeOf<Request>()
      return new Response(getAuth(request).subject)
    })
    expectTypeOf(plain).toEqualTypeOf<(request: Request) => Promise<Response>>()
    const page = guard(
      async (request: PageRequest, { params }: RouteContext) =>
        new Response(request.page.locale + (await params).id + getAuth(request).subject),
      { scope: 'a' },
    )
    expectTypeOf(page).toEqualTypeOf<
      (request: PageRequest, context: RouteContext) => Promise<Response>
    >()
    const worker = guard(
      (_: Request, env: { KEY: string }, ctx: { waitUntil(p: unknown): void }) => {
        ctx.waitUntil(env.KEY)
        return Response.json(1)
      },
    )
    expectTypeOf(worker).parameters.toEqualTypeOf<
      [request: Request, env: { KEY: string }, ctx: { waitUntil(p: unknown): void }]
    >()
    const untold = guard(() => new Response())
    expectTypeOf(untold).toEqualTypeOf<(request: Request) => Promise<Response>>()
  })

  it('a handler in a fetch guard has a type that servers and file routers accept', () => {
    const server: { fetch: (request: Request) => Response | Promise<Response> } = {
      fetch: guard(() => new Response()),
    }
    const GET: (request: PageRequest, context: RouteContext) => Promise<Response> = guard(
      async (request, context) => new Response(request.page.locale + (await context.params).id),
    )
    expect([server, GET]).toHaveLength(2)
  })
})

describe('the type of getAuth of fetch', () => {
  it('getAuth accepts any class of Request, and may give undefined only with optional: true', () => {
    const read = (request: PageRequest) =>
      [getAuth(request), getAuth(request, { optional: true })] as const
    expectTypeOf(read).returns.toEqualTypeOf<readonly [Auth, Auth | undefined]>()
  })
})

describe('the types of hooks of fetch', () => {
  it('hooks may be typed for the Request of a framework, and may be functions that are declared elsewhere', () => {
    const { requireAuth } = createAuth<Claims>(options)
    requireAuth({ check: (auth, request: PageRequest) => auth.subject === request.page.locale })
    const owns = async (auth: Auth, request: Request): Promise<boolean> =>
      auth.subject === request.url
    createAuth(options).requireAuth({ check: owns })
    createAuth({
      ...options,
      onRefuse(error, request) {
        expectTypeOf(error).toEqualTypeOf<AuthError>()
        expectTypeOf(request).toEqualTypeOf<Request>()
        return Response.json({ error: error.error }, { headers: error.headers })
      },
    })
    const refuse = async (error: AuthError, request: PageRequest): Promise<Response> =>
      Response.json(request.page.locale, { status: error.status, headers: error.headers })
    createAuth({ ...options, onRefuse: refuse })
    createAuth({ ...options, onRefuse: undefined, realm: undefined, verifier: undefined })
  })
})

const scopes = [{ scope: 'a' }, { scope: 'b' }]

/** This function is compiled but never called. No line below a `@ts-expect-error` may compile. */
async function linesThatMustNotCompile(request: Request): Promise<void> {
  const { requireAuth, guard } = createAuth<Claims>(options)
  // @ts-expect-error The result may be a Response.
  ;(await requireAuth()(request)).subject
  const found = await requireAuth({ optional: true })(request)
  // @ts-expect-error The caller may be anonymous.
  found instanceof Response || found.subject
  const auth = await requireAuth()(request)
  if (auth instanceof Response) return
  // @ts-expect-error
  auth.claims.roles.sort()
  // @ts-expect-error
  auth.claims.sub = 'root'
  // @ts-expect-error
  auth.claims.tenant
  // @ts-expect-error
  auth.scopes.push('admin')
  // @ts-expect-error requireAuth() must be called first to make a guard.
  requireAuth(request)
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
  guard()
  // @ts-expect-error
  guard({ scope: 'a' })
  // @ts-expect-error
  guard({ scope: 'a' }, () => new Response())
  // @ts-expect-error
  guard(() => new Response(), { scopes: 'a' })
  // @ts-expect-error
  guard(() => new Response(), { scope: undefined })
  // @ts-expect-error A handler must give a Response.
  guard(() => 'hello')
  // @ts-expect-error
  guard((page: string) => new Response(page))
  // @ts-expect-error
  getAuth(request, { optional: true }).subject
  // @ts-expect-error
  getAuth(request, { optional: 1 })
  // @ts-expect-error
  getAuth()
  // @ts-expect-error
  getAuth({})
  // @ts-expect-error
  getAuth(request).claims['sub'] = 'root'
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
  // @ts-expect-error
  guard(() => new Response(), { scope: 'a' }, { scope: 'b' })
  // @ts-expect-error
  ;[() => new Response()].map(guard)
}

it('wrong uses of the fetch adapter do not compile', () =>
  expect(linesThatMustNotCompile).toBeTypeOf('function'))
