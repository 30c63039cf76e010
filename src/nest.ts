/**
 * The Nest adapter (11 and 12), on Express and on Fastify. Its types describe Nest without importing
 * it, so that the entry opens where no package of Nest is installed.
 */
import type { JWTPayload } from './core/auth.ts'
import { andThen } from './core/awaitable.ts'
import type { AnswerHeaders, AuthError } from './core/errors.ts'
import { memberOf } from './core/own-members.ts'
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
import type { Refusal } from './http/challenge.ts'
import type { FastifyReplyState } from './http/fastify-reply.ts'
import { isReplied, watchReply } from './http/fastify-reply.ts'
import type { GetAuth as AnyGetAuth, GetAuthOptions } from './http/get-auth.ts'
import { lastAuth } from './http/get-auth.ts'
import { runHook } from './http/hooks.ts'
import type { NodeRequest, RequestHead } from './http/request-head.ts'
import { nodeHead } from './http/request-head.ts'
import type { RequireAuth as AnyRequireAuth } from './http/require-auth.ts'
import type { Requirements as AnyRequirements } from './http/requirements/resolve.ts'

export * from './core/exports.ts'
export type { GetAuthOptions }

/**
 * What `check` and `onRefused` may read of a request on both platforms; annotate the parameter with
 * the platform's own type for more.
 */
export interface NestRequest extends NodeRequest {
  readonly method: string
  readonly url: string
  readonly originalUrl: string
  // biome-ignore lint/suspicious/noExplicitAny: the route's pattern decides
  readonly params: any
  // biome-ignore lint/suspicious/noExplicitAny: as in the types of both platforms
  readonly query: any
  // biome-ignore lint/suspicious/noExplicitAny: as in the types of both platforms
  readonly body: any
}

/**
 * What a guard uses of Nest's ExecutionContext, and what `onRefuse` may read; annotate the parameter
 * with Nest's own type for more.
 */
export interface NestContext {
  getType(): string
  switchToHttp(): {
    // biome-ignore lint/suspicious/noExplicitAny: as in Nest's own types
    getRequest<T = any>(): T
    // biome-ignore lint/suspicious/noExplicitAny: as in Nest's own types
    getResponse<T = any>(): T
  }
  // biome-ignore lint/complexity/noBannedTypes: as in Nest's own types
  getClass(): Function
  // biome-ignore lint/complexity/noBannedTypes: as in Nest's own types
  getHandler(): Function
}

/** What `@UseGuards` takes: it fits Nest's CanActivate. */
export interface Guard {
  /**
   * Gives true for a request that may pass. A refused request is answered, and the promise then
   * never settles: whatever it gave, Nest would answer once more.
   */
  canActivate(context: NestContext): Promise<boolean>
}

/**
 * Replaces the answer to a refused request. `throw error` hands the refusal to the exception filters
 * of Nest, with its headers set on the response; whatever else the hook throws or rejects with goes
 * to them as it is.
 *
 * A hook that answers later returns a promise that settles afterwards. Once the hook has ended
 * without an answer, the usual answer is sent; once it has answered, what it throws is ignored.
 */
export type OnRefuse = {
  // Written as a method, because the parameters of a method may be narrowed: to Nest's own types.
  hook(error: AuthError, context: NestContext): unknown
}['hook']

export type OnRefused<C extends object = JWTPayload> = AnyOnRefused<C, NestRequest>
export type AuthOptions<C extends object = JWTPayload> = AnyAuthOptions<C, OnRefuse, NestRequest>
export type Requirements<C extends object = JWTPayload> = AnyRequirements<C, NestRequest>

/** Takes a request, or the context that guards, interceptors, filters and decorators are given. */
export type GetAuth<C extends object = JWTPayload> = AnyGetAuth<C, object>

/** Makes the guard of a route, of a controller or of a whole app. */
export type RequireAuth<C extends object> = AnyRequireAuth<Requirements<C>, Guard>

/** After a guard, `request.auth` holds the Auth of the caller. */
export type NestAuth<C extends object = JWTPayload> = AdapterAuth<C, RequireAuth<C>, GetAuth<C>>

/**
 * Guards for Nest. Does no I/O: keys are fetched when the first token comes.
 *
 * @throws TypeError if an option is wrong; the message says how to fix it.
 */
