import fc from 'fast-check'
import type { Auth } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createRedisStore } from 'tollgate/revocation'
import { createTestIssuer } from 'tollgate/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { runs } from '../runs.ts'
import { createScriptedRedis } from './scripted-redis.ts'

const issuer = createTestIssuer()
const verifier = createVerifier(issuer.trust({ profile: 'jwt' }))
const authOf = (claims: object = {}): Promise<Auth> => verifier.verify(issuer.mint({ ...claims }))
const until = Math.floor(Date.now() / 1000) + 300

async function createStage(options: object = {}) {
  const redis = createScriptedRedis()
  const store = createRedisStore(redis, options)
  await store.initialize()
  redis.commands.length = 0
  return { redis, store }
}

const { setTimeout: realTimer } = globalThis
const turn = (): Promise<void> => new Promise((resolve) => void realTimer(resolve, 1))

afterEach(() => {
  vi.useRealTimers()
})

describe('createRedisStore', () => {
  it('asks by one command, which reads the marker and the entries of what the token names', async () => {
    const { redis, store } = await createStage()
    await store.isRevoked(await authOf({ sid: 's' }))
    await store.isRevoked(await authOf({ jti: undefined, client_id: undefined }))
    expect(redis.commands.map(([name, ...keys]) => [name, keys.length])).toEqual([
      ['MGET', 5],
      ['MGET', 2],
    ])
  })

  it('the names of keys hold nothing of the token, and begin with the prefix', async () => {
    const { redis, store } = await createStage({ prefix: 'acme:' })
    await store.revoke({ issuer: issuer.url, subject: 'alice', until })
    await store.isRevoked(await authOf({ sub: 'alice', sid: 'alice', jti: 'alice' }))
    const keys = redis.commands.flatMap(([name, ...rest]) =>
      name === 'MGET' ? rest : rest.slice(2, 4),
    )
    expect(keys).toHaveLength(7)
    for (const key of keys) {
      expect(key).toMatch(
        /^acme:\{revocation\}:(initialized|(jti|subject|session|client):[A-Za-z0-9+/]{43}=)$/,
      )
    }
  })

  it('no two names of issuer, kind and value share a key, not even with half a surrogate pair', async () => {
    const { redis, store } = await createStage()
    const unit = fc.oneof(
      fc.constantFrom('"', ',', ':', '\\', '[', ']', '\ud800', '\udfff', '\ufffd', '\0'),
      fc.string({ unit: 'binary', maxLength: 2 }),
    )
    const text = fc.string({ unit, minLength: 1, maxLength: 6 }).filter((one) => one !== '')
    const kind = fc.constantFrom('jti', 'subject', 'session', 'client')
    const name = fc.tuple(kind, text, text)
    const keyOf = async ([kind, issuer, value]: readonly [string, string, string]) => {
      redis.commands.length = 0
      await store.revoke({ issuer, [kind]: value, until })
      return redis.commands[0]?.[4]
    }
    await fc.assert(
      fc.asyncProperty(name, name, async (one, other) => {
        const same = one.every((part, i) => part === other[i])
        expect((await keyOf(one)) === (await keyOf(other))).toBe(same)
      }),
      runs(300),
    )
  })

  it('without the marker, isRevoked and revoke reject, and neither writes it', async () => {
    const redis = createScriptedRedis()
    const store = createRedisStore(redis)
    const missing = { code: 'REVOCATION_STORE_NOT_INITIALIZED' }
    await expect(store.isRevoked(await authOf())).rejects.toMatchObject(missing)
    const revoked = store.revoke({ issuer: issuer.url, jti: 'a', until })
    await expect(revoked).rejects.toMatchObject(missing)
    expect(redis.values.size).toBe(0)
    await store.initialize()
    expect(await store.isRevoked(await authOf())).toBe(false)
  })

  it('a store that was not initialized makes the verifier answer 503', async () => {
    const revocation = createRedisStore(createScriptedRedis())
    const guarded = createVerifier(issuer.trust({ revocation }))
    await expect(guarded.verify(issuer.mint())).rejects.toMatchObject({
      status: 503,
      reason: 'revocation',
    })
  })

  it.each<[string, (command: readonly string[]) => unknown]>([
    ['an error', () => Promise.reject(new Error('LOADING'))],
    ['no list', () => 'OK'],
    ['a shorter list', ([, ...keys]) => keys.slice(1).map(() => null)],
    ['a marker that is no text', ([, ...keys]) => keys.map(() => 1)],
    ['an entry that is no entry', ([, ...keys]) => keys.map(() => 'x')],
    ['an entry without until', ([, ...keys]) => keys.map(() => '5')],
    ['an empty entry', ([, ...keys]) => keys.map((_, i) => (i === 0 ? '1' : ''))],
    ['nothing', () => undefined],
  ])('rejects where Redis answers %s', async (_, answer) => {
    const { redis, store } = await createStage()
    redis.answer = answer
    await expect(store.isRevoked(await authOf())).rejects.toThrow()
    await expect(store.revoke({ issuer: issuer.url, jti: 'a', until })).rejects.toThrow()
  })

  it('understands a client that gives octets', async () => {
    const { redis, store } = await createStage()
    await store.revoke({ issuer: issuer.url, jti: 'a', until })
    redis.answer = ([, ...keys]) =>
      keys.map((key) => {
        const value = redis.values.get(key)
        return value === undefined ? null : new TextEncoder().encode(value)
      })
    expect(await store.isRevoked(await authOf({ jti: 'a' }))).toBe(true)
    expect(await store.isRevoked(await authOf({ jti: 'b' }))).toBe(false)
  })

  it('rejects where Redis does not answer within the timeout: by default after a second', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    for (const [options, seconds] of [
      [{}, 1],
      [{ timeout: 5 }, 5],
    ] as const) {
      const { redis, store } = await createStage(options)
      const auth = await authOf()
      redis.answer = () => new Promise(() => {})
      const outcomes: unknown[] = []
      const asked = [store.isRevoked(auth), store.revoke({ issuer: issuer.url, jti: 'a', until })]
      for (const one of asked) Promise.resolve(one).catch(({ code }) => outcomes.push(code))
      // The question is sent once the names of its keys are hashed.
      while (redis.commands.length < 2) await turn()
      await vi.advanceTimersByTimeAsync(seconds * 1000 - 1)
      expect(outcomes).toEqual([])
      await vi.advanceTimersByTimeAsync(1)
      expect(outcomes).toEqual(['REVOCATION_STORE_TIMEOUT', 'REVOCATION_STORE_TIMEOUT'])
    }
  })

  it('sends no more than 20,000 commands that wait for an answer', async () => {
    const { redis, store } = await createStage({ timeout: 60 })
    const auth = await authOf()
    redis.answer = () => new Promise(() => {})
    const codes = new Map<string, number>()
    for (let i = 0; i < 20_050; i++) {
      Promise.resolve(store.isRevoked(auth)).catch(({ code }) =>
        codes.set(code, (codes.get(code) ?? 0) + 1),
      )
    }
    await vi.waitFor(() => expect(codes.get('REVOCATION_STORE_BUSY')).toBe(50), { timeout: 25_000 })
    expect(redis.commands).toHaveLength(20_000)
  })

  it('a revocation that failed tells no subscriber', async () => {
    const { redis, store } = await createStage()
    const told = vi.fn()
    store.subscribe?.(told)
    redis.answer = () => Promise.reject(new Error('down'))
    await expect(store.revoke({ issuer: issuer.url, jti: 'a', until })).rejects.toThrow('down')
    expect(told).not.toHaveBeenCalled()
    redis.answer = undefined
    await store.revoke({ issuer: issuer.url, jti: 'a', until })
    expect(told).toHaveBeenCalledWith({ issuer: issuer.url, jti: 'a', until })
  })

  it('initialize() refuses a Redis that drops keys to save memory, and accepts one that does not say', async () => {
    const { redis, store } = await createStage()
    const info = (answer: () => unknown) => {
      redis.answer = ([name]) => (name === 'INFO' ? answer() : 'OK')
    }
    info(() => 'maxmemory:1000\r\nmaxmemory_policy:volatile-lru\r\n')
    await expect(store.initialize()).rejects.toMatchObject({ code: 'REVOCATION_STORE_EVICTS' })
    for (const answer of [
      'maxmemory:0\r\nmaxmemory_policy:allkeys-lru\r\n',
      'maxmemory:1000\r\nmaxmemory_policy:noeviction\r\n',
      '',
    ]) {
      info(() => answer)
      await store.initialize()
    }
    info(() => Promise.reject(new Error('NOPERM')))
    await store.initialize()
  })

  it('calls a client of ioredis as one, though that has a sendCommand as well', async () => {
    const called: unknown[] = []
    const client = {
      sendCommand: () => expect.fail('takes an object of ioredis'),
      async call(...command: unknown[]) {
        called.push(command)
        return 'OK'
      },
    }
    await createRedisStore(client as never).initialize()
    expect(called).toContainEqual(['SET', ['tollgate:{revocation}:initialized', '1']])
  })

  it.each<[string, unknown, unknown, RegExp]>([
    ['no client', undefined, {}, /'client'/],
    ['null', null, {}, /'client'/],
    ['a URL', 'redis://127.0.0.1', {}, /'client'/],
    ['a client that is still a promise', Promise.resolve({}), {}, /'client'.*await it/],
    ['an unknown option', createScriptedRedis(), { ttl: 5 }, /'ttl'/],
    ['a prefix with braces', createScriptedRedis(), { prefix: '{a}' }, /'prefix'/],
    ['an empty prefix', createScriptedRedis(), { prefix: '' }, /'prefix'/],
    ['a timeout of 0', createScriptedRedis(), { timeout: 0 }, /'timeout'/],
    ['a timeout in milliseconds', createScriptedRedis(), { timeout: 1000 }, /'timeout'/],
  ])('refuses %s when it is made', (_, client, options, message) => {
    expect(() => createRedisStore(client as never, options as never)).toThrow(TypeError)
    expect(() => createRedisStore(client as never, options as never)).toThrow(message)
  })

  it.each([
    ['nothing that is revoked', { issuer: 'x', until }],
    ['no until', { issuer: 'x', jti: 'a' }],
  ])('refuses to revoke %s, and sends nothing', async (_, what) => {
    const { redis, store } = await createStage()
    await expect(store.revoke(what as never)).rejects.toThrow(TypeError)
    expect(redis.commands).toEqual([])
  })
})
