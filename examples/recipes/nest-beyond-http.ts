import type { CanActivate, ExecutionContext } from '@nestjs/common'
import type { AuthRequirements, Verifier } from 'tollgate'
import { assertAuth } from 'tollgate'
import { getAuth } from 'tollgate/express'

/** A guard for messages of microservices that carry a token in their data. */
export function requireAuthOfMessage(
  verifier: Verifier,
  requirements: AuthRequirements = {},
): CanActivate {
  return {
    async canActivate(context) {
      const { token } = context.switchToRpc().getData<{ token?: unknown }>()
      const auth = await verifier.verify(typeof token === 'string' ? token : '')
      assertAuth(auth, requirements)
      return true
    },
  }
}

/**
 * A guard for resolvers of GraphQL. The middleware `requireAuth({ optional: true })` of
 * `tollgate/express` stands before the endpoint, and has verified the token.
 */
export function requireAuthOfResolver(requirements: AuthRequirements = {}): CanActivate {
  return {
    canActivate(context) {
      // What GqlExecutionContext.create(context).getContext() gives: the third argument of a resolver.
      const { req } = context.getArgByIndex<{ req: object }>(2)
      assertAuth(getAuth(req, { optional: true }), requirements)
      return true
    },
  }
}

/** A guard for apps with several kinds of contexts. A kind that has no guard is let in nowhere. */
export function byType(guards: Readonly<Record<string, CanActivate>>): CanActivate {
  return {
    canActivate(context: ExecutionContext) {
      const type: string = context.getType()
      const guard = Object.hasOwn(guards, type) ? guards[type] : undefined
      if (guard === undefined) throw new TypeError(`no guard for contexts of type ${type}`)
      return guard.canActivate(context)
    },
  }
}
