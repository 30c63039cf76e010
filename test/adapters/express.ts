import type { RequestListener } from 'node:http'
import type express from 'express'
import { createAuth } from 'tollgate/express'
import type { AdapterSetup } from './adapter.ts'

export const expressListener =
  (framework: typeof express) =>
  ({ auth, routes, onRefuse }: AdapterSetup): RequestListener => {
    const { requireAuth, getAuth } = createAuth({
      ...auth,
      ...(onRefuse && {
        onRefuse: (error, _req, res, next) => {
          onRefuse.told(error)
          if (onRefuse.then === 'pass') next(error)
          else if (onRefuse.then === 'continue') next()
          else if (onRefuse.then === 'throw') throw new Error('hook')
          else res.status(418).send('teapot')
        },
      }),
    })
    const app = framework()
    // In every other environment Express prints unhandled errors to stderr.
    app.set('env', 'test')
    for (const [path, guards] of Object.entries(routes)) {
      app.all(path, ...guards.map((route) => requireAuth(route)), (req, res) => {
        const attached = (req as { auth?: unknown }).auth
        res.json({ auth: getAuth(req, { optional: true }) ?? null, attached: attached ?? null })
      })
    }
    return app
  }
