import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { createServer as createHttp2Server } from 'node:http2'
import type { Auth, AuthError, DeepReadonly } from 'tollgate'
import { createVerifier } from 'tollgate'
import type { IncomingRequest, NodeAuth, VerifierOptions } from 'tollgate/node'
import { createAuth, getAuth } from 'tollgate/node'
import * as v from 'valibot'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'

const options = { issuer: 'https://login.example.com', audience: 'https://api.example.com' }

interface Claims {
  sub: string
  roles: string[]
}

describe('the type of claims in Node', () => {
  it('the claims of Node have the type of the type argument, the schema or the verifier', () => {
    expectTypeOf(createAuth<Claims>(options)).toEqualTypeOf<NodeAuth<Claims>>()
    const claims = z.object({ sub: z.string(), roles: z.array(z.string()) })
    expectTypeOf(createAuth({ ...options, claims })).toEqualTypeOf<NodeAuth<Claims>>()
    const inValibot = v.object({ sub: v.string(), roles: v.array(v.string()) })
    expectTypeOf(createAuth({ ...options, claims: inValibot })).toEqualTypeOf<NodeAuth<Claims>>()
    const verifier = createVerifier({ ...options, claims })
    expectTypeOf(createAuth({ verifier })).toEqualTypeOf<NodeAuth<Claims>>()
  })

  it('options of the type VerifierOptions make Node guards whose claims have the stated type', () => {
    const given: VerifierOptions = options
    expectTypeOf(createAuth<Claims>(given)).toEqualTypeOf<NodeAuth<Claims>>()
    expectTypeOf(createAuth<Claims>({ ...given, realm: 'x' })).toEqualTypeOf<NodeAuth<Claims>>()
    expectTypeOf(createAuth(given)).toEqualTypeOf<NodeAuth>()
  })

  it('the type of the claims of Node reaches getAuth, verify, check and the result of a guard', () => {
    const { getAuth, requireAuth, verifier } = createAuth<Claims>(options)
    const read = (req: IncomingMessage) => getAuth(req)
    expectTypeOf(read).returns.toEqualTypeOf<Auth<Claims>>()
    expectTypeOf(verifier.verify).returns.resolves.toEqualTypeOf<Auth<Claims>>()
    const admit = requireAuth({
      check(auth, req) {
        expectTypeOf(auth.claims).toEqualTypeOf<DeepReadonly<Claims>>()
        expectTypeOf(req).toEqualTypeOf<IncomingRequest>()
        return auth.claims.roles.includes(req.url ?? '')
      },
    })
    expectTypeOf(admit).returns.resolves.toEqualTypeOf<Auth<Claims> | false>()
  })
})

describe('the type of the result of a Node guard', () => {
  const { requireAuth } = createAuth<Claims>(options)

  it('the result of a guard for node:http is false or an Auth', () => {
    const admit = requireAuth({ scope: 'a' })
    const listener: RequestListener = async (req, res) => {
      const auth = await admit(req, res)
      if (auth === false) return
      expectTypeOf(auth).toEqualTypeOf<Auth<Claims>>()
      res.end(auth.subject)
    }
    expect(listener).toBeTypeOf('function')
  })

  it('the result of a guard for node:http2 or for own request classes is false or an Auth', () => {
    const admit = requireAuth()
    const http2 = async (req: Http2ServerRequest, res: Http2ServerResponse) => admit(req, res)
    expectTypeOf(http2).returns.resolves.toEqualTypeOf<Auth<Claims> | false>()
    interface Traced extends IncomingMessage {
      trace: string
    }
    const own = async (req: Traced, res: ServerResponse<Traced>) => admit(req, res)
    expectTypeOf(own).returns.resolves.toEqualTypeOf<Auth<Claims> | false>()
  })

  it('the result of a Node guard may be undefined only if the guard is optional', () => {
    const optional = true as boolean
    type Anonymous = Auth<Claims> | false | undefined
    expectTypeOf(requireAuth({ optional: true })).returns.resolves.toEqualTypeOf<Anonymous>()
    expectTypeOf(requireAuth({ optional })).returns.resolves.toEqualTypeOf<Anonymous>()
    const signedIn = requireAuth({ optional: false, scope: 'a' })
    expectTypeOf(signedIn).returns.resolves.toEqualTypeOf<Auth<Claims> | false>()
  })
})

