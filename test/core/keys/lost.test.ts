import { createVerifier } from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it, vi } from 'vitest'
import type { Loaded } from '../../../src/core/remote/attempts.ts'
import type { Available, CachedDocumentOptions } from '../../../src/core/remote/cached-document.ts'
import { createCachedDocument } from '../../../src/core/remote/cached-document.ts'
import { LoadError } from '../../../src/core/remote/load-error.ts'
import { atOnce, settled } from './stage.ts'

/** A runtime that ends a request may leave what it started forever unsettled, timers and all: workerd does. */
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

/** A document whose every load is answered by hand. */
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
    /** Loads the value at hand. */
    async have(value: string) {
      const first = document.current()
      loads.at(-1)?.(value)
      expect(await first).toBe(value)
    },
  }
}

describe('an attempt that never ends', () => {
  it('is shared until its time is over, then started anew', async () => {
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

  it('is left by whoever waits for it, once its time is over', async () => {
    const { document, loads, advance } = createDocument(1)
    const waiting = document.current()
    advance(0.4)
    await vi.waitFor(() => expect(loads).toHaveLength(2))
    loads[1]?.('new')
    expect(await waiting).toBe('new')
  })

  it('is no failure: nothing is held back', async () => {
    const { document, advance } = createDocument()
    document.refresh()
    advance(1)
    expect(document.status()).toMatchObject({ attempt: undefined, lastError: undefined })
    expect(document.status().nextRefresh).toBeUndefined()
  })

  it('gives way: what it brings in the end is not used', async () => {
    const { document, loads, loaded, advance, have } = createDocument()
    await have('first')
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

  it('in the background: the next request waits for its own, and the others go on', async () => {
    const { document, loads, advance, have } = createDocument()
    await have('old')
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

  it('past max age: the value at hand serves whoever has waited in vain', async () => {
    const { document, loads, advance, have } = createDocument()
    await have('old')
    advance(590)
    document.current()
    advance(20)
    expect(await document.current()).toBe('old')
    expect(loads).toHaveLength(3)
  })

  it('does not outlive a clock that is set back', async () => {
    const { document, loads, advance } = createDocument()
    document.refresh()
    advance(-3600)
    document.refresh()
    advance(1)
    document.refresh()
    expect(loads).toHaveLength(2)
  })

  it('holds up settle no longer than its time', async () => {
    const { document } = createDocument()
    expect(await atOnce(document.ensureLoaded())).toBeUndefined()
  })
})

describe('an attempt that never ends, in an outage', () => {
  const refuse = () => Promise.reject(new LoadError('status 500'))
  const hang = () => never
  const give = (value: string) => async () => ({ value, maxAge: undefined })

  /** A document whose loads all go as last said. */
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

  it('holds further ones back as a failure does, and one is waited for after a max age', async () => {
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
    // 1 → 60 seconds, as after failures: not one a second.
    expect(load.mock.calls.length).toBeGreaterThan(8)
    expect(load.mock.calls.length).toBeLessThan(80)
    load.mockImplementation(give('new'))
    advance(61)
    expect(await document.current()).toBe('new')
  })

  it('holds them back from when it got lost, not from when a request found out', async () => {
    const { document, load, advance } = createFailing(refuse)
    await document.refresh()
    load.mockImplementation(hang)
    advance(1)
    document.refresh()
    expect(load).toHaveBeenCalledTimes(2)
    // Lost within a second; then at most two, as after a second failure.
    advance(3)
    document.ensureLoaded()
    expect(load).toHaveBeenCalledTimes(3)
  })
})

describe('a resolver that is never done', () => {
  it('is asked again once its time is over', async () => {
    const issuer = createTestIssuer()
    issuer.clock.freeze()
    const ask = vi.fn<() => Promise<{ issuer: string } | undefined>>(() => never)
    const { verify } = createVerifier({
      ...issuer.trust(),
      issuer: ask,
      keys: { timeout: 0.05 },
    })
    // The timers of an ended request never fire.
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
