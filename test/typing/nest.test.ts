import type {
  ArgumentsHost,
  CanActivate,
  ExecutionContext,
  INestApplication,
  ValueProvider,
} from '@nestjs/common'
import { UseGuards } from '@nestjs/common'
import type { Request, Response } from 'express'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Auth, AuthError, DeepReadonly } from 'tollgate'
import { createVerifier } from 'tollgate'
import type {
  Guard,
  NestAuth,
  NestContext,
  NestRequest,
  Requirements,
  VerifierOptions,
} from 'tollgate/nest'
import { createAuth, getAuth } from 'tollgate/nest'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'

const options = { issuer: 'https://login.example.com', audience: 'https://api.example.com' }

interface Claims {
  sub: string
  roles: string[]
}

describe('the type of claims in Nest', () => {
  it('the claims of Nest have the type of the type argument, the schema or the verifier', () => {
    expectTypeOf(createAuth<Claims>(options)).toEqualTypeOf<NestAuth<Claims>>()
    const claims = z.object({ sub: z.string(), roles: z.array(z.string()) })
    expectTypeOf(createAuth({ ...options, claims })).toEqualTypeOf<NestAuth<Claims>>()
    const verifier = createVerifier({ ...options, claims })
    expectTypeOf(createAuth({ verifier })).toEqualTypeOf<NestAuth<Claims>>()
    const given: VerifierOptions = options
    expectTypeOf(createAuth<Claims>(given)).toEqualTypeOf<NestAuth<Claims>>()
  })

  it('ReturnType and Parameters of the requireAuth of Nest give the guard and the requirements', () => {
    const { requireAuth } = createAuth<Claims>(options)
    expectTypeOf<ReturnType<typeof requireAuth>>().toEqualTypeOf<Guard>()
    expectTypeOf<Parameters<typeof requireAuth>[0] & {}>().toEqualTypeOf<Requirements<Claims>>()
  })

  it('the type of the claims of Nest reaches getAuth, verify and check', () => {
    const { getAuth, requireAuth, verifier } = createAuth<Claims>(options)
    const read = (context: ExecutionContext) => getAuth(context)
    expectTypeOf(read).returns.toEqualTypeOf<Auth<Claims>>()
    expectTypeOf(verifier.verify).returns.resolves.toEqualTypeOf<Auth<Claims>>()
    requireAuth({
      check(auth, request) {
        expectTypeOf(auth.claims).toEqualTypeOf<DeepReadonly<Claims>>()
        expectTypeOf(request).toEqualTypeOf<NestRequest>()
        return auth.claims.roles.includes(request.params.role)
      },
    })
  })
})

describe('the types of Nest around a guard', () => {
  it('a guard is what Nest takes as one, wherever it takes one', () => {
    const { requireAuth } = createAuth(options)
    expectTypeOf(requireAuth()).toExtend<CanActivate>()
    UseGuards(requireAuth(), requireAuth({ scope: 'a' }))
    const provider: ValueProvider<CanActivate> = { provide: 'APP_GUARD', useValue: requireAuth() }
    const globally = (app: INestApplication) => app.useGlobalGuards(requireAuth())
    expect([provider.provide, globally.length]).toEqual(['APP_GUARD', 1])
    class Own implements CanActivate {
      readonly #guard = requireAuth()
      canActivate(context: ExecutionContext): Promise<boolean> {
        return this.#guard.canActivate(context)
      }
    }
    expectTypeOf(new Own()).toExtend<CanActivate>()
  })

  it('getAuth takes contexts of Nest and requests of both platforms', () => {
    const ofContext = (context: ExecutionContext) => getAuth(context)
    const ofHost = (host: ArgumentsHost) => getAuth(host, { optional: true })
    const ofExpress = (request: Request) => getAuth(request)
    const ofFastify = (request: FastifyRequest) => getAuth(request, { optional: true })
    expectTypeOf(ofContext).returns.toEqualTypeOf<Auth>()
    expectTypeOf(ofHost).returns.toEqualTypeOf<Auth | undefined>()
    expectTypeOf(ofExpress).returns.toEqualTypeOf<Auth>()
    expectTypeOf(ofFastify).returns.toEqualTypeOf<Auth | undefined>()
  })
})

describe('the types of hooks in Nest', () => {
  it('the parameters of a Nest onRefuse have the right types without annotations', () => {
    createAuth({
      ...options,
      onRefuse(error, context) {
        expectTypeOf(error).toEqualTypeOf<AuthError>()
        expectTypeOf(context).toEqualTypeOf<NestContext>()
        context.switchToHttp().getResponse().status(error.status).json({ error: error.error })
      },
    })
  })

  it("hooks may be typed by Nest's and by either platform's own types", () => {
    const { requireAuth } = createAuth<Claims>(options)
    requireAuth({ check: (auth, req: Request) => auth.subject === req.params['id'] })
    requireAuth({ check: (auth, { params }: FastifyRequest) => auth.subject === params })
    const owns = (auth: Auth, req: Request): boolean => auth.subject === req.params['id']
    createAuth(options).requireAuth({ check: owns })
    createAuth({
      ...options,
      onRefuse: (error, context: ExecutionContext) =>
        context.switchToHttp().getResponse<Response>().send(error.error),
    })
    createAuth({
      ...options,
      onRefuse: (error, context: ExecutionContext) =>
        context.switchToHttp().getResponse<FastifyReply>().send(error.error),
    })
    createAuth({ ...options, onRefuse: undefined, realm: undefined, verifier: undefined })
  })
})

const scopes = [{ scope: 'a' }, { scope: 'b' }]

/** This function is compiled but never called. No line below a `@ts-expect-error` may compile. */
function linesThatMustNotCompile(request: Request, app: INestApplication): void {
  const { requireAuth } = createAuth<Claims>(options)
  // @ts-expect-error
  requireAuth({ scopes: 'a' })
  // @ts-expect-error Undefined could open the route to everyone.
  requireAuth({ scope: undefined })
  // @ts-expect-error
  requireAuth(request)
  // @ts-expect-error
  getAuth(request, { optional: true }).subject
  // @ts-expect-error
  createAuth<Claims>(options).getAuth(request).claims.roles.sort()
  // @ts-expect-error
  createAuth({ ...options, audiance: 'x' })
  // @ts-expect-error
  createAuth({ ...options, onRefuse: 'deny' })
  // @ts-expect-error There is no such parameter: a filter answers, or the hook itself.
  createAuth({ ...options, onRefuse: (_error, _context, next) => next() })
  // @ts-expect-error Nothing reads a second argument.
  requireAuth({ scope: 'a' }, { scope: 'b' })
  // @ts-expect-error map() hands over an index behind each member of the list.
  scopes.map(requireAuth)
  // @ts-expect-error
  createAuth(options, {})
  // @ts-expect-error requireAuth() must be called to make a guard.
  app.useGlobalGuards(requireAuth)
}

it('wrong uses of the Nest adapter do not compile', () =>
  expect(linesThatMustNotCompile).toBeTypeOf('function'))
