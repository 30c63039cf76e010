import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import type { OnRefuse, OnRefused } from 'tollgate/node'
import { createAuth, getAuth } from 'tollgate/node'
import type { AdapterSetup, Route } from './adapter.ts'
import { collector, found, pause } from './adapter.ts'

type Listener = (
  req: IncomingMessage | Http2ServerRequest,
  res: ServerResponse | Http2ServerResponse,
) => void

export function nodeListener(setup: AdapterSetup): Listener {
  const { auth, other = auth, routes, onRefuse, onRefused, prepare } = setup
  const hook: OnRefuse = async (error, req, res) => {
    onRefuse?.told(error, look(req), req)
    switch (onRefuse?.then) {
      // There is no next handler and no error handler, only the caller of the guard.
      case 'pass':
      case 'continue':
        throw error
      case 'throw':
        throw new Error('hook')
      case 'forget':
        return
      case 'later':
        await pause(5)
    }
    res.statusCode = 418
    res.end('teapot')
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
  const guardOf = ({ by, check, ...route }: Route) =>
    (by === 'other' ? second : first).requireAuth({
      ...route,
      ...(check && { check: (auth, req) => check(auth, { method: req.method ?? '' }) }),
    })
  const guarded = new Map(
    Object.entries(routes).map(([path, guards]) => [path, guards.map(guardOf)]),
  )

  async function answer(...[req, res]: Parameters<Listener>): Promise<void> {
    prepare?.(req, req)
    const guards = guarded.get(new URL(req.url ?? '', 'http://x').pathname)
    if (guards === undefined) throw Object.assign(new Error('no such path'), { status: 404 })
    let given: unknown
    for (const admit of guards) {
      given = await admit(req, res)
      if (given === false) return
    }
    if (Reflect.get(req, 'auth') !== given) {
      throw new Error('what is attached is not what was found')
    }
    res.setHeader('content-type', 'application/json')
    res.end(JSON.stringify(found(setup, req, look(req))))
  }

  return (req, res) => {
    answer(req, res).catch(({ status = 500, headers = {} }) => {
      res.statusCode = status
      for (const [name, value] of Object.entries(headers)) res.setHeader(name, value as string)
      res.end()
    })
  }
}
