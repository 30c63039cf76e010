import { createTestIssuer } from 'tollgate/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'

function issuerAt() {
  const base = { time: 1000 }
  return { base, issuer: createTestIssuer({ now: () => base.time }) }
}

afterEach(() => {
  vi.useRealTimers()
})

describe('the clock', () => {
  test('follows its base', () => {
    const { base, issuer } = issuerAt()
    base.time = 5000
    expect([issuer.now(), issuer.clock.now()]).toEqual([5000, 5000])
  })

  test('advances by seconds and keeps ticking', () => {
    const { base, issuer } = issuerAt()
    issuer.clock.advance(2.5)
    base.time += 1
    expect(issuer.now()).toBe(3501)
    issuer.clock.advance(-1)
    expect(issuer.now()).toBe(2501)
  })

  test('is set in milliseconds or by a Date and keeps ticking', () => {
    const { base, issuer } = issuerAt()
    issuer.clock.set(90_000)
    base.time += 10
    expect(issuer.now()).toBe(90_010)
    issuer.clock.set(new Date(7))
    expect(issuer.now()).toBe(7)
  })

  test('stands still once frozen, and still moves when told', () => {
    const { base, issuer } = issuerAt()
    issuer.clock.freeze()
    base.time += 500
    expect(issuer.now()).toBe(1000)
    issuer.clock.freeze(new Date(2000))
    issuer.clock.advance(1)
    expect(issuer.now()).toBe(3000)
    issuer.clock.set(4000)
    base.time += 500
    expect(issuer.now()).toBe(4000)
  })

  test('goes back to its base', () => {
    const { issuer } = issuerAt()
    issuer.clock.advance(5)
    issuer.clock.freeze()
    issuer.clock.reset()
    expect(issuer.now()).toBe(1000)
  })

  test('reads Date.now at every call, so that fake timers move it', () => {
    const issuer = createTestIssuer()
    vi.useFakeTimers({ now: 123_000 })
    expect(issuer.now()).toBe(123_000)
    vi.advanceTimersByTime(1000)
    expect(issuer.now()).toBe(124_000)
  })

  test('dates the tokens', () => {
    const { issuer } = issuerAt()
    issuer.clock.set(50_000)
    const [, payload] = issuer.mint().split('.')
    expect(JSON.parse(Buffer.from(payload as string, 'base64url').toString()).iat).toBe(50)
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY, '6m' as never, new Date('x') as never])(
    'refuses %s',
    (value) => {
      const { clock } = createTestIssuer()
      expect(() => clock.set(value)).toThrow(TypeError)
      expect(() => clock.advance(value)).toThrow(TypeError)
      expect(() => clock.freeze(value)).toThrow(TypeError)
    },
  )
})
