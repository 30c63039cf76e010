/** The adapter for Node's own servers: `node:http`, and `node:http2` with its compatibility requests. */
import type { Auth, JWTPayload } from './core/auth.ts'
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
import type { Decision, Refused } from './http/authenticate.ts'
import type { GetAuth as AnyGetAuth, GetAuthOptions } from './http/get-auth.ts'
import { lastAuth } from './http/get-auth.ts'
import { runHook } from './http/hooks.ts'
import type { NodeRequest } from './http/request-head.ts'
import { nodeHead } from './http/request-head.ts'
import type { Requirements as AnyRequirements, SignedIn } from './http/requirements/resolve.ts'
import type { UpgradeSocket } from './http/upgrade.ts'
import { answerUpgrade, whileHeld } from './http/upgrade.ts'

export * from './core/exports.ts'
export type { GetAuthOptions, UpgradeSocket }

/** What `check` and `onRefuse` may read of a request; annotate the parameter with Node's own type for more. */
export interface IncomingRequest extends NodeRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
}

/**
 * Replaces the answer to a refused request. What it throws or rejects with reaches the caller of the guard.
 *
 * A hook that answers later returns a promise that settles afterwards. Once the hook has ended without an answer, the usual
 * answer is sent.
 */
export type OnRefuse = {
  // Written as a method, because the parameters of a method may be narrowed: to Node's own types.
  hook(error: AuthError, req: IncomingRequest, res: NodeResponse): unknown
}['hook']
export type OnRefused<C extends object = JWTPayload> = AnyOnRefused<C, IncomingRequest>
export type AuthOptions<C extends object = JWTPayload> = AnyAuthOptions<
  C,
  OnRefuse,
  IncomingRequest
>
export type Requirements<C extends object = JWTPayload> = AnyRequirements<C, IncomingRequest>
export type GetAuth<C extends object = JWTPayload> = AnyGetAuth<C, object>

/** Decides about requests, and about what becomes a WebSocket. */
export interface Guard<A> {
  /** Gives the Auth of the caller, which `req.auth` then holds as well; or false if it has answered the request. */
  (req: NodeRequest, res: NodeResponse): Promise<A | false>
  /**
   * The same for the event `upgrade` of a server, which has a socket and no response: call it before the socket is handed to a
   * WebSocket library. A refusal is written to the socket, which is then closed. `onRefused` sees it; `onRefuse` is not asked,
   * because there is no response that it could change.
   *
   * A WebSocket may last longer than its token: close it when `auth.signal` fires. What the signal asks every few seconds, it
   * asks until the socket closes.
   */
  upgrade(req: NodeRequest, socket: UpgradeSocket): Promise<A | false>
}

/**
 * Without the signature for ReturnType that it has in other adapters: the `(...args: any[]) => void`
 * of `server.on('request', …)` would fit that one, too.
 */
export interface RequireAuth<C extends object> {
  (requirements?: SignedIn<Requirements<C>>, ...none: never[]): Guard<Auth<C>>
  (requirements: Requirements<C>, ...none: never[]): Guard<Auth<C> | undefined>
}

export type NodeAuth<C extends object = JWTPayload> = AdapterAuth<C, RequireAuth<C>, GetAuth<C>>

/**
 * Guards for bare Node servers. Does no I/O: keys are fetched when the first token comes.
 *
 * @throws TypeError if an option is wrong; the message says how to fix it.
 */
export function createAuth<C extends object = JWTPayload>(options: AuthOptions<C>): NodeAuth<C>
// The types show no further argument, so that ReturnType<typeof createAuth> works.
export function createAuth<C extends object = JWTPayload>(
  options: AuthOptions<C>,
  ...none: never[]
): NodeAuth<C> {
  const { verifier, onRefuse, tellRefused, getAuth, decider } = createAdapter<
    C,
    OnRefuse,
    IncomingRequest
  >(options, none)

  function requireAuth(
    requirements?: Requirements<C>,
    ...none: never[]
  ): Guard<Auth<C> | undefined> {
    const decide = decider(requirements, none)

    async function refuse(refused: Refused, req: NodeRequest, res: NodeResponse): Promise<false> {
      detachAuth(req)
      tellRefused(refused, req)
      await runHook(() => onRefuse?.(refused.error, req, res))
      answerNode(res, refused.refusal)
      return false
    }

    const guard = async (req: NodeRequest, res: NodeResponse) =>
      andThen<Decision<C>, Auth<C> | undefined | false>(
        decide(nodeHead(req, res), req, req),
        (decision) => {
          if (!decision.ok) return refuse(decision, req, res)
          attachAuth(req, decision.auth)
          addToNode(res, decision.headers)
          return decision.auth
        },
      )

    async function upgrade(
      req: NodeRequest,
      socket: UpgradeSocket,
    ): Promise<Auth<C> | undefined | false> {
      const decision = await whileHeld(socket, () => decide(nodeHead(req, socket), req, req))
      if (decision.ok) {
        attachAuth(req, decision.auth)
        return decision.auth
      }
      detachAuth(req)
      tellRefused(decision, req)
      answerUpgrade(socket, decision.refusal)
      return false
    }

    return Object.assign(guard, { upgrade })
  }

  return {
    requireAuth: requireAuth as RequireAuth<C>,
    getAuth: getAuth as GetAuth<C>,
    verifier,
  }
}

export const getAuth: GetAuth = lastAuth as GetAuth
