import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { after, describe, test } from 'node:test'
import { describeHostileTokens, parseChallenges, serveTestIssuer } from 'tollgate/testing'

const issuer = await serveTestIssuer({ audience: 'https://api.example.com' })
const next = spawn('next', ['start', '--port', '0', '--hostname', '127.0.0.1'], {
  env: { ...process.env, ISSUER: issuer.url, NEXT_TELEMETRY_DISABLED: '1' },
  stdio: ['ignore', 'pipe', 'inherit'],
})
after(async () => {
  next.kill()
  await once(next, 'exit')
  await issuer.close()
})
const url = await urlOf(next)

/** Where Next.js listens, as it prints it. */
async function urlOf({ stdout }) {
  let printed = ''
  for await (const chunk of stdout) {
    printed += chunk
    const [found] = /http:\/\/127\.0\.0\.1:\d+/.exec(printed) ?? []
    if (found !== undefined && printed.includes('Ready')) return found
  }
  throw new Error(`Next.js does not start: ${printed}`)
}

function call(method, headers = {}) {
  return fetch(`${url}/orders/7`, { method, headers })
}

test('an order is for whoever may read orders', async () => {
  const good = await call('GET', issuer.headers({ sub: 'alice', scope: 'orders:read' }))
  assert.deepEqual(await good.json(), { order: '7', of: 'alice' })
  for (const [headers, status] of [
    [{}, 401],
    [{ authorization: `Bearer ${issuer.bad.expired({ scope: 'orders:read' })}` }, 401],
    [issuer.headers(), 403],
  ]) {
    const answer = await call('GET', headers)
    assert.equal(answer.status, status)
    const [challenge] = parseChallenges(answer.headers.get('www-authenticate'))
    assert.equal(challenge.params.scope, 'orders:read')
    assert.equal(answer.headers.get('cache-control'), 'no-store')
  }
})

test('each method of a route has a guard of its own', async () => {
  assert.equal((await call('DELETE', issuer.headers({ roles: ['admin'] }))).status, 204)
  assert.equal((await call('DELETE', issuer.headers({ scope: 'orders:read' }))).status, 403)
  assert.equal((await call('DELETE')).status, 401)
})

test('all requests so far have cost one fetch of keys', () => {
  assert.equal(issuer.requests.count('jwks'), 1)
})

/** What Next.js hands over of two headers of one name, nobody behind it can see. */
test('of two Authorization headers, the first decides', async () => {
  const good = `Bearer ${issuer.mint({ scope: 'orders:read' })}`
  const forged = `Bearer ${issuer.bad.wrongKey({ scope: 'orders:read' })}`
  assert.equal(await statusWith([good, forged]), 200)
  assert.equal(await statusWith([forged, good]), 401)
})

async function statusWith(authorization) {
  const asked = request(`${url}/orders/7`, { headers: { authorization } }).end()
  const [answer] = await once(asked, 'response')
  answer.resume()
  return answer.statusCode
}

const first = 'Next.js hands over the first of two Authorization headers'
const declare = { describe, test: (name, run) => test(name, run) }
describeHostileTokens(declare, () => url, {
  issuer,
  path: '/orders/7',
  scope: 'orders:read',
  skip: { 'wire/dup-header': first, 'wire/dup-header-good-first': first },
})
