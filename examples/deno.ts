import process from 'node:process'
import { createApp } from './fetch.ts'

/**
 * An orders API on Deno, which serves the default export of a module. Start it with
 * `deno serve --allow-net --allow-env examples/deno.ts`.
 */
export default createApp({
  issuer: process.env['ISSUER'] ?? 'https://login.example.com',
  audience: process.env['AUDIENCE'] ?? 'https://api.example.com',
  // Allows plain http to an issuer on this machine. It has no effect on any other issuer.
  allowInsecureLoopback: true,
})
