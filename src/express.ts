/**
 * The Express adapter (4.18+ and 5). Its types describe Express without importing it, because the types that are published for
 * its major versions disagree.
 */
import type { JWTPayload } from './core/auth.ts'
import { attempt } from './core/awaitable.ts'
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
import type { Decision, Refused } from './http/authenticate.ts'
import type { GetAuth as AnyGetAuth, GetAuthOptions } from './http/get-auth.ts'
import { lastAuth } from './http/get-auth.ts'
import { runHook } from './http/hooks.ts'
import type { NodeRequest } from './http/request-head.ts'
import { nodeHead } from './http/request-head.ts'
import type { RequireAuth as AnyRequireAuth } from './http/require-auth.ts'
import type { Requirements as AnyRequirements } from './http/requirements/resolve.ts'

export * from './core/exports.ts'
export type { GetAuthOptions }

/** What `check` and `onRefuse` may read of a request; annotate the parameter with Express' own `Request` for more. */
export interface ExpressRequest extends NodeRequest {
  readonly method: string
  readonly url: string
  readonly originalUrl: string
  readonly path: string
  // biome-ignore lint/suspicious/noExplicitAny: the route's pattern decides, as in Express' own types
  readonly params: Readonly<Record<string, any>>
  // biome-ignore lint/suspicious/noExplicitAny: as in Express' own types
  readonly query: Readonly<Record<string, any>>
  // biome-ignore lint/suspicious/noExplicitAny: as in Express' own types
  readonly body: any
  get(name: string): string | undefined
}

/** What `onRefuse` may do with a response; annotate the parameter with Express' own `Response` for more. */
export interface ExpressResponse extends NodeResponse {
  readonly headersSent: boolean
  status(code: number): this
  set(headers: object): this
  json(body: unknown): this
  send(body?: unknown): this
}

export type Next = (error?: unknown) => void

/** The type of a handler that every supported version of Express accepts. */
export type Handler = (req: NodeRequest, res: NodeResponse, next: Next) => void

/**
 * Replaces the answer to a refused request. `next()` passes the refusal on to Express, and `next(other)` another error; a
 * refused request never goes on to the route. What it throws or rejects with goes to the error handlers of Express.
 *
 * A hook that answers or calls `next` later returns a promise that settles afterwards. Once the hook has ended and has done
 * neither, the usual answer is sent, and `next` does nothing any more.
 */
export type OnRefuse = {
  // Written as a method, because the parameters of a method may be narrowed: to Express' own types, of whichever major.
  hook(error: AuthError, req: ExpressRequest, res: ExpressResponse, next: Next): unknown
}['hook']

export type OnRefused<C extends object = JWTPayload> = AnyOnRefused<C, ExpressRequest>
export type AuthOptions<C extends object = JWTPayload> = AnyAuthOptions<C, OnRefuse, ExpressRequest>
export type Requirements<C extends object = JWTPayload> = AnyRequirements<C, ExpressRequest>

export type GetAuth<C extends object = JWTPayload> = AnyGetAuth<C, object>

/** Makes the guard of a route. */
export type RequireAuth<C extends object> = AnyRequireAuth<Requirements<C>, Handler>

/** After a guard, `req.auth` holds the Auth of the caller. */
export type ExpressAuth<C extends object = JWTPayload> = AdapterAuth<C, RequireAuth<C>, GetAuth<C>>

/**
 * Guards for Express. Does no I/O: keys are fetched when the first token comes.
 *
 * @throws TypeError if an option is wrong; the message says how to fix it.
 */
export function createAuth<C extends object = JWTPayload>(options: AuthOptions<C>): ExpressAuth<C>
// The types show no further argument, so that ReturnType<typeof createAuth> works.
export function createAuth<C extends object = JWTPayload>(
  options: AuthOptions<C>,
  ...none: never[]
): ExpressAuth<C> {
  const adapter = createAdapter<C, OnRefuse, ExpressRequest>(options, none)
  const { verifier, onRefuse, tellRefused, getAuth } = adapter

  function requireAuth(requirements?: Requirements<C>, ...none: never[]): Handler {
    const decide = adapter.decider(requirements, none)

    async function refuse(
      refused: Refused,
      req: NodeRequest,
      res: NodeResponse,
      next: Next,
    ): Promise<void> {
      detachAuth(req)
      tellRefused(refused, req)
      if (onRefuse === undefined) answerNode(res, refused.refusal)
      else await callHook(onRefuse, refused, req, res, next)
    }

    // Express 4 ignores a rejected promise, so errors are passed to `next` here. `next()` itself is called outside every try:
    // what a later handler throws must not be taken for an error of this guard.
    return (req, res, next) => {
      attempt<Decision<C>, void>(
        () => decide(nodeHead(req, res), req, req),
        (decision) => {
          if (!decision.ok) return void refuse(decision, req, res, next).catch(next)
          const failure: [unknown?] = []
          try {
            attachAuth(req, decision.auth)
            addToNode(res, decision.headers)
          } catch (error) {
            failure.push(error)
          }
          next(...failure)
        },
        next,
      )
    }
  }

  return { requireAuth, getAuth: getAuth as GetAuth<C>, verifier }
}

/** Runs the hook, and answers if the hook has ended without an answer. */
async function callHook(
  onRefuse: OnRefuse,
  { error, refusal }: Refused,
  req: NodeRequest,
  res: NodeResponse,
  next: Next,
): Promise<void> {
  let over = false
  // `next` is always given an error: without one, Express would go on to the route, although the request was refused.
  const pass: Next = (other) => {
    if (over) return
    // Noted first: a `next` that throws was called all the same, and must not be called again.
    over = true
    next(typeof other === 'object' && other !== null ? other : error)
  }
  try {
    await runHook(() => onRefuse(error, req as ExpressRequest, res as ExpressResponse, pass))
    if (!over) answerNode(res, refusal)
  } catch (failure) {
    // Once the hook has called `next`, Express has its error, and what the hook throws afterwards is ignored.
    if (!over) throw failure
  } finally {
    over = true
  }
}

export const getAuth: GetAuth = lastAuth as GetAuth
