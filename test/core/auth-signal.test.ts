import { EventEmitter } from 'node:events'
import type { Auth, AuthError, RevocationStore, VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createAuth as createFetchAuth } from 'tollgate/fetch'
import { createAuth } from 'tollgate/node'
import { createMemoryStore } from 'tollgate/revocation'
import { createTestIssuer, withAuth } from 'tollgate/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

// Timers and the clock of the process move together, and the verifier's clock is that of the process.
beforeEach(() => {
  vi.useFakeTimers({
    now: 1_800_000_000_000,
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'],
  })
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const seconds = (n: number): Promise<unknown> => vi.advanceTimersByTimeAsync(n * 1000)
const why = ({ signal }: Auth): string | undefined =>
  signal.aborted ? (signal.reason as AuthError).reason : undefined

function createStage(revocation?: VerifierOptions['revocation'], options: object = {}) {
  const issuer = createTestIssuer()
  const verifier = createVerifier(issuer.trust({ revocation, ...options }))
  const verify = (claims: object = {}): Promise<Auth> => verifier.verify(issuer.mint({ ...claims }))
  return { issuer, verifier, verify }
}

/** A store whose answer a test decides, and which counts the questions. */
function createStore(answer: () => boolean | Promise<boolean> = () => false) {
  const stage = { answer, asked: 0, listeners: new Set<unknown>() }
  const store: RevocationStore = {
    isRevoked() {
      stage.asked += 1
      return stage.answer()
    },
    revoke: async () => {},
    subscribe(listener) {
      stage.listeners.add(listener)
      return () => void stage.listeners.delete(listener)
    },
  }
  return Object.assign(stage, { store })
}

describe('auth.signal', () => {
  it('fires at expiresAt and not before, with an AuthError as its reason', async () => {
    const auth = await createStage().verify()
    const { signal } = auth
    const fired = vi.fn()
    signal.addEventListener('abort', fired)
    await seconds(auth.expiresAt - Date.now() / 1000 - 1)
    expect([signal.aborted, fired.mock.calls.length]).toEqual([false, 0])
    await seconds(1)
    expect([signal.aborted, fired.mock.calls.length]).toEqual([true, 1])
    expect(signal.reason).toMatchObject({
      name: 'InvalidTokenError',
      reason: 'expired',
      status: 401,
    })
  })

  it('is one signal for each Auth, made when it is first read; before that there is no timer', async () => {
    const { issuer, verifier } = createStage(() => false)
    const token = issuer.mint()
    const [first, second] = [await verifier.verify(token), await verifier.verify(token)]
    const timers = vi.getTimerCount()
    await verifier.verify(token)
    expect(vi.getTimerCount()).toBe(timers)
    expect(first.signal).toBeInstanceOf(AbortSignal)
    expect(first.signal).toBe(first.signal)
    expect(first.signal).not.toBe(second.signal)
    expect(vi.getTimerCount()).toBeGreaterThan(timers)
  })

  it('is not enumerable, and no JSON shows it', async () => {
    const auth = await createStage().verify()
    expect(auth.signal.aborted).toBe(false)
    expect(Object.keys(auth)).not.toContain('signal')
    expect(JSON.stringify(auth)).not.toContain('signal')
  })

  it('has fired already where it is first read after expiresAt, while clockTolerance still lets the token pass', async () => {
    const { verify } = createStage()
    const auth = await verify({ exp: Date.now() / 1000 - 5 })
    expect(why(auth)).toBe('expired')
  })

  it("goes by the verifier's clock, also where that stands still, is set back or moves on by itself", async () => {
    const { issuer, verify } = createStage()
    issuer.clock.freeze()
    const auth = await verify()
    expect(why(auth)).toBeUndefined()
    await seconds(1_000)
    expect(why(auth)).toBeUndefined()
    issuer.clock.advance(-100)
    await seconds(1_000)
    expect(why(auth)).toBeUndefined()
    issuer.clock.advance(400)
    expect(why(auth)).toBe('expired')
  })

  it('a clock that gives no number ends it, as it ends every verification', async () => {
    let broken = false
    const { issuer } = createStage()
    const now = (): number => (broken ? Number.NaN : Date.now())
    const verifier = createVerifier(issuer.trust({ now }))
    const [early, late] = [
      await verifier.verify(issuer.mint()),
      await verifier.verify(issuer.mint()),
    ]
    expect(why(early)).toBeUndefined()
    broken = true
    expect([why(early), why(late)]).toEqual(['expired', 'expired'])
  })

  it('a clock that stands still just before expiresAt is not asked without end', async () => {
    const now = vi.fn(() => 1_800_000_000_000)
    const { issuer } = createStage()
    issuer.clock.freeze(now())
    const verifier = createVerifier(issuer.trust({ now }))
    const auth = await verifier.verify(issuer.mint({ exp: 1_800_000_000.0001 }))
    expect(why(auth)).toBeUndefined()
    const before = now.mock.calls.length
    await seconds(1)
    expect(now.mock.calls.length - before).toBeLessThan(150)
  })

  it('a token that lives longer than a timer can be set keeps its signal', async () => {
    const days = 24 * 3600
    const auth = await createStage().verify({ exp: Date.now() / 1000 + 60 * days })
    const set = vi.spyOn(globalThis, 'setTimeout')
    expect(why(auth)).toBeUndefined()
    await seconds(59 * days)
    expect(why(auth)).toBeUndefined()
    await seconds(days)
    expect(why(auth)).toBe('expired')
    expect(set.mock.calls.map(([, time]) => time).every((time) => (time ?? 0) <= 2 ** 31 - 1)).toBe(
      true,
    )
  })

  it('its timers keep no process alive', async () => {
    vi.useRealTimers()
    const set = [vi.spyOn(globalThis, 'setTimeout'), vi.spyOn(globalThis, 'setInterval')]
    const auth = await createStage(() => false).verify()
    expect(why(auth)).toBeUndefined()
    const timers = set.flatMap((spy) => spy.mock.results.map(({ value }) => value))
    expect(timers.length).toBeGreaterThanOrEqual(2)
    for (const timer of timers) {
      if (typeof timer === 'object') expect(timer.hasRef()).toBe(false)
      clearTimeout(timer)
    }
  })

  it('fires at once when the store of this process revokes the token, for every Auth of it, and for no other', async () => {
    const store = createMemoryStore()
    const { issuer, verifier, verify } = createStage(store)
    const token = issuer.mint({ sub: 'alice' })
    const auths = [await verifier.verify(token), await verifier.verify(token)]
    const other = await verify({ sub: 'bob' })
    expect([...auths, other].map(why)).toEqual([undefined, undefined, undefined])
    await store.revoke({ issuer: issuer.url, subject: 'alice', until: Date.now() / 1000 + 300 })
    expect([...auths, other].map(why)).toEqual(['revoked', 'revoked', undefined])
  })

  it('a revocation in this process asks about the tokens that it names alone', async () => {
    const { issuer, verify } = createStage()
    const memory = createMemoryStore()
    const isRevoked = vi.fn(memory.isRevoked)
    const verifier = createVerifier(issuer.trust({ revocation: { ...memory, isRevoked } }))
    const auth = await verifier.verify(issuer.mint({ sub: 'alice' }))
    expect(why(auth)).toBeUndefined()
    isRevoked.mockClear()
    const until = Date.now() / 1000 + 300
    await memory.revoke({ issuer: issuer.url, subject: 'bob', until })
    await memory.revoke({ issuer: 'https://other.test', subject: 'alice', until })
    expect(isRevoked).not.toHaveBeenCalled()
    await memory.revoke({ issuer: issuer.url, subject: 'alice', until })
    expect(isRevoked).toHaveBeenCalledTimes(1)
    expect((await verify()).signal.aborted).toBe(false)
  })

  it('fires where the token was revoked between verify() and the first reading', async () => {
    const store = createMemoryStore()
    const { issuer, verify } = createStage(store)
    const auth = await verify({ jti: 'a' })
    await store.revoke({ issuer: issuer.url, jti: 'a', until: auth.expiresAt })
    expect(why(auth)).toBe('revoked')
  })

  it('asks every 5 seconds, once for all Auths of a cached token, and fires when the answer is true', async () => {
    const stage = createStore(async () => false)
    const { issuer, verifier } = createStage(stage.store)
    const token = issuer.mint()
    // Of a new token, the first Auth is apart from those of the token cache.
    await verifier.verify(token)
    const auths = [await verifier.verify(token), await verifier.verify(token)]
    expect(auths.map(why)).toEqual([undefined, undefined])
    stage.asked = 0
    await seconds(60)
    expect(stage.asked).toBe(12)
    stage.answer = async () => true
    await seconds(5)
    expect(auths.map(why)).toEqual(['revoked', 'revoked'])
  })

  it('asks no more after it has fired, and ends its subscription', async () => {
    const stage = createStore()
    const { verify } = createStage(stage.store)
    const auth = await verify()
    expect(stage.listeners.size).toBe(0)
    expect(why(auth)).toBeUndefined()
    expect(stage.listeners.size).toBe(1)
    await seconds(400)
    expect(why(auth)).toBe('expired')
    const { asked } = stage
    await seconds(400)
    expect([stage.asked, stage.listeners.size, vi.getTimerCount()]).toEqual([asked, 0, 0])
  })

  it.each<[string, () => boolean | Promise<boolean>]>([
    ['rejects', () => Promise.reject(new Error('down'))],
    [
      'throws',
      () => {
        throw new Error('down')
      },
    ],
    ['never answers', () => new Promise(() => {})],
    ['gives neither true nor false', () => undefined as never],
  ])('a store that %s ends it after a minute, and not before', async (_, answer) => {
    const stage = createStore()
    const auth = await createStage(stage.store).verify()
    stage.answer = answer
    expect(why(auth)).toBeUndefined()
    await seconds(59)
    expect(why(auth)).toBeUndefined()
    await seconds(1)
    expect(why(auth)).toBe('revocation')
    expect(auth.signal.reason).toMatchObject({ status: 503 })
  })

  it('a store that fails now and then does not end it', async () => {
    let asked = 0
    const auth = await createStage(() => {
      asked += 1
      if (asked % 10 !== 0) return false
      throw new Error('down')
    }).verify({ exp: Date.now() / 1000 + 3600 })
    expect(why(auth)).toBeUndefined()
    await seconds(600)
    expect([why(auth), asked > 100]).toEqual([undefined, true])
  })

  it('a subscribe() that gives nothing to unsubscribe with is told, and leaves no listeners behind', async () => {
    const { store } = createStore()
    const auth = await createStage({ ...store, subscribe: (() => {}) as never }).verify()
    expect(() => auth.signal).toThrow(
      "tollgate: option 'revocation' has a member subscribe that gives no function: have it give one that unsubscribes, not undefined",
    )
  })

  it('without the option revocation, nothing is asked: there is one timer', async () => {
    const auth = await createStage().verify()
    const timers = vi.getTimerCount()
    expect(why(auth)).toBeUndefined()
    expect(vi.getTimerCount()).toBe(timers + 1)
  })

  it('does not ask the issuer of an opaque token, which counts until it expires', async () => {
    const issuer = createTestIssuer()
    const introspection = { clientId: 'api', clientSecret: 'a secret' }
    const options = issuer.trust({ issuer: { issuer: issuer.url, introspection } as never })
    const auth = await createVerifier(options).verify(issuer.opaque())
    expect(why(auth)).toBeUndefined()
    issuer.revoke(auth.token)
    await seconds(299)
    expect(why(auth)).toBeUndefined()
    expect(issuer.requests.count('introspection')).toBe(1)
    await seconds(1)
    expect(why(auth)).toBe('expired')
  })

  it('that of withAuth fires at exp, by the clock of the process', async () => {
    const request = withAuth(
      { auth: undefined as unknown as Auth },
      { exp: Date.now() / 1000 + 60 },
    )
    const { signal } = request.auth
    expect(signal).toBe(request.auth.signal)
    await seconds(59)
    expect(signal.aborted).toBe(false)
    await seconds(1)
    expect(signal.aborted).toBe(true)
  })
})

describe('auth.signal of a guarded request', () => {
  /** Requests of one token at a guard, each with a response that the test closes. */
  async function openGuard(options: object = {}) {
    const stage = createStore()
    const issuer = createTestIssuer()
    const { requireAuth, verifier } = createAuth(
      issuer.trust({ revocation: stage.store, ...options }),
    )
    const headers = { authorization: `Bearer ${issuer.mint()}` }
    const guard = requireAuth()
    async function open(closing: object = new EventEmitter()): Promise<Auth> {
      const auth = await guard({ headers }, closing as never)
      if (auth === false) throw new Error('refused')
      return auth
    }
    // Of a new token, the first Auth is apart from those of the token cache.
    await open()
    async function questionsIn(time: number): Promise<number> {
      const before = stage.asked
      await seconds(time)
      return stage.asked - before
    }
    return { stage, verifier, open, guard, headers, questionsIn }
  }

  it('asks as long as one response of the token is open, and again when there is another', async () => {
    const { open, questionsIn } = await openGuard()
    const responses = [new EventEmitter(), new EventEmitter(), new EventEmitter()]
    const auths = [await open(responses[0]), await open(responses[1])]
    expect(auths.map(why)).toEqual([undefined, undefined])
    expect(await questionsIn(20)).toBe(4)
    // Some frameworks emit it twice.
    responses[0]?.emit('close')
    responses[0]?.emit('close')
    expect(await questionsIn(20)).toBe(4)
    responses[1]?.emit('close')
    expect(await questionsIn(20)).toBe(0)
    const next = await open(responses[2])
    const before = vi.getTimerCount()
    expect(why(next)).toBeUndefined()
    expect([vi.getTimerCount() - before, await questionsIn(20)]).toEqual([1, 4])
    responses[2]?.emit('close')
    expect(await questionsIn(20)).toBe(0)
  })

  it('still fires after its response has closed, at expiresAt and when this process revokes the token', async () => {
    const store = createMemoryStore()
    const { open, stage } = await openGuard({ revocation: store })
    const [response, other] = [new EventEmitter(), new EventEmitter()]
    const auth = await open(response)
    expect(why(auth)).toBeUndefined()
    response.emit('close')
    await store.revoke({ issuer: auth.issuer, subject: auth.subject, until: auth.expiresAt })
    expect([why(auth), stage.asked]).toEqual(['revoked', 0])

    const { open: openOther } = await openGuard()
    const late = await openOther(other)
    expect(why(late)).toBeUndefined()
    other.emit('close')
    await seconds(late.expiresAt - Date.now() / 1000)
    expect([why(late), vi.getTimerCount()]).toEqual(['expired', 0])
  })

  it('after a pause, a store must again fail for a minute before it fires', async () => {
    const { open, stage } = await openGuard()
    const [first, second] = [new EventEmitter(), new EventEmitter()]
    expect(why(await open(first))).toBeUndefined()
    stage.answer = () => Promise.reject(new Error('down'))
    await seconds(55)
    first.emit('close')
    stage.answer = () => false
    const auth = await open(second)
    stage.answer = () => Promise.reject(new Error('down'))
    expect(why(auth)).toBeUndefined()
    await seconds(59)
    expect(why(auth)).toBeUndefined()
    await seconds(1)
    expect(why(auth)).toBe('revocation')
  })

  it.each<[string, object, number]>([
    ['is open', new EventEmitter(), 12],
    [
      'was aborted by the client',
      Object.assign(new EventEmitter(), { destroyed: true, writableEnded: false }),
      0,
    ],
    // A job that goes on after the answer, or a session that a request of long polling has begun.
    [
      'was ended before the first reading',
      Object.assign(new EventEmitter(), { destroyed: true, writableEnded: true }),
      12,
    ],
    ['tells nothing', {}, 12],
  ])('whose response %s is asked about as that says', async (_, response, expected) => {
    const { open, questionsIn } = await openGuard()
    const auth = await open(response)
    expect(why(auth)).toBeUndefined()
    expect(await questionsIn(60)).toBe(expected)
  })

  it('ends with the socket of requireAuth().upgrade', async () => {
    const { guard, headers, questionsIn } = await openGuard()
    const socket = Object.assign(new EventEmitter(), { end() {}, destroy() {} })
    const auth = await guard.upgrade({ headers }, socket)
    if (auth === false) throw new Error('refused')
    expect(why(auth)).toBeUndefined()
    expect(await questionsIn(20)).toBe(4)
    socket.emit('close')
    expect(await questionsIn(20)).toBe(0)
  })

  it('that of verify() belongs to no connection, also for the token of a request that is over', async () => {
    const { open, verifier, questionsIn } = await openGuard()
    const response = new EventEmitter()
    const auth = await open(response)
    expect(why(auth)).toBeUndefined()
    response.emit('close')
    expect(why(await verifier.verify(auth.token))).toBeUndefined()
    expect(await questionsIn(60)).toBe(12)
  })

  it.each<[string, Record<string, string>, number]>([
    ['ends where the signal of a fetch request aborts', {}, 0],
    ['goes on where that request becomes a WebSocket', { upgrade: 'websocket' }, 12],
  ])('%s', async (_, fields, expected) => {
    const stage = createStore()
    const issuer = createTestIssuer()
    const { requireAuth } = createFetchAuth(issuer.trust({ revocation: stage.store }))
    const client = new AbortController()
    const headers = { ...issuer.headers(), ...fields }
    // A Request leaves out headers that only a runtime may set.
    const request = { method: 'GET', url: 'https://api.test/', headers: new Headers(headers) }
    const auth = await requireAuth()({ ...request, signal: client.signal } as Request)
    if (auth instanceof Response) throw new Error('refused')
    expect(why(auth)).toBeUndefined()
    await seconds(20)
    client.abort()
    stage.asked = 0
    await seconds(60)
    expect([why(auth), stage.asked]).toEqual([undefined, expected])
  })
})
