/**
 * The Koa adapter (2.15+ and 3). Its types describe Koa without importing it, because the types that are published for its
 * major versions disagree.
 */
import type { JWTPayload } from './core/auth.ts'
import { andThen } from './core/awaitable.ts'
import type { AuthError } from './core/errors.ts'
import type {
  AdapterAuth,
  AuthOptions as AnyAuthOptions,
  OnRefused as AnyOnRefused,
} from './http/adapter.ts'
import { createAdapter } from './http/adapter.ts'
import type { NodeResponse } from './http/answer.ts'
import { addToNode, answerNode } from './http/answer.ts'
import { attachAuth, detachAuth } from './http/attach.ts'
import type { Refused } from './http/authenticate.ts'
import type { GetAuth as AnyGetAuth, GetAuthOptions } from './http/get-auth.ts'
import { lastAuth } from './http/get-auth.ts'
import { runHook } from './http/hooks.ts'
import type { NodeRequest } from './http/request-head.ts'
import { nodeHead } from './http/request-head.ts'
import type { RequireAuth as AnyRequireAuth } from './http/require-auth.ts'
import type { Requirements as AnyRequirements } from './http/requirements/resolve.ts'

export * from './core/exports.ts'
export type { GetAuthOptions }

/**
 * What a guard uses of Koa's context, and what `check` and `onRefuse` may read; annotate the parameter with Koa's own type for
 * more.
 */
export interface KoaContext {
  readonly req: NodeRequest
  readonly res: NodeResponse
  // biome-ignore lint/suspicious/noExplicitAny: what other middleware puts there, as in Koa's own types
  readonly state: any
  readonly method: string
  readonly url: string
  readonly originalUrl: string
  readonly path: string
  // biome-ignore lint/suspicious/noExplicitAny: as in Koa's own types
  readonly query: Readonly<Record<string, any>>
  // biome-ignore lint/suspicious/noExplicitAny: routers add it; the route's pattern decides
  readonly params?: any
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: a getter and a setter of different types in Koa
  body: any
  get(name: string): string
}

export type Next = () => Promise<unknown>

/**
 * The type of middleware that every supported version of Koa accepts. It is generic, so that an
 * app's own state and context stay typed behind the guard.
 */
export type Middleware = <T extends KoaContext>(ctx: T, next: Next) => Promise<unknown>

/**
 * Replaces the answer to a refused request. `throw error` and `next()` hand the error to Koa, which answers with the error's
 * headers; a refused request never goes on to the route.
 *
 * A hook that answers later returns a promise that settles afterwards. Once the hook has ended and has set neither a body nor
 * a status, sent nothing itself and not called `next`, the usual answer is sent, and `next` does nothing any more.
 */
export type OnRefuse = {
  // Written as a method, because the parameters of a method may be narrowed: to Koa's own types, of whichever major.
  hook(error: AuthError, ctx: KoaContext, next: Next): unknown
}['hook']

export type OnRefused<C extends object = JWTPayload> = AnyOnRefused<C, KoaContext>
export type AuthOptions<C extends object = JWTPayload> = AnyAuthOptions<C, OnRefuse, KoaContext>
export type Requirements<C extends object = JWTPayload> = AnyRequirements<C, KoaContext>

export type GetAuth<C extends object = JWTPayload> = AnyGetAuth<C, Pick<KoaContext, 'req'>>

/** Makes the guard of a route. */
export type RequireAuth<C extends object> = AnyRequireAuth<Requirements<C>, Middleware>

/** After a guard, `ctx.state.auth` holds the Auth of the caller. */
export type KoaAuth<C extends object = JWTPayload> = AdapterAuth<C, RequireAuth<C>, GetAuth<C>>

/**
 * Guards for Koa. Does no I/O: keys are fetched when the first token comes.
 *
 * @throws TypeError if an option is wrong; the message says how to fix it.
 */
export function createAuth<C extends object = JWTPayload>(options: AuthOptions<C>): KoaAuth<C>
// The types show no further argument, so that ReturnType<typeof createAuth> works.
export function createAuth<C extends object = JWTPayload>(
  options: AuthOptions<C>,
  ...none: never[]
): KoaAuth<C> {
  const adapter = createAdapter<C, OnRefuse, KoaContext>(options, none)
  const { verifier, onRefuse, tellRefused } = adapter

  function requireAuth(requirements?: Requirements<C>, ...none: never[]): Middleware {
    const decide = adapter.decider(requirements, none)
    return async (ctx, next) =>
      andThen(decide(nodeHead(ctx.req, ctx.res, ctx.originalUrl), ctx.req, ctx), (decision) => {
        if (decision.ok) {
          attachAuth(ctx.state, decision.auth)
          addToNode(ctx.res, decision.headers)
          return next()
        }
        detachAuth(ctx.state)
        tellRefused(decision, ctx)
        if (onRefuse === undefined) return answerNode(ctx.res, decision.refusal)
        return callHook(onRefuse, decision, ctx)
      })
  }

  return {
    requireAuth,
    getAuth: ((ctx: Pick<KoaContext, 'req'>, options?: GetAuthOptions) =>
      adapter.getAuth(ctx?.req, options)) as GetAuth<C>,
    verifier,
  }
}

/** Runs the hook, and answers if the hook has ended without an answer. */
async function callHook(
  onRefuse: OnRefuse,
  { error, refusal }: Refused,
  ctx: KoaContext,
): Promise<void> {
  const refused = Promise.reject(error)
  // A hook may call `next()` without waiting for it. That must not be an unhandled rejection.
  refused.catch(() => {})
  let passed = false
  let over = false
  // It hands the error to Koa, and never goes on to the route.
  const next: Next = () => {
    if (over) return Promise.resolve()
    passed = true
    return refused
  }
  const before = answerIn(ctx)
  try {
    await runHook(() => onRefuse(error, ctx, next))
  } finally {
    over = true
  }
  const after = answerIn(ctx)
  if (ctx.res.headersSent || after.some((value, i) => value !== before[i])) return
  if (passed) throw error
  answerNode(ctx.res, refusal)
}

/** What of Koa's answer earlier middleware or the hook may have set. */
function answerIn(ctx: KoaContext): readonly unknown[] {
  // 404 is also the status where nobody has set one; only this member of Koa's response tells the two apart.
  const { response, respond } = ctx as {
    response?: { _explicitStatus?: unknown }
    respond?: unknown
  }
  return [ctx.status, ctx.body, response?._explicitStatus, respond]
}

export const getAuth: GetAuth = ((ctx: Pick<KoaContext, 'req'>, options?: GetAuthOptions) =>
  lastAuth(ctx?.req, options)) as GetAuth
