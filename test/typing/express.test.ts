import type { Request as Request5, Response as Response5 } from 'express'
import express from 'express'
import type { Request as Request4, Response as Response4 } from 'express4'
import express4 from 'express4'
import type { Auth, AuthError, DeepReadonly } from 'tollgate'
import { createVerifier } from 'tollgate'
import type {
  ExpressAuth,
  ExpressRequest,
  Handler,
  Requirements,
  VerifierOptions,
} from 'tollgate/express'
import { createAuth, getAuth } from 'tollgate/express'
import * as v from 'valibot'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'

const options = { issuer: 'https://login.example.com', audience: 'https://api.example.com' }

interface Claims {
  sub: string
  roles: string[]
}

describe('the type of claims in Express', () => {
  it('the claims of Express have the type of the type argument, the schema or the verifier', () => {
    expectTypeOf(createAuth<Claims>(options)).toEqualTypeOf<ExpressAuth<Claims>>()
    const claims = z.object({ sub: z.string(), roles: z.array(z.string()) })
    expectTypeOf(createAuth({ ...options, claims })).toEqualTypeOf<ExpressAuth<Claims>>()
    const inValibot = v.object({ sub: v.string(), roles: v.array(v.string()) })
    expectTypeOf(createAuth({ ...options, claims: inValibot })).toEqualTypeOf<ExpressAuth<Claims>>()
    const verifier = createVerifier({ ...options, claims })
    expectTypeOf(createAuth({ verifier })).toEqualTypeOf<ExpressAuth<Claims>>()
    expectTypeOf(createAuth({ verifier, realm: 'x', onRefuse() {} })).toEqualTypeOf<
      ExpressAuth<Claims>
    >()
  })

  it('options of the type VerifierOptions make Express guards whose claims have the stated type', () => {
    const given: VerifierOptions = options
    expectTypeOf(createAuth<Claims>(given)).toEqualTypeOf<ExpressAuth<Claims>>()
    expectTypeOf(createAuth<Claims>({ ...given, realm: 'x' })).toEqualTypeOf<ExpressAuth<Claims>>()
    expectTypeOf(createAuth(given)).toEqualTypeOf<ExpressAuth>()
  })

  it('ReturnType and Parameters of the requireAuth of Express give the guard and the requirements', () => {
    const { requireAuth } = createAuth<Claims>(options)
    expectTypeOf<ReturnType<typeof requireAuth>>().toEqualTypeOf<Handler>()
    expectTypeOf<Parameters<typeof requireAuth>[0] & {}>().toEqualTypeOf<Requirements<Claims>>()
  })

  it('the type of the claims of Express reaches getAuth, verify and check', () => {
    const { getAuth, requireAuth, verifier } = createAuth<Claims>(options)
    const read = (req: Request5) => getAuth(req)
    expectTypeOf(read).returns.toEqualTypeOf<Auth<Claims>>()
    expectTypeOf(verifier.verify).returns.resolves.toEqualTypeOf<Auth<Claims>>()
    requireAuth({
      check(auth, req) {
        expectTypeOf(auth.claims).toEqualTypeOf<DeepReadonly<Claims>>()
        expectTypeOf(req).toEqualTypeOf<ExpressRequest>()
        return auth.claims.roles.includes(req.params['role'])
      },
    })
  })
})

describe('the type of getAuth of Express', () => {
  it('getAuth accepts requests of Express 4 and 5, and may give undefined only with optional: true', () => {
    const read5 = (req: Request5) => [getAuth(req), getAuth(req, { optional: true })] as const
    const read4 = (req: Request4) => [getAuth(req), getAuth(req, { optional: true })] as const
    expectTypeOf(read5).returns.toEqualTypeOf<readonly [Auth, Auth | undefined]>()
    expectTypeOf(read4).returns.toEqualTypeOf<readonly [Auth, Auth | undefined]>()
    const typed = (req: Request5<{ id: string }, unknown, { a: 1 }, { q: string }>) => getAuth(req)
    expectTypeOf(typed).returns.toEqualTypeOf<Auth>()
  })
})

