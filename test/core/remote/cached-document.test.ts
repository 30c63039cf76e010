import { createVerifier } from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it, vi } from 'vitest'
import type { Loaded } from '../../../src/core/remote/attempts.ts'
import type { Available, CachedDocumentOptions } from '../../../src/core/remote/cached-document.ts'
import { createCachedDocument } from '../../../src/core/remote/cached-document.ts'
import { LoadError } from '../../../src/core/remote/load-error.ts'
import { atOnce, settled } from '../keys/stage.ts'

/**
 * When workerd ends a request, what the request has started may never settle, and its timers may
 * never fire. This promise stands for such work.
 */
const never = new Promise<never>(() => {})

/** A cached document whose `current` gives the value alone. */
function createDocumentOf(options: CachedDocumentOptions<string>) {
  const document = createCachedDocument<string>(options)
  const valueIn = ({ value }: Available<string>): string => value
  const current = (): string | Promise<string> => {
    const available = document.current()
    return available instanceof Promise ? available.then(valueIn) : valueIn(available)
  }
  return { ...document, current }
}

/** A cached document. The test itself ends each of its loads. */
function createDocument(timeout = 0.1, lostAfter = 0.1) {
  let now = 1_000_000
  const loads: ((value: string) => void)[] = []
  const loaded = vi.fn()
  const document = createDocumentOf({
    load: () =>
      new Promise<Loaded<string>>((resolve) => {
        loads.push((value) => resolve({ value, maxAge: undefined }))
      }),
    maxAge: 600,
    staleIfError: 86_400,
    timeout,
    lostAfter,
    now: () => now * 1000,
    onLoaded: loaded,
    onFailed: () => expect.fail('nothing has failed'),
  })
  return {
    document,
    loads,
    loaded,
    advance(seconds: number) {
      now += seconds
    },
    /** Loads a value, so that the document has one. */
    async load(value: string) {
      const first = document.current()
      loads.at(-1)?.(value)
      expect(await first).toBe(value)
    },
  }
}

describe('an attempt that never ends', () => {
  it('an attempt that never ends is shared by callers until its deadline, then a new one is started', async () => {
    const { document, loads, advance } = createDocument()
    await expect(document.current()).rejects.toThrow('timeout')
    await expect(document.current()).rejects.toThrow('timeout')
    expect(loads).toHaveLength(1)
    advance(0.4)
    const again = document.current()
    expect(loads).toHaveLength(2)
    loads[1]?.('new')
    expect(await again).toBe('new')
  })

  it('a caller that waits for an attempt that never ends gets the result of the next attempt', async () => {
    const { document, loads, advance } = createDocument(1)
    const waiting = document.current()
    advance(0.4)
    await vi.waitFor(() => expect(loads).toHaveLength(2))
    loads[1]?.('new')
    expect(await waiting).toBe('new')
  })

  it('an attempt that never ends does not count as a failure and delays no later attempt', async () => {
    const { document, advance } = createDocument()
    document.refresh()
    advance(1)
    expect(document.status()).toMatchObject({ attempt: undefined, lastError: undefined })
    expect(document.status().nextRefresh).toBeUndefined()
  })

  it('the result of an attempt that ends after its deadline does not replace a newer result', async () => {
    const { document, loads, loaded, advance, load } = createDocument()
    await load('first')
    advance(590)
    expect(document.current()).toBe('first')
    advance(5)
    const waited = document.current()
    loads[2]?.('third')
    expect(await waited).toBe('third')
    loads[1]?.('second')
    await settled()
    expect(document.current()).toBe('third')
    expect(loaded.mock.calls.map(([value]) => value)).toEqual(['first', 'third'])
  })

  it('after a background attempt that never ends, one request waits for a new one and the others do not', async () => {
    const { document, loads, advance, load } = createDocument()
    await load('old')
    advance(590)
    expect(document.current()).toBe('old')
    expect(document.current()).toBe('old')
    expect(loads).toHaveLength(2)
    advance(5)
    const waited = document.current()
    expect(waited).toBeInstanceOf(Promise)
    expect(document.current()).toBe('old')
    loads[2]?.('new')
    expect(await waited).toBe('new')
    expect(loads).toHaveLength(3)
  })

  it('a caller that waited past max age for an attempt that never ends gets the old value', async () => {
    const { document, loads, advance, load } = createDocument()
    await load('old')
    advance(590)
    document.current()
    advance(20)
    expect(await document.current()).toBe('old')
    expect(loads).toHaveLength(3)
  })

  it('an attempt that never ends is given up although the clock is set back', async () => {
    const { document, loads, advance } = createDocument()
    document.refresh()
    advance(-3600)
    document.refresh()
    advance(1)
    document.refresh()
    expect(loads).toHaveLength(2)
  })

  it('settle() waits for an attempt that never ends no longer than its deadline', async () => {
    const { document } = createDocument()
    expect(await atOnce(document.ensureLoaded())).toBeUndefined()
  })
})

