/**
 * The adapter for every function that takes a `Request` and gives a `Response`: in Workers, Bun and Deno, and route handlers of
 * Next.js.
 */
import type { Auth, JWTPayload } from './core/auth.ts'
import type { AuthError } from './core/errors.ts'
import { checkNoMore } from './core/option-checks.ts'
import type {
  AdapterAuth,
  AuthOptions as AnyAuthOptions,
  OnRefused as AnyOnRefused,
} from './http/adapter.ts'
import { createAdapter } from './http/adapter.ts'
import { addToFetch, answerFetch } from './http/answer.ts'
import type { Admitted } from './http/authenticate.ts'
import type { GetAuth as AnyGetAuth, GetAuthOptions } from './http/get-auth.ts'
import { lastAuth } from './http/get-auth.ts'
import { runHook } from './http/hooks.ts'
import { fetchHead } from './http/request-head.ts'
import type { NoCall } from './http/require-auth.ts'
import type { Requirements as AnyRequirements, SignedIn } from './http/requirements/resolve.ts'
import { isAuth } from './http/verified-auth.ts'

export * from './core/exports.ts'
export type { GetAuthOptions }

/**
 * Gives a `Response`, at once or by a promise, that replaces the answer to a refused request; if it gives none, the usual
 * answer is sent. What it throws or rejects with reaches the caller of the guard.
 */
export type OnRefuse = {
  // Written as a method, because the parameters of a method may be narrowed: to a framework's own request.
  hook(error: AuthError, request: Request): unknown
}['hook']
export type OnRefused<C extends object = JWTPayload> = AnyOnRefused<C, Request>
export type AuthOptions<C extends object = JWTPayload> = AnyAuthOptions<C, OnRefuse, Request>
export type Requirements<C extends object = JWTPayload> = AnyRequirements<C, Request>
export type GetAuth<C extends object = JWTPayload> = AnyGetAuth<C, Request>

/** A handler of fetch requests, with whatever else its runtime hands it: an environment, a context, parameters. */
export type Handler<R extends Request, A extends readonly unknown[]> = (
  request: R,
  ...rest: A
) => Response | Promise<Response>

/**
 * Makes the guard of a route by hand, where `guard()` does not fit. It gives the Auth of the caller, or the answer to send,
 * and `isRefusal` tells which:
 *
 *     const found = await signedIn(request)
 *     if (isRefusal(found)) return found
 */
export interface RequireAuth<C extends object> {
  (
    one: never,
    two: never,
    ...none: NoCall
  ): (request: Request) => Promise<Auth<C> | Response | undefined>
  (
    requirements?: SignedIn<Requirements<C>>,
    ...none: never[]
  ): (request: Request) => Promise<Auth<C> | Response>
  (
    requirements: Requirements<C>,
    ...none: never[]
  ): (request: Request) => Promise<Auth<C> | Response | undefined>
}

export interface FetchAuth<C extends object = JWTPayload>
  extends AdapterAuth<C, RequireAuth<C>, GetAuth<C>> {
  /**
   * Wraps a handler, so that it only sees requests that meet the requirements. In the handler, `getAuth(request)` gives the
   * Auth. Nothing has to be asked or returned by hand, so no request can pass by mistake.
   *
   * @throws TypeError if a requirement is wrong; the message says how to fix it.
   */
  guard<R extends Request, A extends readonly unknown[]>(
    handler: Handler<R, A>,
    requirements?: Requirements<C>,
    ...none: never[]
  ): (request: R, ...rest: A) => Promise<Response>
}

/**
 * Whether what a guard of `requireAuth()` gave is the answer to send: whatever is neither undefined nor an Auth. It asks for no
 * class, because a runtime or a library may have a `Response` of its own, and to take its answer for an Auth would open the
 * route.
 */
export function isRefusal(found: unknown): found is Response {
  return found !== undefined && !isAuth(found)
}

interface Answered {
  readonly ok: false
  readonly answer: Response
}

/**
 * Guards for fetch handlers. Does no I/O: keys are fetched when the first token comes.
 *
 * @throws TypeError if an option is wrong; the message says how to fix it.
 */
export function createAuth<C extends object = JWTPayload>(options: AuthOptions<C>): FetchAuth<C>
// The types show no further argument, so that ReturnType<typeof createAuth> works.
export function createAuth<C extends object = JWTPayload>(
  options: AuthOptions<C>,
  ...none: never[]
): FetchAuth<C> {
  const adapter = createAdapter<C, OnRefuse, Request>(options, none)
  const { verifier, onRefuse, tellRefused, getAuth } = adapter

  /** Makes a function that decides about a request: it is admitted, or it is answered. */
  function createGuard(requirements: Requirements<C> | undefined, none: readonly never[]) {
    const decide = adapter.decider(requirements, none)
    return async (request: Request): Promise<Admitted<C> | Answered> => {
      const decision = await decide(fetchHead(request), request, request)
      if (decision.ok) return decision
      tellRefused(decision, request)
      const answer = await runHook(() => onRefuse?.(decision.error, request))
      if (answer instanceof Response) return { ok: false, answer }
      return { ok: false, answer: answerFetch(request.method, decision.refusal) }
    }
  }

  function requireAuth(requirements?: Requirements<C>, ...none: never[]) {
    const admit = createGuard(requirements, none)
    return async (request: Request): Promise<Auth<C> | Response | undefined> => {
      const found = await admit(request)
      return found.ok ? found.auth : found.answer
    }
  }

  const guard: FetchAuth<C>['guard'] = (handler, requirements, ...none) => {
    if (typeof handler !== 'function') {
      throw new TypeError('tollgate: guard was given no handler: call it, guard(handler, { … })')
    }
    checkNoMore('guard', none)
    const admit = createGuard(requirements, none)
    return async (request, ...rest) => {
      const found = await admit(request)
      if (!found.ok) return found.answer
      return addToFetch(await handler(request, ...rest), found.headers)
    }
  }

  return {
    requireAuth: requireAuth as RequireAuth<C>,
    guard,
    getAuth: getAuth as GetAuth<C>,
    verifier,
  }
}

export const getAuth: GetAuth = lastAuth as GetAuth
