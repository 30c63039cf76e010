import type { OnRefuse, OnRefused } from 'tollgate/fetch'
import { createAuth, getAuth, isRefusal } from 'tollgate/fetch'
import type { AdapterSetup, Route } from './adapter.ts'
import { collector, found, pause } from './adapter.ts'

type Handler = (request: Request) => Promise<Response>

/** A handler that uses `guard`, or one that calls the guards of `requireAuth` itself. */
export const fetchHandler =
  (as: 'guard' | 'by hand') =>
  (setup: AdapterSetup): Handler => {
    const { auth, other = auth, routes, onRefuse, onRefused } = setup
    const hook: OnRefuse = async (error, request) => {
      onRefuse?.told(error, look(request), request)
      switch (onRefuse?.then) {
        case 'pass':
          throw error
        case 'throw':
          throw new Error('hook')
        // A fetch handler cannot continue here, because the hook is given no function for it.
        case 'continue':
        case 'forget':
          return undefined
        case 'later':
          await pause(5)
      }
      return new Response('teapot', { status: 418 })
    }
    const watch: OnRefused = (error, request, auth) =>
      onRefused?.(error, look(request), request, auth)
    const hooks = {
      ...(onRefuse && { onRefuse: hook }),
      ...(onRefused && { onRefused: watch }),
    }
    const first = createAuth({ ...auth, ...hooks })
    const second = createAuth({ ...other, ...hooks })
    const collect = collector({ auth: first.getAuth, other: second.getAuth, last: getAuth })
    // Nothing is attached to a Request. What the last guard gave is in that place.
    const look = (request: Request, given: unknown = getAuth(request, { optional: true })) =>
      collect(request, given)
    const by = ({ by }: Route) => (by === 'other' ? second : first)
    const rules = ({ by: _, ...route }: Route) => route

    const guarded = new Map<string, Handler>()
    for (const [path, routeGuards] of Object.entries(routes)) {
      if (as === 'guard') {
        const handler: Handler = async (request) =>
          Response.json(found(setup, request, look(request)))
        guarded.set(
          path,
          routeGuards.reduceRight((inner, route) => by(route).guard(inner, rules(route)), handler),
        )
        continue
      }
      const guards = routeGuards.map((route) => by(route).requireAuth(rules(route)))
      guarded.set(path, async (request) => {
        let given: unknown
        for (const admit of guards) {
          given = await admit(request)
          if (isRefusal(given)) return given
        }
        return Response.json(found(setup, request, look(request, given)))
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
