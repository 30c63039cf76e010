/** The Hono adapter (4). */
import type { Context, MiddlewareHandler } from 'hono'
import type { Auth, JWTPayload } from './core/auth.ts'
import type { AuthError } from './core/errors.ts'
import type {
  AdapterAuth,
  AuthOptions as AnyAuthOptions,
  OnRefused as AnyOnRefused,
} from './http/adapter.ts'
import { createAdapter } from './http/adapter.ts'
import { answerFetch } from './http/answer.ts'
import type { GetAuth as AnyGetAuth, GetAuthOptions } from './http/get-auth.ts'
import { lastAuth } from './http/get-auth.ts'
import { runHook } from './http/hooks.ts'
import { fetchHead } from './http/request-head.ts'
import type { NoCall } from './http/require-auth.ts'
import type { Requirements as AnyRequirements, SignedIn } from './http/requirements/resolve.ts'

export * from './core/exports.ts'
export type { GetAuthOptions }

/**
 * Gives a `Response`, at once or by a promise, that replaces the answer to a refused request; if it gives none, the usual
 * answer is sent. `throw error` hands the error to Hono's `onError`.
 */
export type OnRefuse = {
  // Written as a method, because the parameters of a method may be narrowed: to a context with the app's own bindings.
  hook(error: AuthError, c: Context): unknown
}['hook']
export type OnRefused<C extends object = JWTPayload> = AnyOnRefused<C, Context>
export type AuthOptions<C extends object = JWTPayload> = AnyAuthOptions<C, OnRefuse, Context>
export type Requirements<C extends object = JWTPayload> = AnyRequirements<C, Context>
export type GetAuth<C extends object = JWTPayload> = AnyGetAuth<C, Context>

/** Middleware after which `c.get('auth')` is the Auth of the caller. */
export type Guard<A> = MiddlewareHandler<{ Variables: { auth: A } }>

export interface RequireAuth<C extends object> {
  (one: never, two: never, ...none: NoCall): Guard<Auth<C> | undefined>
  (requirements?: SignedIn<Requirements<C>>, ...none: never[]): Guard<Auth<C>>
  (requirements: Requirements<C>, ...none: never[]): Guard<Auth<C> | undefined>
}

export type HonoAuth<C extends object = JWTPayload> = AdapterAuth<C, RequireAuth<C>, GetAuth<C>>

/**
 * Guards for Hono. Does no I/O: keys are fetched when the first token comes.
 *
 * @throws TypeError if an option is wrong; the message says how to fix it.
 */
export function createAuth<C extends object = JWTPayload>(options: AuthOptions<C>): HonoAuth<C>
// The types show no further argument, so that ReturnType<typeof createAuth> works.
export function createAuth<C extends object = JWTPayload>(
  options: AuthOptions<C>,
  ...none: never[]
): HonoAuth<C> {
  const { verifier, onRefuse, tellRefused, getAuth, decider } = createAdapter<C, OnRefuse, Context>(
    options,
    none,
  )

  function requireAuth(
    requirements?: Requirements<C>,
    ...none: never[]
  ): Guard<Auth<C> | undefined> {
    const decide = decider(requirements, none, (error, refusal) =>
      // The method does not matter: Hono itself leaves out the body of an answer to HEAD.
      setResponse(error, () => answerFetch('GET', refusal)),
    )
    return async (c, next) => {
      const decision = await decide(fetchHead(c.req.raw), c, c)
      if (decision.ok) {
        c.set('auth', decision.auth)
        for (const [name, value] of Object.entries(decision.headers ?? {})) c.header(name, value)
        return next()
      }
      const { error, refusal } = decision
      // After a refusal nothing stays of what an earlier guard found.
      if (c.get('auth') !== undefined) c.set('auth', undefined)
      tellRefused(decision, c)
      const answer = (): Response => {
        // Set on the context and not on a new Response: there, headers that other middleware has set would overwrite these, or
        // be lost.
        for (const [name, value] of Object.entries(refusal.headers)) c.header(name, value)
        return c.newResponse(refusal.body, refusal.status as 401)
      }
      setResponse(error, answer)
      const given = await runHook(() => onRefuse?.(error, c))
      return given instanceof Response ? given : answer()
    }
  }

  return {
    requireAuth: requireAuth as RequireAuth<C>,
    getAuth: getAuth as GetAuth<C>,
    verifier,
  }
}

/** Hono calls this member of an error that is thrown, and answers with what it gives. */
function setResponse(error: AuthError, answer: () => Response): void {
  Object.defineProperty(error, 'getResponse', { value: answer, configurable: true })
}

export const getAuth: GetAuth = lastAuth as GetAuth
