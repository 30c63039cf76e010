import type { RequestListener } from 'node:http'
import type { AuthOptions, Requirements } from 'tollgate/node'
import { createAuth } from 'tollgate/node'

/** What a location of nginx may demand, by the name that it has there. */
const rules: Readonly<Record<string, Requirements>> = {
  'signed-in': {},
  'orders-read': { scope: 'orders:read' },
  public: { optional: true },
}

/** Answers what nginx asks. Only nginx may reach it: let it listen on loopback, or on a socket. */
export function createGuard(options: AuthOptions): RequestListener {
  const { requireAuth } = createAuth({
    ...options,
    // nginx asks twice. The first time it needs a no, and would copy the challenge of a 401: then the
    // caller would see two. The second time, this hook does nothing, and the usual answer is sent.
    onRefuse(_error, { url = '' }, res) {
      if (!url.startsWith('/check/')) return
      res.statusCode = 403
      res.end('')
    },
  })
  const guards = new Map(
    Object.entries(rules).map(([name, requirements]) => [name, requireAuth(requirements)]),
  )
  return async (req, res) => {
    try {
      const [, question, rule = ''] = req.url?.split('/') ?? []
      const guard = guards.get(rule)
      if (guard === undefined) throw new Error('no such rule')
      const auth = await guard(req, res)
      if (auth === false) return
      // nginx asked why not, and now the request is good: keys have come since. It must not pass here.
      if (question !== 'check') res.writeHead(503, { 'Retry-After': '1' }).end()
      // Encoded, because a subject may hold characters that no header may.
      else res.writeHead(204, { 'X-Subject': encodeURIComponent(auth?.subject ?? '') }).end()
    } catch {
      if (!res.headersSent) res.writeHead(500)
      res.end()
    }
  }
}
