import { kindOf, wrongOption } from '../core/option-checks.ts'
import { noteAttached, stateOf } from '../http/request-state.ts'
import type { Claims } from './claims.ts'
import { claimsOf } from './claims.ts'
import { createTestAuth } from './test-auth.ts'

/**
 * Attaches an Auth to a request, so that a handler can be called without its guard in a unit test.
 * Every `getAuth` gives it, and it stands where the guard of the framework puts it: in `req.auth` of
 * Express, Fastify, Nest and Node, `ctx.state.auth` of Koa, `c.get('auth')` of Hono.
 *
 *     handler(withAuth(req, { sub: 'alice', scope: 'orders:read' }), res)
 *
 * Nothing is verified, and no guard is opened: a guard that is given the request afterwards decides
 * by the token that the request carries, and refuses it if there is none. Test a guarded route with
 * tokens of `createTestIssuer()` instead.
 *
 * @param request A request of Express, Fastify or Node, a context of Koa, Hono or Nest, a fetch Request,
 *   or an object that a test has in the place of one.
 * @param claims Claims as for `issuer.mint()`, which adds the same. `auth.roles` are those in
 *   `roles`, and `auth.permissions` those in `entitlements` or `permissions`, whatever profile the
 *   app has. Give `claims` what the app's schema makes of them: the schema is not asked.
 * @returns The same request.
 * @throws {TypeError} for what is no request, and for claims that no Auth can be made of.
 */
export function withAuth<R extends object>(request: R, claims?: Claims): R {
  if (typeof request !== 'object' || request === null) {
    wrongOption("argument 'request' of withAuth", `must be a request, not ${kindOf(request)}`)
  }
  const auth = createTestAuth(claimsOf('withAuth', claims))
  const { carrier, attach } = placeOf(request)
  noteAttached(stateOf(carrier), auth)
  attach(auth)
  return request
}

/** Where a framework keeps what is known of a request, and where its handlers read the Auth. */
interface Place {
  readonly carrier: object
  attach(auth: object): void
}

/** The members by which the requests of frameworks are told apart. */
interface AnyRequest {
  readonly req?: unknown
  readonly state?: unknown
  readonly headers?: unknown
  set?(name: string, value: unknown): unknown
  switchToHttp?(): { getRequest(): AnyRequest }
}

function placeOf(request: AnyRequest): Place {
  if (typeof request.switchToHttp === 'function')
    return placeOf(request.switchToHttp().getRequest())
  const { req, state } = request
  if (isObject(state) && isObject(req)) {
    return { carrier: req, attach: (auth) => void Object.assign(state, { auth }) }
  }
  if (isObject(req) && 'raw' in req && typeof request.set === 'function') {
    return { carrier: request, attach: (auth) => request.set?.('auth', auth) }
  }
  if (isObject(state) && req === undefined && request.headers === undefined) {
    const fix = 'looks like a context of Koa without its request: write { req: {}, state: {} }'
    wrongOption("argument 'request' of withAuth", fix)
  }
  // Guards put nothing on a fetch Request: only getAuth reads it.
  if (request instanceof Request) return { carrier: request, attach() {} }
  return { carrier: request, attach: (auth) => void Object.assign(request, { auth }) }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
