/** The process of an API, which is configured by its environment and prints its port. */
import type { AddressInfo } from 'node:net'
import { createApp } from '../../../examples/compose.ts'

const { ISSUER = '', AUDIENCE = '', JWKS_URI } = process.env
const app = createApp({ ISSUER, AUDIENCE, ...(JWKS_URI !== undefined && { JWKS_URI }) })
const server = app.listen(0, '127.0.0.1', () => {
  console.log(`PORT=${(server.address() as AddressInfo).port}`)
})
