import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import type { Auth, VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import type { RedisClient, RedisStore, RedisStoreOptions } from 'tollgate/revocation'
import { createRedisStore } from 'tollgate/revocation'
import { createTestIssuer, serveTestIssuer } from 'tollgate/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { initialize } from '../../examples/revocation/initialize.ts'
import type { RedisServer } from './redis-server.ts'
import { createRedisServer } from './redis-server.ts'

interface Connected {
  readonly client: RedisClient
  send(...command: string[]): Promise<unknown>
  close(): unknown
}

/** Each package, with the options that an application would give, so that it connects again by itself. */
const packages: Readonly<Record<string, (url: string) => Promise<Connected>>> = {
  async redis(url) {
    const client = createClient({ url, socket: { reconnectStrategy: 20 } })
    client.on('error', () => {})
    await client.connect()
    return {
      client,
      send: (...command) => client.sendCommand(command),
      close: () => client.destroy(),
    }
  },
  async ioredis(url) {
    const client = new Redis(url, { retryStrategy: () => 20 })
    client.on('error', () => {})
    await once(client, 'ready')
    return {
      client,
      send: (name = '', ...rest) => client.call(name, rest),
      close: () => client.disconnect(),
    }
  },
}

let undo: (() => unknown)[] = []
beforeEach(() => {
  undo = []
})
afterEach(async () => {
  for (const step of undo.reverse()) await step()
})

async function startRedis(options = {}): Promise<RedisServer> {
  const server = await createRedisServer(options)
  undo.push(server.remove)
  await server.start()
  return server
}

describe.each(Object.keys(packages))('a store in a real redis-server by the package %s', (name) => {
  async function open(server: RedisServer, options: RedisStoreOptions = {}) {
    const connected = await (packages[name] as (url: string) => Promise<Connected>)(server.url)
    undo.push(connected.close)
    return { ...connected, store: createRedisStore(connected.client, options) }
  }

  function createStage(revocation: VerifierOptions['revocation']) {
    const issuer = createTestIssuer()
    const verifier = createVerifier(issuer.trust({ revocation, profile: 'jwt' }))
    const until = Math.floor(Date.now() / 1000) + 300
    const verdict = (token: string): Promise<string> =>
      verifier.verify(token).then(
        () => 'passed',
        ({ status, reason }) => `${status} ${reason}`,
      )
    const authOf = (claims: object): Promise<Auth> =>
      createVerifier(issuer.trust({ profile: 'jwt' })).verify(issuer.mint({ ...claims }))
    return { issuer, verdict, authOf, until }
  }

  test(`${name}: revokes by jti, subject, session and client, of that issuer alone`, async () => {
    const { store } = await open(await startRedis())
    await store.initialize()
    const { issuer, verdict, until } = createStage(store)
    const cases = [
      [{ jti: 'a' }, { jti: 'a' }],
      [{ subject: 'a"\\' }, { sub: 'a"\\' }],
      [{ session: 'ä\ud800' }, { sid: 'ä\ud800' }],
      [{ client: 'a' }, { client_id: 'a' }],
    ] as const
    for (const [what, claims] of cases) {
      const token = issuer.mint({ ...claims })
      await store.revoke({ issuer: 'https://other.test', until, ...what })
      expect(await verdict(token)).toBe('passed')
      await store.revoke({ issuer: issuer.url, until, ...what })
      expect(await verdict(token)).toBe('401 revoked')
    }
    expect(await verdict(issuer.mint({ sid: 'ä\ud801' }))).toBe('passed')
    expect(await verdict(issuer.mint())).toBe('passed')
  })

  test(`${name}: issued before: iat <= before, and without iat; a later revocation weakens nothing, however many come at once`, async () => {
    const { store } = await open(await startRedis())
    await store.initialize()
    const { issuer, authOf, until } = createStage(store)
    const now = Math.floor(Date.now() / 1000)
    const what = { issuer: issuer.url, subject: 'alice', until }
    // A number whose text is long, so that it must be kept as it came.
    const before = now - 100 + 0.123
    const earlier = Array.from({ length: 50 }, (_, i) => ({
      before: now - 200 - i,
      until: now + i,
    }))
    const revocations = [...earlier, { before }, ...earlier].map((one) => ({ ...what, ...one }))
    await Promise.all(revocations.map(store.revoke))
    const by = async (iat: number | undefined) =>
      store.isRevoked(await authOf({ sub: 'alice', iat }))
    expect([
      await by(before),
      await by(before + 0.001),
      await by(now),
      await by(undefined),
    ]).toEqual([true, false, false, true])
  })

  test(`${name}: an entry ends in Redis 300 seconds after its until, and not before`, async () => {
    const { store, send } = await open(await startRedis())
    await store.initialize()
    const now = Math.floor(Date.now() / 1000)
    const keys = async () =>
      ((await send('KEYS', 'tollgate:*')) as string[]).filter((key) => !key.endsWith('initialized'))
    await store.revoke({ issuer: 'x', subject: 'over', until: now - 301 })
    expect(await keys()).toEqual([])
    await store.revoke({ issuer: 'x', subject: 'a', until: now + 1000 })
    await store.revoke({ issuer: 'x', subject: 'a', until: now + 10 })
    const [key = ''] = await keys()
    expect(Number(await send('PEXPIRETIME', key))).toBe((now + 1300) * 1000)
    expect(Number(await send('TTL', 'tollgate:{revocation}:initialized'))).toBe(-1)
  })

  test(`${name}: after a restart without persistence the answer is 503 until initialize(), and revoke rejects`, async () => {
    const server = await startRedis()
    const { store } = await open(server)
    await initialize(server.url)
    const { issuer, verdict, until } = createStage(store)
    const token = issuer.mint({ sub: 'alice' })
    await store.revoke({ issuer: issuer.url, subject: 'alice', until })
    expect(await verdict(token)).toBe('401 revoked')
    await server.kill()
    expect(await verdict(token)).toBe('503 revocation')
    await server.start()
    const missing = { code: 'REVOCATION_STORE_NOT_INITIALIZED' }
    // The client connects again by itself, a little later.
    await expect
      .poll(() => store.revoke({ issuer: issuer.url, jti: 'a', until }).catch(({ code }) => code), {
        timeout: 20_000,
      })
      .toBe(missing.code)
    expect(await verdict(token)).toBe('503 revocation')
    await expect(store.revoke({ issuer: issuer.url, jti: 'a', until })).rejects.toMatchObject(
      missing,
    )
    expect(await verdict(token)).toBe('503 revocation')
    await store.initialize()
    // The data are gone. That is why an operator decides about it.
    expect(await verdict(token)).toBe('passed')
  })

  test(`${name}: a restart with an append-only file keeps what was revoked`, async () => {
    const server = await startRedis({ appendOnly: true })
    const { store } = await open(server)
    await store.initialize()
    const { issuer, verdict, until } = createStage(store)
    const [token, good] = [issuer.mint({ sub: 'alice' }), issuer.mint({ sub: 'bob' })]
    await store.revoke({ issuer: issuer.url, subject: 'alice', until })
    await server.kill()
    await server.start()
    await expect.poll(() => verdict(good), { timeout: 20_000 }).toBe('passed')
    expect(await verdict(token)).toBe('401 revoked')
  })

  test(`${name}: a Redis that hangs is 503 within the timeout, and it recovers`, async () => {
    const server = await startRedis()
    const { store } = await open(server, { timeout: 0.2 })
    await store.initialize()
    const { issuer, verdict, until } = createStage(store)
    const token = issuer.mint()
    expect(await verdict(token)).toBe('passed')
    server.freeze()
    expect(await verdict(token)).toBe('503 revocation')
    await expect(store.revoke({ issuer: issuer.url, jti: 'a', until })).rejects.toMatchObject({
      code: 'REVOCATION_STORE_TIMEOUT',
    })
    server.thaw()
    await expect.poll(() => verdict(token), { timeout: 20_000 }).toBe('passed')
  })

  test(`${name}: initialize() refuses a Redis that drops keys to save memory`, async () => {
    const { store, send } = await open(await startRedis())
    await send('CONFIG', 'SET', 'maxmemory', '100mb')
    await send('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru')
    await expect(store.initialize()).rejects.toMatchObject({ code: 'REVOCATION_STORE_EVICTS' })
    await send('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
    await store.initialize()
  })

  test(`${name}: two processes share it: what one revokes, the other refuses from its next request on`, async () => {
    const server = await startRedis()
    await initialize(server.url)
    const issuer = await serveTestIssuer()
    undo.push(issuer.close)
    const [first, second] = [await startProcess(server, issuer), await startProcess(server, issuer)]
    const call = async (port: number, path: string, token: string, method = 'GET') => {
      const headers = { authorization: `Bearer ${token}` }
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers, method })
      await answer.text()
      return answer.status
    }
    const [token, other] = [issuer.mint({ sub: 'alice' }), issuer.mint({ sub: 'alice' })]
    for (const port of [first, second]) {
      expect([await call(port, '/me', token), await call(port, '/me', other)]).toEqual([200, 200])
    }
    expect(await call(first, '/logout', token, 'POST')).toBe(204)
    expect([await call(second, '/me', token), await call(second, '/me', other)]).toEqual([401, 200])
    const admin = issuer.mint({ sub: 'admin', roles: ['admin'] })
    expect(await call(second, '/users/alice/logout', admin, 'POST')).toBe(204)
    expect([await call(first, '/me', other), await call(first, '/me', admin)]).toEqual([401, 200])
    // A later login gives a token that passes.
    await pause(1100)
    expect(await call(first, '/me', issuer.mint({ sub: 'alice' }))).toBe(200)
    await server.kill()
    expect([await call(first, '/me', admin), await call(second, '/me', admin)]).toEqual([503, 503])
  })

  async function startProcess(
    { url }: RedisServer,
    issuer: { readonly url: string; readonly audience: string | readonly string[] },
  ): Promise<number> {
    const child: ChildProcess = fork(
      join(import.meta.dirname, 'revocation-process.ts'),
      [name, url, issuer.url, String(issuer.audience)],
      { execArgv: ['--import', 'tsx', '--conditions=@tollgate/source'] },
    )
    undo.push(async () => {
      const gone = once(child, 'exit')
      if (child.kill()) await gone
    })
    const [port] = await once(child, 'message')
    return port as number
  }
})

test('both packages read what the other has written', async () => {
  const server = await startRedis()
  const stores: RedisStore[] = []
  for (const connect of Object.values(packages)) {
    const { client, close } = await connect(server.url)
    undo.push(close)
    stores.push(createRedisStore(client))
  }
  const [one, other] = stores as [RedisStore, RedisStore]
  await one.initialize()
  const issuer = createTestIssuer()
  const auth = await createVerifier(issuer.trust()).verify(issuer.mint({ sub: 'alice' }))
  await other.revoke({ issuer: issuer.url, subject: 'alice', until: auth.expiresAt })
  expect([await one.isRevoked(auth), await other.isRevoked(auth)]).toEqual([true, true])
})
