import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import type { Request as Request5 } from 'express'
import type { Request as Request4 } from 'express4'
import type { FastifyRequest } from 'fastify'
import type { Context as HonoContext } from 'hono'
import type { Context as Context3 } from 'koa'
import type { Context as Context2 } from 'koa2'
import type { Auth, AuthError, ProblemDetails } from 'tollgate'
import type { ExpressAuth, ExpressRequest, OnRefused } from 'tollgate/express'
import { createAuth as createExpressAuth } from 'tollgate/express'
import { createAuth as createFastifyAuth } from 'tollgate/fastify'
import { createAuth as createFetchAuth } from 'tollgate/fetch'
import { createAuth as createHonoAuth } from 'tollgate/hono'
import type { KoaContext } from 'tollgate/koa'
import { createAuth as createKoaAuth } from 'tollgate/koa'
import type { NestRequest } from 'tollgate/nest'
import { createAuth as createNestAuth } from 'tollgate/nest'
import type { IncomingRequest } from 'tollgate/node'
import { createAuth as createNodeAuth } from 'tollgate/node'
import { expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'

const options = {
  issuer: 'https://login.example.com',
  audience: 'https://api.example.com',
  tokenHeader: 'x-assertion',
}
const claims = z.object({ sub: z.string(), roles: z.array(z.string()) })

interface Claims {
  sub: string
  roles: string[]
}

it('the parameters of onRefused have the types of the adapter and of the claims without annotations', () => {
  createExpressAuth({
    ...options,
    claims,
    onRefused(error, req, auth) {
      expectTypeOf(error).toEqualTypeOf<AuthError>()
      expectTypeOf(error.body).toEqualTypeOf<ProblemDetails>()
      expectTypeOf(req).toEqualTypeOf<ExpressRequest>()
      expectTypeOf(auth).toEqualTypeOf<Auth<Claims> | undefined>()
    },
  })
  createKoaAuth<Claims>({
    ...options,
    onRefused(_error, ctx, auth) {
      expectTypeOf(ctx).toEqualTypeOf<KoaContext>()
      expectTypeOf(auth).toEqualTypeOf<Auth<Claims> | undefined>()
    },
  })
  createFastifyAuth<Claims>({
    ...options,
    onRefused(_error, request, auth) {
      expectTypeOf(request).toEqualTypeOf<FastifyRequest>()
      expectTypeOf(auth).toEqualTypeOf<Auth<Claims> | undefined>()
    },
  })
  createHonoAuth<Claims>({
    ...options,
    onRefused(_error, c, auth) {
      expectTypeOf(c).toEqualTypeOf<HonoContext>()
      expectTypeOf(auth).toEqualTypeOf<Auth<Claims> | undefined>()
    },
  })
  createFetchAuth<Claims>({
    ...options,
    onRefused(_error, request, auth) {
      expectTypeOf(request).toEqualTypeOf<Request>()
      expectTypeOf(auth).toEqualTypeOf<Auth<Claims> | undefined>()
    },
  })
  createNestAuth<Claims>({
    ...options,
    onRefused(_error, request, auth) {
      expectTypeOf(request).toEqualTypeOf<NestRequest>()
      expectTypeOf(auth).toEqualTypeOf<Auth<Claims> | undefined>()
    },
  })
  createNodeAuth<Claims>({
    ...options,
    onRefused(_error, req, auth) {
      expectTypeOf(req).toEqualTypeOf<IncomingRequest>()
      expectTypeOf(auth).toEqualTypeOf<Auth<Claims> | undefined>()
    },
  })
})

it('onRefused may be typed for the request of a framework, async, and a function that is declared elsewhere', () => {
  const count = async (error: AuthError): Promise<number> => error.status
  createExpressAuth({ ...options, onRefused: count })
  createExpressAuth({ ...options, onRefused: (_error, req: Request5) => req.ip })
  createExpressAuth({ ...options, onRefused: (_error, req: Request4) => req.ip })
  createKoaAuth({ ...options, onRefused: (_error, ctx: Context3) => ctx.ip })
  createKoaAuth({ ...options, onRefused: (_error, ctx: Context2) => ctx.ip })
  createFastifyAuth({ ...options, onRefused: (error, { log }) => log.info(error.reason) })
  createHonoAuth({ ...options, onRefused: (_error, c) => c.req.path })
  createFetchAuth({ ...options, onRefused: (_error, { url }) => url })
  createNestAuth({ ...options, onRefused: (_error, req: Request5) => req.ip })
  createNestAuth({
    ...options,
    onRefused: (_error, { log }: FastifyRequest) => log.info('refused'),
  })
  createNodeAuth({ ...options, onRefused: (_error, req: IncomingMessage) => req.socket })
  createNodeAuth({ ...options, onRefused: (_error, req: Http2ServerRequest) => req.authority })
  createNodeAuth({ ...options, onRefused: undefined, tokenHeader: undefined })
  const log: OnRefused = (error, { path }, auth) => [error.reason, path, auth?.clientId]
  expectTypeOf(createExpressAuth({ ...options, onRefused: log })).toEqualTypeOf<ExpressAuth>()
  const logOwn: OnRefused<Claims> = (error, { path }, auth) => [error, path, auth?.claims.roles]
  expectTypeOf(createExpressAuth({ ...options, claims, onRefused: logOwn })).toEqualTypeOf<
    ExpressAuth<Claims>
  >()
  const logAny = (error: AuthError, _req: unknown, auth: { subject: string } | undefined) =>
    `${error.reason} ${auth?.subject}`
  expectTypeOf(createExpressAuth({ ...options, claims, onRefused: logAny })).toEqualTypeOf<
    ExpressAuth<Claims>
  >()
})

/** This function is compiled but never called. No line below a `@ts-expect-error` may compile. */
function linesThatMustNotCompile(): void {
  // @ts-expect-error
  createExpressAuth({ ...options, onRefused: 'log' })
  // @ts-expect-error
  createExpressAuth({ ...options, onRefused: (error: number) => error })
  // @ts-expect-error
  createExpressAuth({ ...options, tokenHeader: ['x-assertion'] })
  // @ts-expect-error There is no Auth where the token was not good.
  createExpressAuth({ ...options, onRefused: (_error, _req, auth) => auth.subject })
  // @ts-expect-error
  createExpressAuth({ ...options, claims, onRefused: (_e, _r, auth) => auth?.claims.groups })
  // @ts-expect-error Nothing is answered here.
  createExpressAuth({ ...options, onRefused: (_error, _req, _auth, res) => res.end() })
}

it('wrong hooks onRefused do not compile', () =>
  expect(linesThatMustNotCompile).toBeTypeOf('function'))
