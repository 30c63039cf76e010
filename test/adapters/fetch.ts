import { createAuth } from 'tollgate/fetch'
import type { AdapterSetup } from './adapter.ts'

type Handler = (request: Request) => Promise<Response>

/** A handler that uses `guard`, or one that calls the guards of `requireAuth` itself. */
export const fetchHandler =
  (as: 'guard' | 'by hand') =>
  ({ auth, routes, onRefuse }: AdapterSetup): Handler => {
    const { requireAuth, guard, getAuth } = createAuth({
      ...auth,
      ...(onRefuse && {
        onRefuse: (error) => {
          onRefuse.told(error)
          if (onRefuse.then === 'pass') throw error
          if (onRefuse.then === 'throw') throw new Error('hook')
          return onRefuse.then === 'answer' ? new Response('teapot', { status: 418 }) : undefined
        },
      }),
    })
    const answer = async (request: Request, attached: unknown): Promise<Response> =>
      Response.json({
        auth: getAuth(request, { optional: true }) ?? null,
        attached: attached ?? null,
      })
    const guarded = new Map<string, Handler>()
    for (const [path, routeGuards] of Object.entries(routes)) {
      if (as === 'guard') {
        const handler: Handler = (request) => answer(request, getAuth(request, { optional: true }))
        guarded.set(
          path,
          routeGuards.reduceRight((inner, route) => guard(inner, route), handler),
        )
        continue
      }
      const guards = routeGuards.map((route) => requireAuth(route))
      guarded.set(path, async (request) => {
        let found: unknown
        for (const admit of guards) {
          found = await admit(request)
          if (found instanceof Response) return found
        }
        return answer(request, found)
      })
    }
    return async (request) => {
      const { pathname } = new URL(request.url)
      const handler = guarded.get(pathname)
      if (handler === undefined) return new Response(null, { status: 404 })
      // The caller of a fetch handler has to answer errors itself, because no runtime knows
      // AuthError.
      return handler(request).catch(
        ({ status = 500, headers }) => new Response(null, { status, headers }),
      )
    }
  }
