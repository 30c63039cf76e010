import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { bearer, through } from '../adapters/adapter.ts'
import { adapters } from '../adapters/all.ts'
import { attack, expectRefused, partsOf } from './stage.ts'

const ec = () => ({ issuer: createTestIssuer() })

describe.each(adapters)('T1: references to keys in tokens, sent to $name', (adapter) => {
  it(`${adapter.name} never fetches a key from a place that a token names`, async () => {
    const asked: string[] = []
    const canary = createServer((req, res) => {
      asked.push(req.url ?? '')
      res.end('{"keys":[]}')
    }).listen(0, '127.0.0.1')
    await once(canary, 'listening')
    const url = `http://127.0.0.1:${(canary.address() as AddressInfo).port}`
    try {
      const issuer = createTestIssuer()
      const certificate = Buffer.alloc(200, 1).toString('base64')
      await through(adapter, { auth: issuer.trust(), routes: { '/': [{}] } }, async ({ call }) => {
        for (const header of [
          { jku: url },
          { x5u: url },
          { x5c: [certificate] },
          { 'x5t#S256': 'AA' },
          { kid: url },
        ]) {
          const forged = issuer.mint(
            {},
            { key: 'attacker', header: { kid: issuer.keys.current.kid, ...header } },
          )
          expectRefused(JSON.stringify(header), await call('/', [bearer(forged)]))
        }
        const honest = issuer.mint({}, { header: { jku: url, x5u: url } })
        expect((await call('/', [bearer(honest)])).status).toBe(200)
      })
      expect(asked).toEqual([])
      expect(issuer.requests.all.every((request) => request.endpoint !== 'other')).toBe(true)
    } finally {
      canary.close()
      canary.closeAllConnections()
      await once(canary, 'close')
    }
  })
})

attack('T1', 'tokens whose kid tries an injection', ec, (issuer) => {
  const kids: unknown[] = [
    '../../../../dev/null',
    "x' UNION SELECT 'secret'-- ",
    '/dev/tcp/127.0.0.1/80|sleep 10',
    '__proto__',
    'constructor',
    'hasOwnProperty',
    'a\r\nSet-Cookie: a=b',
    'a\0b',
    '\ud800',
    'k'.repeat(257),
    'k'.repeat(3000),
    '',
    1,
    true,
    null,
    ['a'],
    { toString: 'a' },
    [issuer.keys.current.kid],
  ]
  return Object.fromEntries(
    kids.map((kid) => [JSON.stringify(kid), issuer.mint({}, { key: 'attacker', header: { kid } })]),
  )
})

describe.each(adapters)('T4: two issuers, with $name', (adapter) => {
  it(`${adapter.name} never verifies the token of one issuer with the key of another`, async () => {
    const [a, b] = [
      createTestIssuer({ url: 'https://a.test' }),
      createTestIssuer({ url: 'https://b.test' }),
    ]
    const fetch: typeof globalThis.fetch = (url, init) =>
      (String(url).startsWith(a.url) ? a : b).fetch(url, init)
    const auth = { issuer: [a.url, b.url], audience: a.audience, fetch }
    await through(adapter, { auth, routes: { '/': [{}] } }, async ({ call }) => {
      for (const good of [a.mint(), b.mint()])
        expect((await call('/', [bearer(good)])).status).toBe(200)
      const forged = {
        "under b's kid": b.mint({ iss: a.url }),
        "under a's kid": b.mint({ iss: a.url }, { header: { kid: a.keys.current.kid } }),
        'without kid': b.mint({ iss: a.url }, { kid: null }),
        'with a kid that names the issuer': b.mint(
          { iss: a.url },
          { header: { kid: `${b.keys.current.kid}:${a.url}` } },
        ),
      }
      for (const [title, token] of Object.entries(forged))
        expectRefused(title, await call('/', [bearer(token)]))
    })
  })
})

describe.each(adapters)('T17: one token and two verifiers, with $name', (adapter) => {
  it(`${adapter.name} refuses a token for another audience that another verifier has cached`, async () => {
    const issuer = createTestIssuer()
    const token = issuer.mint()
    const [mine, other] = [issuer.trust(), issuer.trust({ audience: 'https://other.test' })]
    await through(adapter, { auth: mine, routes: { '/': [{}] } }, async ({ call }) => {
      expect((await call('/', [bearer(token)])).status).toBe(200)
    })
    await through(adapter, { auth: other, routes: { '/': [{}] } }, async ({ call }) => {
      expectRefused('other audience', await call('/', [bearer(token)]))
    })
  })
})

describe.each(adapters)('T17: a cached token on another route, with $name', (adapter) => {
  it(`${adapter.name} checks a cached token against the requirements of every route`, async () => {
    const issuer = createTestIssuer()
    const token = bearer(issuer.mint({ scope: 'a' }))
    const no = (): boolean => false
    const routes = { '/a': [{ scope: 'a' }], '/b': [{ scope: 'b' }], '/c': [{ check: no }] }
    await through(adapter, { auth: issuer.trust(), routes }, async ({ call }) => {
      const statuses = []
      for (const path of ['/a', '/b', '/c', '/a']) statuses.push((await call(path, [token])).status)
      expect(statuses).toEqual([200, 403, 403, 200])
    })
  })
})

attack('T17', 'tokens that carry the signature of a cached token', ec, (issuer) => {
  const [header, payload, signature] = partsOf(issuer.mint({ sub: 'alice' }))
  const [otherHeader, otherPayload] = partsOf(issuer.mint({ sub: 'root' }, { header: { x: 1 } }))
  return {
    'another payload': `${header}.${otherPayload}.${signature}`,
    'another header': `${otherHeader}.${payload}.${signature}`,
  }
})
