/** The Fastify adapter (5): a hook for a route, a plugin for a scope. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { JWTPayload } from './core/auth.ts'
import type { Awaitable } from './core/awaitable.ts'
import { andThen, attempt } from './core/awaitable.ts'
import type { AuthError } from './core/errors.ts'
import type {
  AdapterAuth,
  AuthOptions as AnyAuthOptions,
  OnRefused as AnyOnRefused,
} from './http/adapter.ts'
import { createAdapter } from './http/adapter.ts'
import { attachAuth, detachAuth } from './http/attach.ts'
import type { Refused } from './http/authenticate.ts'
import { isReplied, watchReply } from './http/fastify-reply.ts'
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
 * Replaces the answer to a refused request. What it throws or rejects with goes to Fastify, which answers with the error's
 * headers.
 *
 * A hook that answers later returns a promise that settles afterwards, or `reply`. Once the hook has ended and has neither
 * sent nor hijacked the reply, the usual answer is sent.
 */
export type OnRefuse = {
  // Written as a method, because the parameters of a method may be narrowed: to the types of a route or of a server.
  hook(error: AuthError, request: FastifyRequest, reply: FastifyReply): unknown
}['hook']
export type OnRefused<C extends object = JWTPayload> = AnyOnRefused<C, FastifyRequest>
export type AuthOptions<C extends object = JWTPayload> = AnyAuthOptions<C, OnRefuse, FastifyRequest>
export type Requirements<C extends object = JWTPayload> = AnyRequirements<C, FastifyRequest>
export type GetAuth<C extends object = JWTPayload> = AnyGetAuth<C, object>

export type Done = (error?: Error) => void

/** What the plugin uses of the scope that it is registered in. */
export interface Scope {
  hasRequestDecorator(name: string): boolean
  decorateRequest(name: 'auth'): unknown
  addHook(name: 'onRequest', hook: Hook): unknown
}

/** A hook for `preHandler` or, before the body is read, for `onRequest`. It fits every route of every server. */
export type Hook = (
  request: { readonly raw: NodeRequest },
  reply: {
    readonly sent: boolean
    readonly raw: { readonly headersSent: boolean }
    code(status: number): unknown
    headers(values: Readonly<Record<string, string>>): unknown
    send(body: unknown): unknown
  },
  done: Done,
) => void

type Request = Parameters<Hook>[0]
type Reply = Parameters<Hook>[1]

/** Makes the guard of a route. */
export type RequireAuth<C extends object> = AnyRequireAuth<Requirements<C>, Hook>

export interface FastifyAuth<C extends object = JWTPayload>
  extends AdapterAuth<C, RequireAuth<C>, GetAuth<C>> {
  /** Guards every route of the scope that it is registered in, before the body is read. Its options are requirements. */
  readonly plugin: (app: Scope, requirements: Requirements<C>) => Promise<void>
}

/**
 * Guards for Fastify. Does no I/O: keys are fetched when the first token comes.
 *
 * @throws TypeError if an option is wrong; the message says how to fix it.
 */
export function createAuth<C extends object = JWTPayload>(options: AuthOptions<C>): FastifyAuth<C>
// The types show no further argument, so that ReturnType<typeof createAuth> works.
export function createAuth<C extends object = JWTPayload>(
  options: AuthOptions<C>,
  ...none: never[]
): FastifyAuth<C> {
  const { verifier, onRefuse, tellRefused, getAuth, decider } = createAdapter<
    C,
    OnRefuse,
    FastifyRequest
  >(options, none)

  function requireAuth(requirements?: Requirements<C>, ...none: never[]): Hook {
    const decide = decider(requirements, none)

    async function refuse(refused: Refused, request: Request, reply: Reply): Promise<false> {
      detachAuth(request)
      tellRefused(refused, request)
      if (onRefuse === undefined) answer(reply, refused)
      else await callHook(onRefuse, refused, request, reply)
      return false
    }

    function isAdmitted(request: Request, reply: Reply): Awaitable<boolean> {
      return andThen(decide(nodeHead(request.raw, reply.raw), request, request), (decision) => {
        if (!decision.ok) return refuse(decision, request, reply)
        attachAuth(request, decision.auth)
        if (decision.headers !== undefined) reply.headers(decision.headers)
        return true
      })
    }

    // A callback and not an async hook: after the promise of one, Fastify may go on to a route whose caller has hung up.
    return (request, reply, done) =>
      void attempt<boolean, void>(
        () => isAdmitted(request, reply),
        (admitted) => {
          if (admitted) done()
        },
        (error) => done(error as Error),
      )
  }

  // Async, so that `ready()` rejects when a requirement is wrong. A throw here would end the process.
  async function plugin(app: Scope, requirements: Requirements<C>): Promise<void> {
    if (!app.hasRequestDecorator('auth')) app.decorateRequest('auth')
    app.addHook('onRequest', requireAuth(requirements))
  }
  // Fastify reads this symbol: the plugin adds its hook to the scope that registers it, not to a new scope of its own.
  Object.assign(plugin, { [Symbol.for('skip-override')]: true })

  return { requireAuth, plugin, getAuth: getAuth as GetAuth<C>, verifier }
}

/** Runs the hook, and answers if the hook has ended without an answer. */
async function callHook(
  onRefuse: OnRefuse,
  refused: Refused,
  request: Request,
  reply: Reply,
): Promise<void> {
  const isAnswering = watchReply(reply)
  try {
    await runHook(() => onRefuse(refused.error, request as FastifyRequest, reply as FastifyReply))
  } catch (failure) {
    // Fastify has its answer already, and what the hook throws afterwards is ignored.
    if (!isAnswering()) throw failure
  }
  if (!isAnswering()) answer(reply, refused)
}

function answer(reply: Reply, { refusal }: Refused): void {
  if (isReplied(reply)) return
  reply.code(refusal.status)
  reply.headers(refusal.headers)
  // As octets, because Fastify would add a charset to the type of a string.
  reply.send(new TextEncoder().encode(refusal.body))
}

export const getAuth: GetAuth = lastAuth as GetAuth
