import { createApp } from './fetch.ts'

/** The variables of the Worker, which are set in its wrangler file or on the command line. */
interface Env {
  readonly ISSUER: string
  readonly AUDIENCE: string
}

// Created once for all requests, so that keys and verified tokens stay cached between them.
let app: ReturnType<typeof createApp> | undefined

/**
 * An orders API on Cloudflare Workers. Start it with
 * `wrangler dev examples/worker.ts --var ISSUER:… --var AUDIENCE:…`.
 */
export default {
  fetch(request: Request, { ISSUER, AUDIENCE }: Env): Response | Promise<Response> {
    app ??= createApp({
      issuer: ISSUER,
      audience: AUDIENCE,
      // Allows plain http to an issuer on this machine. It has no effect on any other issuer.
      allowInsecureLoopback: true,
    })
    return app.fetch(request)
  },
}
