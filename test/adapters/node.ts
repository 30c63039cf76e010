import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { createAuth } from 'tollgate/node'
import type { AdapterSetup } from './adapter.ts'

type Listener = (
  req: IncomingMessage | Http2ServerRequest,
  res: ServerResponse | Http2ServerResponse,
) => void

export function nodeListener({ auth, routes, onRefuse }: AdapterSetup): Listener {
  const { requireAuth, getAuth } = createAuth({
    ...auth,
    ...(onRefuse && {
      onRefuse: (error, _req, res) => {
        onRefuse.told(error)
        if (onRefuse.then === 'pass') throw error
        if (onRefuse.then === 'throw') throw new Error('hook')
        // There is no next handler. A hook that forgets to answer lets no request in.
        if (onRefuse.then === 'continue') throw error
        res.statusCode = 418
        res.end('teapot')
      },
    }),
  })
  const guarded = new Map(
    Object.entries(routes).map(([path, guards]) => [
      path,
      guards.map(({ check, ...route }) =>
        requireAuth({
          ...route,
          ...(check && { check: (auth, req) => check(auth, { method: req.method ?? '' }) }),
        }),
      ),
    ]),
  )

  async function answer(...[req, res]: Parameters<Listener>): Promise<void> {
    const guards = guarded.get(new URL(req.url ?? '', 'http://x').pathname)
    if (guards === undefined) throw Object.assign(new Error('no such path'), { status: 404 })
    let found: unknown
    for (const admit of guards) {
      found = await admit(req, res)
      if (found === false) return
    }
    const attached = (req as { auth?: unknown }).auth
    if (attached !== found) throw new Error('what is attached is not what was found')
    res.setHeader('content-type', 'application/json')
    const auth = getAuth(req, { optional: true }) ?? null
    res.end(JSON.stringify({ auth, attached: attached ?? null }))
  }

  return (req, res) => {
    answer(req, res).catch(({ status = 500, headers = {} }) => {
      res.statusCode = status
      for (const [name, value] of Object.entries(headers)) res.setHeader(name, value as string)
      res.end()
    })
  }
}