describe('the types of a handler behind an Express guard', () => {
  const { requireAuth } = createAuth<Claims>(options)

  it('a handler behind a guard keeps the parameter types that Express 5 reads from the path', () => {
    const app = express()
    app.get('/orders/:id/:line', requireAuth({ scope: 'a' }), (req, res) => {
      expectTypeOf(req.params.id).toBeString()
      expectTypeOf(req.params.line).toBeString()
      // @ts-expect-error The path has no such parameter.
      req.params.lines
      expectTypeOf(req).toExtend<Request5>()
      expectTypeOf(res).toExtend<Response5>()
    })
    app.patch('/orders/:id', requireAuth(), requireAuth({ optional: true }), (req, _res, next) => {
      expectTypeOf(req.params).toEqualTypeOf<{ id: string }>()
      next()
    })
    app.route('/orders/:id').post(requireAuth(), (req) => {
      expectTypeOf(req.params).toEqualTypeOf<{ id: string }>()
    })
    app.use(requireAuth())
    app.use('/sub/:id', requireAuth(), (req) => {
      expectTypeOf(req.params).toEqualTypeOf<{ id: string }>()
    })
    app.all('/x/:id', [requireAuth(), requireAuth()], (req: Request5<{ id: string }>) => {
      expectTypeOf(req.params.id).toBeString()
    })
    const router = express.Router({ mergeParams: true })
    router.use(requireAuth())
    router.get('/:line', requireAuth(), (req) => {
      expectTypeOf(req.params).toEqualTypeOf<{ line: string }>()
    })
    router.param('id', () => {})
  })

  it('a handler behind a guard keeps the parameter types that Express 4 reads from the path', () => {
    const app = express4()
    app.get('/orders/:id', requireAuth({ scope: 'a' }), (req, res) => {
      expectTypeOf(req.params).toEqualTypeOf<{ id: string }>()
      expectTypeOf(req).toExtend<Request4>()
      expectTypeOf(res).toExtend<Response4>()
    })
    app.use(requireAuth())
    app.use('/sub/:id', requireAuth(), (req) => {
      expectTypeOf(req.params).toEqualTypeOf<{ id: string }>()
    })
    const router = express4.Router()
    router.use(requireAuth())
    router.get('/:line', requireAuth(), (req) => {
      expectTypeOf(req.params).toEqualTypeOf<{ line: string }>()
    })
  })

  it('a handler behind an Express guard keeps the types of body, query and answer of its route', () => {
    interface Change {
      amount: number
    }
    interface Answer {
      done: boolean
    }
    express().post<{ id: string }, Answer, Change, { dry: string }, { trace: string }>(
      '/orders/:id',
      requireAuth(),
      (req, res) => {
        expectTypeOf(req.params).toEqualTypeOf<{ id: string }>()
        expectTypeOf(req.body).toEqualTypeOf<Change>()
        expectTypeOf(req.query).toEqualTypeOf<{ dry: string }>()
        expectTypeOf(res.json).parameters.toEqualTypeOf<[body?: Answer | undefined]>()
        expectTypeOf(res.locals.trace).toBeString()
      },
    )
    express4().post<{ id: string }, Answer, Change>('/orders/:id', requireAuth(), (req) => {
      expectTypeOf(req.body).toEqualTypeOf<Change>()
    })
    express().post(
      '/orders/:id',
      requireAuth(),
      (req: Request5<{ id: string }, Answer, Change>) => {
        expectTypeOf(req.body).toEqualTypeOf<Change>()
      },
    )
  })
})

