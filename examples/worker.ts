import { createApp } from './fetch.ts'

/** Variables of the Worker, in its wrangler file or on the command line. */
interface Env {
  readonly ISSUER: string
  readonly AUDIENCE: string
}

// Once for all requests, so that keys and verified tokens are remembered between them.
let app: ReturnType<typeof createApp> | undefined

/** An orders API on Cloudflare Workers: `wrangler dev examples/worker.ts --var ISSUER:… --var AUDIENCE:…`. */
export default {
  fetch(request: Request, { ISSUER, AUDIENCE }: Env): Response | Promise<Response> {
    app ??= createApp({
      issuer: ISSUER,
      audience: AUDIENCE,
      // For an issuer on this machine: without effect on any other.
      allowInsecureLoopback: true,
    })
    return app.fetch(request)
  },
}
