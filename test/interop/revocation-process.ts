import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { createApp } from '../../examples/revocation/api.ts'

/** One process of the example API: `revocation-process.ts CLIENT REDIS ISSUER AUDIENCE`. */
const [kind, url = '', issuer = '', audience = ''] = process.argv.slice(2)

const client = kind === 'ioredis' ? new Redis(url) : createClient({ url })
client.on('error', () => {})
if ('connect' in client && !(client instanceof Redis)) await client.connect()

const app = createApp(
  { issuer, audience, profile: 'jwt', allowInsecureLoopback: true },
  client as Redis,
)
const server = createServer(app).listen(0, '127.0.0.1', () => {
  process.send?.((server.address() as AddressInfo).port)
})
// The test has ended, in whatever way.
process.on('disconnect', () => process.exit())
