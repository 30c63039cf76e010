import type { Http2ServerRequest } from 'node:http2'
import type {
  FastifyPluginCallback,
  FastifyReply,
  FastifyRequest,
  FastifyTypeProvider,
  RawServerDefault,
  RouteHandlerMethod,
} from 'fastify'
import createFastify from 'fastify'
import type { Auth, AuthError, DeepReadonly } from 'tollgate'
import { createVerifier } from 'tollgate'
import type { FastifyAuth, Hook, Requirements, VerifierOptions } from 'tollgate/fastify'
import { createAuth, getAuth } from 'tollgate/fastify'
import * as v from 'valibot'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'

const options = { issuer: 'https://login.example.com', audience: 'https://api.example.com' }

interface Claims {
  sub: string
  roles: string[]
}

interface Change {
  Params: { id: string }
  Querystring: { dry?: boolean }
  Headers: { 'x-trace': string }
  Body: { amount: number }
  Reply: { 200: { done: boolean }; '4xx': { error: string } }
}

/** A type provider, which takes the types of body and answer from Zod schemas. */
interface ZodProvider extends FastifyTypeProvider {
  validator: this['schema'] extends z.ZodType ? z.output<this['schema']> : unknown
  serializer: this['schema'] extends z.ZodType ? z.input<this['schema']> : unknown
}

describe('the type of claims in Fastify', () => {
  it('the claims of Fastify have the type of the type argument, the schema or the verifier', () => {
    expectTypeOf(createAuth<Claims>(options)).toEqualTypeOf<FastifyAuth<Claims>>()
    const claims = z.object({ sub: z.string(), roles: z.array(z.string()) })
    expectTypeOf(createAuth({ ...options, claims })).toEqualTypeOf<FastifyAuth<Claims>>()
    const inValibot = v.object({ sub: v.string(), roles: v.array(v.string()) })
    expectTypeOf(createAuth({ ...options, claims: inValibot })).toEqualTypeOf<FastifyAuth<Claims>>()
    const verifier = createVerifier({ ...options, claims })
    expectTypeOf(createAuth({ verifier })).toEqualTypeOf<FastifyAuth<Claims>>()
  })

  it('options of the type VerifierOptions make Fastify guards whose claims have the stated type', () => {
    const given: VerifierOptions = options
    expectTypeOf(createAuth<Claims>(given)).toEqualTypeOf<FastifyAuth<Claims>>()
    expectTypeOf(createAuth<Claims>({ ...given, realm: 'x' })).toEqualTypeOf<FastifyAuth<Claims>>()
    expectTypeOf(createAuth(given)).toEqualTypeOf<FastifyAuth>()
  })

  it('ReturnType and Parameters of the requireAuth of Fastify give the guard and the requirements', () => {
    const { requireAuth } = createAuth<Claims>(options)
    expectTypeOf<ReturnType<typeof requireAuth>>().toEqualTypeOf<Hook>()
    expectTypeOf<Parameters<typeof requireAuth>[0] & {}>().toEqualTypeOf<Requirements<Claims>>()
  })

  it('the type of the claims of Fastify reaches getAuth, verify, check and the plugin', () => {
    const { getAuth, requireAuth, verifier, plugin } = createAuth<Claims>(options)
    const read = (request: FastifyRequest) => getAuth(request)
    expectTypeOf(read).returns.toEqualTypeOf<Auth<Claims>>()
    expectTypeOf(verifier.verify).returns.resolves.toEqualTypeOf<Auth<Claims>>()
    requireAuth({
      check(auth, request) {
        expectTypeOf(auth.claims).toEqualTypeOf<DeepReadonly<Claims>>()
        expectTypeOf(request).toEqualTypeOf<FastifyRequest>()
        return auth.claims.roles.includes(request.method)
      },
    })
    createFastify().register(plugin, { check: (auth) => auth.claims.roles.includes('admin') })
  })
})

describe('the type of getAuth of Fastify', () => {
  it('getAuth accepts the request of any Fastify route and any server', () => {
    const read = (request: FastifyRequest<Change>) =>
      [getAuth(request), getAuth(request, { optional: true })] as const
    expectTypeOf(read).returns.toEqualTypeOf<readonly [Auth, Auth | undefined]>()
    createFastify({ http2: true }).get('/', (request) => {
      expectTypeOf(request.raw).toEqualTypeOf<Http2ServerRequest>()
      expectTypeOf(getAuth(request)).toEqualTypeOf<Auth>()
    })
  })
})