describe('T12: an attempt that never ends, in an outage', () => {
  const refuse = () => Promise.reject(new LoadError('status 500'))
  const hang = () => never
  const give = (value: string) => async () => ({ value, maxAge: undefined })

  /** A cached document whose loads all behave as the test last said. */
  function createFailing(first: () => Promise<Loaded<string>>) {
    let now = 1_000_000
    const load = vi.fn(first)
    const document = createDocumentOf({
      load,
      maxAge: 600,
      staleIfError: 86_400,
      timeout: 0.1,
      lostAfter: 0.1,
      now: () => now * 1000,
      onLoaded() {},
      onFailed() {},
    })
    const advance = (seconds: number) => {
      now += seconds
    }
    return { document, load, advance }
  }

  it('attempts that never end in an outage become rarer, and after max age a request waits for one', async () => {
    const { document, load, advance } = createFailing(give('old'))
    await document.current()
    advance(601)
    load.mockImplementation(refuse)
    expect(await document.current()).toBe('old')
    load.mockClear().mockImplementation(hang)
    for (let second = 0; second < 599; second++) {
      expect(document.current()).toBe('old')
      advance(1)
    }
    // The waits grow from 1 to 60 seconds, as after failures: it is not one attempt a second.
    expect(load.mock.calls.length).toBeGreaterThan(8)
    expect(load.mock.calls.length).toBeLessThan(80)
    load.mockImplementation(give('new'))
    advance(61)
    expect(await document.current()).toBe('new')
  })

  it('when a fetch never ends, the wait before the next fetch begins at the deadline of the first, not at the next request', async () => {
    const { document, load, advance } = createFailing(refuse)
    await document.refresh()
    load.mockImplementation(hang)
    advance(1)
    document.refresh()
    expect(load).toHaveBeenCalledTimes(2)
    // The attempt reaches its deadline within a second. This is the second failure, after which the
    // wait is at most two seconds.
    advance(3)
    document.ensureLoaded()
    expect(load).toHaveBeenCalledTimes(3)
  })
})

describe('an issuer resolver that never ends', () => {
  it('an issuer resolver that never ends is called again after its deadline', async () => {
    const issuer = createTestIssuer()
    issuer.clock.freeze()
    const ask = vi.fn<() => Promise<{ issuer: string } | undefined>>(() => never)
    const { verify } = createVerifier({
      ...issuer.trust(),
      issuer: ask,
      keys: { timeout: 0.05 },
    })
    // The timers of a request that has ended never fire.
    vi.useFakeTimers()
    verify(issuer.mint()).catch(() => {})
    await vi.advanceTimersByTimeAsync(0)
    vi.useRealTimers()
    await expect(verify(issuer.mint())).rejects.toMatchObject({ status: 503, reason: 'resolver' })
    expect(ask).toHaveBeenCalledTimes(1)
    issuer.clock.advance(1)
    ask.mockResolvedValue({ issuer: issuer.url })
    expect(await verify(issuer.mint())).toMatchObject({ issuer: issuer.url })
    expect(ask).toHaveBeenCalledTimes(2)
  })
})
