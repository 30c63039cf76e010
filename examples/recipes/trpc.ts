import { initTRPC, TRPCError } from '@trpc/server'
import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import type { AuthRequirements } from 'tollgate'
import { assertAuth } from 'tollgate'
import type { Auth, AuthOptions } from 'tollgate/fetch'
import { AuthError, createAuth } from 'tollgate/fetch'

const t = initTRPC.context<{ auth: Auth | undefined }>().create()

const codes = { 401: 'UNAUTHORIZED', 403: 'FORBIDDEN' } as const

/** A procedure for callers who meet the requirements. Behind it, `ctx.auth` is not undefined. */
function authorized(requirements: AuthRequirements & { optional?: false } = {}) {
  return t.procedure.use(({ ctx: { auth }, next }) => {
    try {
      assertAuth(auth, requirements)
    } catch (error) {
      if (!(error instanceof AuthError)) throw error
      const code = codes[error.status as keyof typeof codes]
      throw new TRPCError({ code, message: error.error ?? 'not_signed_in' })
    }
    return next({ ctx: { auth } })
  })
}

const router = t.router({
  news: t.procedure.query(() => 'everything is open today'),
  orders: authorized({ scope: 'orders:read' }).query(
    ({ ctx }) => `a lantern of ${ctx.auth.subject}`,
  ),
  cancel: authorized({ scope: 'orders:write', role: 'clerk' }).mutation(() => 'cancelled'),
})
export type AppRouter = typeof router

/** tRPC as a fetch handler. */
export function createHandler(options: AuthOptions): (request: Request) => Promise<Response> {
  const { guard, getAuth } = createAuth(options)
  return guard(
    (request) =>
      fetchRequestHandler({
        endpoint: '/trpc',
        req: request,
        router,
        createContext: () => ({ auth: getAuth(request, { optional: true }) }),
      }),
    { optional: true },
  )
}