describe('the type of getAuth of Node', () => {
  it('getAuth accepts requests of node:http and node:http2, and may give undefined only with optional: true', () => {
    const read = (req: IncomingMessage) => [getAuth(req), getAuth(req, { optional: true })] as const
    expectTypeOf(read).returns.toEqualTypeOf<readonly [Auth, Auth | undefined]>()
    const http2 = (req: Http2ServerRequest) => getAuth(req)
    expectTypeOf(http2).returns.toEqualTypeOf<Auth>()
  })
})

describe('the types of hooks in Node', () => {
  it('hooks may be typed for node:http or node:http2, and may be functions that are declared elsewhere', () => {
    const { requireAuth } = createAuth<Claims>(options)
    requireAuth({ check: (auth, req: IncomingMessage) => auth.subject === req.url })
    requireAuth({ check: async (auth, req: Http2ServerRequest) => auth.subject === req.authority })
    const owns = (auth: Auth, req: IncomingMessage): boolean => auth.subject === req.url
    createAuth(options).requireAuth({ check: owns })
    createAuth({
      ...options,
      onRefuse(error, req, res) {
        expectTypeOf(error).toEqualTypeOf<AuthError>()
        expectTypeOf(req).toEqualTypeOf<IncomingRequest>()
        res.statusCode = error.status
        for (const [name, value] of Object.entries(error.headers)) res.setHeader(name, value)
        res.end('')
      },
    })
    const refuse = (error: AuthError, _req: IncomingMessage, res: ServerResponse): ServerResponse =>
      res.writeHead(error.status, error.headers).end()
    const refuse2 = async (error: AuthError, _: Http2ServerRequest, res: Http2ServerResponse) =>
      res.stream.respond({ ':status': error.status })
    createAuth({ ...options, onRefuse: refuse })
    createAuth({ ...options, onRefuse: refuse2 })
    createAuth({ ...options, onRefuse: undefined, realm: undefined, verifier: undefined })
  })
})

const scopes = [{ scope: 'a' }, { scope: 'b' }]

/** This function is compiled but never called. No line below a `@ts-expect-error` may compile. */
async function linesThatMustNotCompile(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { requireAuth } = createAuth<Claims>(options)
  // @ts-expect-error The result is false when the guard has answered the request.
  ;(await requireAuth()(req, res)).subject
  const found = await requireAuth({ optional: true })(req, res)
  // @ts-expect-error The caller may be anonymous.
  found === false || found.subject
  const auth = await requireAuth()(req, res)
  if (auth === false) return
  // @ts-expect-error
  auth.claims.roles.sort()
  // @ts-expect-error
  auth.claims.sub = 'root'
  // @ts-expect-error
  auth.claims.tenant
  // @ts-expect-error
  auth.scopes.push('admin')
  // @ts-expect-error A guard needs the response, because it answers refusals.
  requireAuth()(req)
  // @ts-expect-error requireAuth() must be called first to make a guard.
  requireAuth(req, res)
  // @ts-expect-error
  requireAuth(req)
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
  getAuth(req, { optional: true }).subject
  // @ts-expect-error
  getAuth(req, { optional: 1 })
  // @ts-expect-error
  getAuth()
  // @ts-expect-error
  getAuth(req).claims['sub'] = 'root'
  // @ts-expect-error The adapter does not change the type of the request, which has no auth.
  req.auth
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
  createServer(requireAuth)
  // @ts-expect-error
  createServer().on('request', requireAuth)
  // @ts-expect-error
  createHttp2Server(requireAuth)
  // @ts-expect-error
  createHttp2Server().on('request', requireAuth)
}

it('wrong uses of the Node adapter do not compile', () =>
  expect(linesThatMustNotCompile).toBeTypeOf('function'))
