/**
 * `npm start` starts a local test issuer and an example API that trusts it. The API uses Express,
 * or the adapter that `--adapter` names. With `--once`, the program sends the requests itself, and
 * fails unless each gets the right answer.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { serveTestIssuer } from 'tollgate/testing'
import { adapters } from './adapters.ts'

interface Call {
  readonly title: string
  readonly method: 'GET' | 'PATCH'
  readonly path: string
  readonly token?: string
  readonly status: number
  /** A part of the `WWW-Authenticate` header, if the answer must have one. */
  readonly challenge?: string
}

const { values } = parseArgs({
  options: {
    once: { type: 'boolean', default: false },
    adapter: { type: 'string', default: 'express' },
  },
})
const open = adapters[values.adapter]
if (open === undefined) {
  console.error(`--adapter is one of ${Object.keys(adapters).join(', ')}`)
  process.exit(1)
}

const issuer = await serveTestIssuer({ audience: 'https://api.orders.test' })
const server = createServer(await open(issuer.trust())).listen(0, '127.0.0.1')
await once(server, 'listening')
const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const reader = issuer.mint({ sub: 'alice', scope: 'orders:read', exp: inAnHour() })
const writer = issuer.mint({ sub: 'alice', scope: 'orders:read orders:write', exp: inAnHour() })
const calls: readonly Call[] = [
  { title: 'a public route', method: 'GET', path: '/health', status: 200 },
  {
    title: 'no token',
    method: 'GET',
    path: '/orders',
    status: 401,
    challenge: 'Bearer realm="api", scope="orders:read"',
  },
  { title: 'a token with the scope', method: 'GET', path: '/orders', token: reader, status: 200 },
  {
    title: 'a token without the scope',
    method: 'PATCH',
    path: '/orders/1',
    token: reader,
    status: 403,
    challenge: 'error="insufficient_scope"',
  },
  { title: "the owner's token", method: 'PATCH', path: '/orders/1', token: writer, status: 200 },
  { title: "someone else's order", method: 'PATCH', path: '/orders/2', token: writer, status: 403 },
  {
    title: 'an ID token',
    method: 'GET',
    path: '/me',
    token: issuer.bad.idToken(),
    status: 401,
    challenge: 'error="invalid_token"',
  },
]

console.log(`issuer  ${issuer.url}`)
console.log(`API     ${api} (${values.adapter})\n`)

if (values.once) {
  let failed = 0
  for (const call of calls) failed += (await isAsExpected(call)) ? 0 : 1
  server.close()
  await issuer.close()
  console.log(failed === 0 ? 'every answer is as it should be' : `${failed} answers are wrong`)
  process.exitCode = failed === 0 ? 0 : 1
} else {
  console.log(`a token of alice, for an hour, scope orders:read\n${reader}\n`)
  console.log('passes:')
  console.log(`  curl -i ${api}/orders -H 'Authorization: Bearer ${reader}'\n`)
  console.log('refused with 403, because the token does not grant orders:write:')
  console.log(`  curl -i -X PATCH ${api}/orders/1 -H 'Authorization: Bearer ${reader}'\n`)
  console.log('Ctrl-C stops it.')
}

async function isAsExpected({
  title,
  method,
  path,
  token,
  status,
  challenge,
}: Call): Promise<boolean> {
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {}
  const answer = await fetch(api + path, { method, headers })
  const stated = answer.headers.get('www-authenticate')
  const good = answer.status === status && (!challenge || (stated?.includes(challenge) ?? false))
  console.log(`${good ? 'ok' : 'WRONG'}  ${title}: ${method} ${path} → ${answer.status}`)
  if (stated) console.log(`    WWW-Authenticate: ${stated}`)
  console.log(`    ${await answer.text()}\n`)
  return good
}

function inAnHour(): number {
  return Math.floor(Date.now() / 1000) + 3600
}
