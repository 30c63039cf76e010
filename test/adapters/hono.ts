import type { Context } from 'hono'
import { Hono } from 'hono'
import type { OnRefuse, OnRefused } from 'tollgate/hono'
import { createAuth, getAuth } from 'tollgate/hono'
import type { AdapterSetup } from './adapter.ts'
import { collector, found, pause } from './adapter.ts'

export function honoHandler(setup: AdapterSetup): Hono['fetch'] {
  const { auth, other = auth, routes, onRefuse, onRefused } = setup
  const hook: OnRefuse = async (error, c) => {
    onRefuse?.told(error, look(c), c)
    switch (onRefuse?.then) {
      case 'pass':
        throw error
      case 'throw':
        throw new Error('hook')
      // Hono cannot continue here, because the hook is given no function for it.
      case 'continue':
      case 'forget':
        return undefined
      case 'later':
        await pause(5)
    }
    return c.text('teapot', 418)
  }
  const watch: OnRefused = (error, c, auth) => onRefused?.(error, look(c), c, auth)
  const hooks = {
    ...(onRefuse && { onRefuse: hook }),
    ...(onRefused && { onRefused: watch }),
  }
  const first = createAuth({ ...auth, ...hooks })
  const second = createAuth({ ...other, ...hooks })
  const collect = collector({ auth: first.getAuth, other: second.getAuth, last: getAuth })
  const look = (c: Context) => collect(c, c.get('auth'))

  const app = new Hono()
  // The default error handler of Hono prints each error.
  app.onError((error, c) => ('getResponse' in error ? error.getResponse() : c.text('sorry', 500)))
  for (const [path, guards] of Object.entries(routes)) {
    for (const { by, check, ...route } of guards) {
      const guard = (by === 'other' ? second : first).requireAuth({
        ...route,
        ...(check && { check: (auth, c) => check(auth, c.req) }),
      })
      app.use(path, guard)
    }
    app.all(path, (c) => c.json(found(setup, c, look(c))))
  }
  return app.fetch
}
