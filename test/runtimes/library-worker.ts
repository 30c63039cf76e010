/**
 * A Worker that uses the library without any module of Node. Each request says by its parameter
 * `later` how many seconds the clock of the library is ahead.
 */
import { Hono } from 'hono'
import { createAuth } from 'tollgate/fetch'
import { createAuth as createHonoAuth } from 'tollgate/hono'

interface Env {
  readonly ISSUER: string
  readonly AUDIENCE: string
}

function createApp({ ISSUER, AUDIENCE }: Env): (request: Request) => Response | Promise<Response> {
  let ahead = 0
  const options = {
    issuer: ISSUER,
    audience: AUDIENCE,
    allowInsecureLoopback: true,
    keys: { timeout: 1 },
    now: () => Date.now() + ahead * 1000,
  }
  const { guard } = createAuth(options)
  const hono = new Hono()
  hono.get('/hono', createHonoAuth(options).requireAuth(), (c) => c.text(c.get('auth').subject))
  const fetchAdapter = guard(() => Response.json({ node: 'process' in globalThis }))
  return (request) => {
    const { pathname, searchParams } = new URL(request.url)
    ahead = Number(searchParams.get('later') ?? 0)
    return pathname === '/hono' ? hono.fetch(request) : fetchAdapter(request)
  }
}

let app: ReturnType<typeof createApp> | undefined

export default {
  fetch(request: Request, env: Env): Response | Promise<Response> {
    app ??= createApp(env)
    return app(request)
  },
}
