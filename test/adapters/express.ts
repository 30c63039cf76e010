import type { RequestListener } from 'node:http'
import type express from 'express'
import type { OnRefuse, OnRefused } from 'tollgate/express'
import { createAuth, getAuth } from 'tollgate/express'
import type { AdapterSetup } from './adapter.ts'
import { collector, found, pause } from './adapter.ts'

export const expressListener =
  (framework: typeof express) =>
  (setup: AdapterSetup): RequestListener => {
    const { auth, other = auth, routes, onRefuse, onRefused, prepare } = setup
    const hook: OnRefuse = async (error, req, res, next) => {
      onRefuse?.told(error, look(req), req)
      switch (onRefuse?.then) {
        case 'pass':
          return next(error)
        case 'continue':
          return next()
        case 'throw':
          throw new Error('hook')
        case 'forget':
          return undefined
        case 'later':
          await pause(5)
      }
      return void res.status(418).send('teapot')
    }
    const watch: OnRefused = (error, req, auth) => onRefused?.(error, look(req), req, auth)
    const hooks = {
      ...(onRefuse && { onRefuse: hook }),
      ...(onRefused && { onRefused: watch }),
    }
    const first = createAuth({ ...auth, ...hooks })
    const second = createAuth({ ...other, ...hooks })
    const collect = collector({ auth: first.getAuth, other: second.getAuth, last: getAuth })
    const look = (req: object) => collect(req, Reflect.get(req, 'auth'))

    const app = framework()
    // In every other environment Express prints unhandled errors to stderr.
    app.set('env', 'test')
    app.use((req, _res, next) => {
      prepare?.(req, req)
      next()
    })
    for (const [path, guards] of Object.entries(routes)) {
      const handlers = guards.map(({ by, ...route }) =>
        (by === 'other' ? second : first).requireAuth(route),
      )
      app.all(path, ...handlers, (req, res) => void res.json(found(setup, req, look(req))))
    }
    return app
  }
