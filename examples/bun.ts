import { createApp } from './hono.ts'

/**
 * An orders API on Bun, which serves the default export of a module. Start it with
 * `bun examples/bun.ts`.
 */
export default {
  port: process.env['PORT'] ?? 3000,
  fetch: createApp({
    issuer: process.env['ISSUER'] ?? 'https://login.example.com',
    audience: process.env['AUDIENCE'] ?? 'https://api.example.com',
    // Allows plain http to an issuer on this machine. It has no effect on any other issuer.
    allowInsecureLoopback: true,
  }).fetch,
}
