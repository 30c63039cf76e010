import process from 'node:process'
import { createApp } from './fetch.ts'

/** An orders API on Deno, which serves what a module exports: `deno serve --allow-net --allow-env examples/deno.ts`. */
export default createApp({
  issuer: process.env['ISSUER'] ?? 'https://login.example.com',
  audience: process.env['AUDIENCE'] ?? 'https://api.example.com',
  // For an issuer on this machine: without effect on any other.
  allowInsecureLoopback: true,
})