describe('the types of a handler behind a Fastify guard', () => {
  const { requireAuth, plugin } = createAuth<Claims>(options)

  it('a handler behind a Fastify guard keeps the types of its route', () => {
    const app = createFastify()
    app.patch<Change>('/orders/:id', { preHandler: requireAuth() }, async (request, reply) => {
      expectTypeOf(request.params).toEqualTypeOf<{ id: string }>()
      expectTypeOf(request.query).toEqualTypeOf<{ dry?: boolean }>()
      expectTypeOf(request.headers['x-trace']).toBeString()
      expectTypeOf(request.body).toEqualTypeOf<{ amount: number }>()
      reply.code(200).send({ done: true })
      // @ts-expect-error The guard keeps the type of the answer.
      reply.code(200).send({ done: 1 })
      return reply
    })
    app.get<{ Params: { id: string }; Reply: { id: string } }>(
      '/x/:id',
      { onRequest: [requireAuth(), requireAuth({ scope: 'a' })] },
      async ({ params }) => params,
    )
    app.route<Change>({
      method: 'POST',
      url: '/orders/:id',
      onRequest: requireAuth({ scope: 'a' }),
      preParsing: async (_request, _reply, payload) => payload,
      preHandler: [requireAuth({ optional: true })],
      handler(request, reply) {
        expectTypeOf(request.body.amount).toBeNumber()
        reply.code(404).send({ error: 'none' })
      },
    })
    app.addHook('onRequest', requireAuth())
    app.addHook('preHandler', requireAuth())
    const handler: RouteHandlerMethod = async (request) => getAuth(request)
    app.get('/y', { preHandler: requireAuth() }, handler)
  })

  it('a handler behind a Fastify guard keeps the types of its server and of its type provider', () => {
    const http2 = createFastify({ http2: true })
    http2.addHook('onRequest', requireAuth())
    http2.register(plugin, { scope: 'a' })
    http2.patch<Change>('/orders/:id', { preHandler: requireAuth() }, (request) => {
      expectTypeOf(request.raw).toEqualTypeOf<Http2ServerRequest>()
      expectTypeOf(request.body.amount).toBeNumber()
    })
    const provided = createFastify().withTypeProvider<ZodProvider>()
    provided.addHook('onRequest', requireAuth())
    provided.register(plugin, { scope: 'a' })
    const schema = { body: z.object({ amount: z.number() }), params: z.object({ id: z.string() }) }
    provided.post('/orders/:id', { schema, preHandler: requireAuth() }, (request) => {
      expectTypeOf(request.body).toEqualTypeOf<{ amount: number }>()
      expectTypeOf(request.params).toEqualTypeOf<{ id: string }>()
      expectTypeOf(getAuth(request)).toEqualTypeOf<Auth>()
    })
  })

  it('a Fastify guard may be used inside of a plugin', () => {
    const orders: FastifyPluginCallback<{ prefix: string }, RawServerDefault> = (app, _, done) => {
      app.register(plugin, { scope: ['a'] })
      app.register(plugin)
      app.register(plugin, {})
      done()
    }
    createFastify().register(orders, { prefix: '/orders' })
  })
})

describe('the types of hooks in Fastify', () => {
  it('the parameters of a Fastify onRefuse have the right types without annotations', () => {
    createAuth({
      ...options,
      onRefuse(error, request, reply) {
        expectTypeOf(error).toEqualTypeOf<AuthError>()
        expectTypeOf(request).toEqualTypeOf<FastifyRequest>()
        expectTypeOf(reply).toEqualTypeOf<FastifyReply>()
        request.log.info(error.reason)
        return reply.code(error.status).headers(error.headers).send()
      },
    })
  })

  it('hooks may be typed for a Fastify route, and may be functions that are declared elsewhere', () => {
    const { requireAuth } = createAuth<Claims>(options)
    requireAuth({
      check: (auth, request: FastifyRequest<{ Params: { id: string } }>) =>
        auth.subject === request.params.id,
    })
    const owns = async (auth: Auth, request: FastifyRequest<Change>): Promise<boolean> =>
      auth.subject === request.params.id
    createAuth(options).requireAuth({ check: owns })
    const refuse = async (error: AuthError, request: FastifyRequest, reply: FastifyReply) =>
      reply.code(error.status).send(request.id)
    createAuth({ ...options, onRefuse: refuse })
    createAuth({
      ...options,
      onRefuse: (_error, request: FastifyRequest<Change>) => request.params.id,
    })
    createAuth({ ...options, onRefuse: undefined, realm: undefined, verifier: undefined })
  })
})

const scopes = [{ scope: 'a' }, { scope: 'b' }]

/** This function is compiled but never called. No line below a `@ts-expect-error` may compile. */
function linesThatMustNotCompile(request: FastifyRequest): void {
  const { requireAuth, plugin } = createAuth<Claims>(options)
  const app = createFastify()
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
  requireAuth(request)
  // @ts-expect-error requireAuth() must be called to make a guard.
  app.get('/', { preHandler: requireAuth }, () => {})
  // @ts-expect-error
  app.get('/', { onRequest: [requireAuth] }, () => {})
  // @ts-expect-error
  app.addHook('onRequest', requireAuth)
  // @ts-expect-error
  app.register(requireAuth)
  // @ts-expect-error
  app.register(plugin, { scopes: 'a' })
  // @ts-expect-error
  app.register(plugin, { scope: undefined })
  // @ts-expect-error
  getAuth(request, { optional: true }).subject
  // @ts-expect-error
  getAuth(request, { optional: 1 })
  // @ts-expect-error
  getAuth()
  // @ts-expect-error
  getAuth(request).claims['sub'] = 'root'
  // @ts-expect-error
  getAuth(request).scopes.push('admin')
  // @ts-expect-error
  createAuth<Claims>(options).getAuth(request).claims.roles.sort()
  // @ts-expect-error
  createAuth<Claims>(options).getAuth(request).claims.tenant
  // @ts-expect-error The adapter does not change the type of the request, which has no auth.
  request.auth
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

it('wrong uses of the Fastify adapter do not compile', () =>
  expect(linesThatMustNotCompile).toBeTypeOf('function'))
