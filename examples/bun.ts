import { createApp } from './hono.ts'

/** An orders API on Bun, which serves what a module exports: `bun examples/bun.ts`. */
export default {
  port: process.env['PORT'] ?? 3000,
  fetch: createApp({
    issuer: process.env['ISSUER'] ?? 'https://login.example.com',
    audience: process.env['AUDIENCE'] ?? 'https://api.example.com',
    // For an issuer on this machine: without effect on any other.
    allowInsecureLoopback: true,
  }).fetch,
}
