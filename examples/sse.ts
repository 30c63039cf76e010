import type { RequestListener } from 'node:http'
import type { AuthOptions } from 'tollgate/node'
import { createAuth } from 'tollgate/node'

/** Where events come from: it sends each one, until the signal fires. */
export type Subscribe = (subject: string, signal: AbortSignal, send: (data: string) => void) => void

/** Server-sent events that end when the token of their request expires, or is revoked. */
export function createFeed(options: AuthOptions, subscribe: Subscribe): RequestListener {
  const { requireAuth } = createAuth(options)
  const guard = requireAuth({ scope: 'feed:read' })

  return async (req, res) => {
    const auth = await guard(req, res)
    if (!auth) return
    res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    const write = (text: string): void => {
      if (!res.writableEnded) res.write(`${text}\n\n`)
    }
    const closed = new AbortController()
    res.on('close', () => closed.abort())

    const { signal } = auth
    // The client is told why, so that it gets a new token before it connects again.
    const end = (): void => {
      write(`event: end\ndata: ${signal.reason.reason}`)
      res.end()
    }
    // A signal that has fired before somebody listens tells nobody.
    if (signal.aborted) return end()
    signal.addEventListener('abort', end, { signal: closed.signal })
    res.flushHeaders()
    subscribe(auth.subject, closed.signal, (data) => write(`data: ${data}`))
  }
}
