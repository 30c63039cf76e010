import { Hono } from 'hono'
import { createAuth } from 'tollgate/hono'
import type { AdapterSetup } from './adapter.ts'

export function honoHandler({ auth, routes, onRefuse }: AdapterSetup): Hono['fetch'] {
  const { requireAuth, getAuth } = createAuth({
    ...auth,
    ...(onRefuse && {
      onRefuse: (error, c) => {
        onRefuse.told(error)
        if (onRefuse.then === 'pass') throw error
        if (onRefuse.then === 'throw') throw new Error('hook')
        return onRefuse.then === 'answer' ? c.text('teapot', 418) : undefined
      },
    }),
  })
  const app = new Hono()
  // The default error handler of Hono prints each error.
  app.onError((error, c) => ('getResponse' in error ? error.getResponse() : c.text('sorry', 500)))
  for (const [path, guards] of Object.entries(routes)) {
    for (const { check, ...route } of guards) {
      const guard = requireAuth({
        ...route,
        ...(check && { check: (auth, c) => check(auth, c.req) }),
      })
      app.use(path, guard)
    }
    app.all(path, (c) => {
      const attached = c.get('auth' as never) as unknown
      return c.json({ auth: getAuth(c, { optional: true }) ?? null, attached: attached ?? null })
    })
  }
  return app.fetch
}