export function createAuth<C extends object = JWTPayload>(options: AuthOptions<C>): NestAuth<C>
// The types show no further argument, so that ReturnType<typeof createAuth> works.
export function createAuth<C extends object = JWTPayload>(
  options: AuthOptions<C>,
  ...none: never[]
): NestAuth<C> {
  const adapter = createAdapter<C, OnRefuse, NestRequest>(options, none)
  const { verifier, onRefuse, tellRefused } = adapter

  function requireAuth(requirements?: Requirements<C>, ...none: never[]): Guard {
    // `@UseGuards(requireAuth)`: Nest takes every function for a class, and calls it when it starts.
    if (new.target !== undefined) {
      throw new TypeError(
        'tollgate: requireAuth was given to Nest as a class: call it, requireAuth()',
      )
    }
    const decide = adapter.decider(requirements, none)

    async function refuse(refused: Refused, context: NestContext, http: Http): Promise<never> {
      detachAuth(http.request)
      tellRefused(refused, http.request)
      if (onRefuse === undefined) http.answer(refused.refusal)
      else await callHook(onRefuse, refused, context, http)
      // Nest would answer again after `false` and after an error. The promise is a new one each
      // time: what waits for one that all share would stay in memory, and its response with it.
      return new Promise(() => {})
    }

    return {
      async canActivate(context) {
        const http = httpOf(context)
        const { request, head } = http
        return andThen<Decision<C>, boolean>(decide(head, request, request), (decision) => {
          if (!decision.ok) return refuse(decision, context, http)
          attachAuth(request, decision.auth)
          http.addHeaders(decision.headers)
          return true
        })
      },
    }
  }

  return {
    requireAuth,
    getAuth: ((from: object, options?: GetAuthOptions) =>
      adapter.getAuth(requestOf(from), options)) as GetAuth<C>,
    verifier,
  }
}

/** Runs the hook, and answers if the hook has ended without an answer. */
async function callHook(
  onRefuse: OnRefuse,
  { error, refusal }: Refused,
  context: NestContext,
  http: Http,
): Promise<void> {
  const isAnswered = http.watch()
  try {
    await runHook(() => onRefuse(error, context))
  } catch (failure) {
    if (isAnswered()) return
    // The filters of Nest do not look at the headers of an error.
    if (failure === error) http.addHeaders(error.headers)
    throw failure
  }
  if (!isAnswered()) http.answer(refusal)
}

/** A request with its response, on either platform of Nest. */
interface Http {
  /** What handlers, filters and decorators are given, and what the Auth is attached to. */
  readonly request: object
  readonly head: RequestHead
  /** Adds headers to the answer that a route or a filter will give. */
  addHeaders(headers: AnswerHeaders | undefined): void
  /** Answers, unless somebody has answered already. */
  answer(refusal: Refusal): void
  /** Gives a function that tells whether the request is answered. */
  watch(): () => boolean
}

/** @throws TypeError if the context is not that of an HTTP request. */
function httpOf(context: NestContext): Http {
  const request = requestOf(context)
  const response: object = context.switchToHttp().getResponse()
  const onFastify = typeof memberOf(response as FastifyReply, 'hijack') === 'function'
  return onFastify
    ? httpOnFastify(request as FastifyRequest, response as FastifyReply)
    : httpOnExpress(request as NodeRequest, response as NodeResponse)
}

function httpOnExpress(request: NodeRequest, response: NodeResponse): Http {
  return {
    request,
    head: nodeHead(request, response),
    addHeaders: (headers) => addToNode(response, headers),
    answer: (refusal) => answerNode(response, refusal),
    watch: () => () => response.headersSent === true,
  }
}

interface FastifyRequest {
  readonly raw: NodeRequest
}

interface FastifyReply extends FastifyReplyState {
  readonly raw: NodeResponse & FastifyReplyState['raw']
  hijack(): unknown
  getHeaders(): Readonly<Record<string, unknown>>
  headers(values: AnswerHeaders): unknown
}

function httpOnFastify(request: FastifyRequest, reply: FastifyReply): Http {
  return {
    request,
    head: nodeHead(request.raw, reply.raw),
    addHeaders(headers) {
      if (headers !== undefined) reply.headers(headers)
    },
    answer(refusal) {
      if (isReplied(reply)) return
      // What hooks have set before, for example those of CORS, Fastify would only write in `send`.
      for (const [name, value] of Object.entries(reply.getHeaders())) {
        if (value !== undefined) reply.raw.setHeader(name, value as string)
      }
      // Fastify then waits no more for its handler, which waits for this guard and never ends.
      reply.hijack()
      answerNode(reply.raw, refusal)
    },
    watch() {
      const isGiven = watchReply(reply)
      return () => isGiven() || isReplied(reply)
    },
  }
}

/** The request itself, or that of a context. */
function requestOf(from: object): object {
  if (typeof memberOf(from as Partial<NestContext>, 'switchToHttp') !== 'function') return from
  const context = from as NestContext
  const type = context.getType()
  if (type !== 'http') {
    throw new TypeError(
      `tollgate: requireAuth() and getAuth() of tollgate/nest are for HTTP, not for a context of type '${type}': see "Beyond HTTP" in docs/recipes/nest.md`,
    )
  }
  return context.switchToHttp().getRequest()
}

export const getAuth: GetAuth = ((from: object, options?: GetAuthOptions) =>
  lastAuth(requestOf(from), options)) as GetAuth