describe('the types of hooks in Express', () => {
  it('the parameters of an Express onRefuse have the right types without annotations', () => {
    createAuth({
      ...options,
      onRefuse(error, req, res, next) {
        expectTypeOf(error).toEqualTypeOf<AuthError>()
        expectTypeOf(req.path).toBeString()
        if (res.headersSent) next(error)
        else res.status(error.status).set(error.headers).json({ error: error.error })
      },
    })
  })

  it('hooks may be typed for Express 4 or 5, and may be functions that are declared elsewhere', () => {
    const { requireAuth } = createAuth<Claims>(options)
    requireAuth({ check: (auth, req: Request5) => auth.subject === req.params['id'] })
    requireAuth({ check: (auth, req: Request4) => auth.subject === req.params['id'] })
    requireAuth({
      check: async (auth, req: Request5<{ id: string }>) => auth.subject === req.params.id,
    })
    const owns = (auth: Auth, req: Request5): boolean => auth.subject === req.params['id']
    createAuth(options).requireAuth({ check: owns })
    createAuth({
      ...options,
      onRefuse: (error, _req: Request5, res: Response5) => res.send(error.error),
    })
    createAuth({
      ...options,
      onRefuse: (error, _req: Request4, res: Response4) => res.send(error.error),
    })
    const refuse5 = (
      error: AuthError,
      req: Request5,
      res: Response5,
      next: express.NextFunction,
    ): void => (req.accepts('html') ? res.redirect('/login') : next(error))
    const refuse4 = (
      error: AuthError,
      req: Request4,
      res: Response4,
      next: express4.NextFunction,
    ): void => (req.accepts('html') ? res.redirect('/login') : next(error))
    createAuth({ ...options, onRefuse: refuse5 })
    createAuth({ ...options, onRefuse: refuse4 })
    createAuth({ ...options, onRefuse: undefined, realm: undefined, verifier: undefined })
  })
})

const scopes = [{ scope: 'a' }, { scope: 'b' }]

/** This function is compiled but never called. No line below a `@ts-expect-error` may compile. */
function linesThatMustNotCompile(req: Request5): void {
  const { requireAuth } = createAuth<Claims>(options)
  // @ts-expect-error
  requireAuth({ scopes: 'a' })
  // @ts-expect-error Undefined could open the route to everyone.
  requireAuth({ scope: undefined })
  // @ts-expect-error
  requireAuth({ scope: process.env['SCOPE'] })
  // @ts-expect-error
  requireAuth({ scope: 1 })
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
  requireAuth(req)
  // @ts-expect-error
  getAuth(req, { optional: true }).subject
  // @ts-expect-error
  getAuth(req, { optional: 1 })
  // @ts-expect-error
  getAuth()
  // @ts-expect-error
  getAuth(req).claims['sub'] = 'root'
  // @ts-expect-error
  getAuth(req).scopes.push('admin')
  // @ts-expect-error
  createAuth<Claims>(options).getAuth(req).claims.roles.sort()
  // @ts-expect-error
  createAuth<Claims>(options).getAuth(req).claims.tenant
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
  createAuth({ ...options, audience: process.env['AUDIENCE'] })
  // @ts-expect-error
  createAuth({ ...options, realm: 1 })
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
  // @ts-expect-error
  createAuth({ verifier: undefined })
  // @ts-expect-error
  createAuth({ verifier: {} })
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
  express().get('/', requireAuth, (_req, res) => void res.json({}))
  // @ts-expect-error
  express().use(requireAuth)
  // @ts-expect-error
  express().use('/', requireAuth)
  // @ts-expect-error
  express().all('/', [requireAuth])
  // @ts-expect-error
  express().route('/').get(requireAuth)
  // @ts-expect-error
  express.Router().use(requireAuth)
  // @ts-expect-error
  express4().get('/', requireAuth, (_req, res) => void res.json({}))
  // @ts-expect-error
  express4().use(requireAuth)
  // @ts-expect-error
  express4().use('/', requireAuth)
  // @ts-expect-error
  express4().all('/', [requireAuth])
  // @ts-expect-error
  express4.Router().use(requireAuth)
}

it('wrong uses of the Express adapter do not compile', () =>
  expect(linesThatMustNotCompile).toBeTypeOf('function'))
