import { createTestIssuer } from 'tollgate/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'

function issuerAt() {
  const base = { time: 1000 }
  return { base, issuer: createTestIssuer({ now: () => base.time }) }
}

afterEach(() => {
  vi.useRealTimers()
})

describe('the clock of a test issuer', () => {
  test('the clock of an issuer follows its base', () => {
    const { base, issuer } = issuerAt()
    base.time = 5000
    expect([issuer.now(), issuer.clock.now()]).toEqual([5000, 5000])
  })

  test('advance moves the clock by seconds, and the clock keeps ticking', () => {
    const { base, issuer } = issuerAt()
    issuer.clock.advance(2.5)
    base.time += 1
    expect(issuer.now()).toBe(3501)
    issuer.clock.advance(-1)
    expect(issuer.now()).toBe(2501)
  })

  test('set takes milliseconds or a Date, and the clock keeps ticking', () => {
    const { base, issuer } = issuerAt()
    issuer.clock.set(90_000)
    base.time += 10
    expect(issuer.now()).toBe(90_010)
    issuer.clock.set(new Date(7))
    expect(issuer.now()).toBe(7)
  })

  test('a frozen clock stands still, and can still be advanced and set', () => {
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

  test('reset puts the clock back to its base', () => {
    const { issuer } = issuerAt()
    issuer.clock.advance(5)
    issuer.clock.freeze()
    issuer.clock.reset()
    expect(issuer.now()).toBe(1000)
  })

  test('the clock reads Date.now at every call, so that fake timers move it', () => {
    const issuer = createTestIssuer()
    vi.useFakeTimers({ now: 123_000 })
    expect(issuer.now()).toBe(123_000)
    vi.advanceTimersByTime(1000)
    expect(issuer.now()).toBe(124_000)
  })

  test('tokens are dated by the clock of the issuer', () => {
    const { issuer } = issuerAt()
    issuer.clock.set(50_000)
    const [, payload] = issuer.mint().split('.')
    expect(JSON.parse(Buffer.from(payload as string, 'base64url').toString()).iat).toBe(50)
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY, '6m' as never, new Date('x') as never])(
    'set, advance and freeze throw a TypeError for %s',
    (value) => {
      const { clock } = createTestIssuer()
      expect(() => clock.set(value)).toThrow(TypeError)
      expect(() => clock.advance(value)).toThrow(TypeError)
      expect(() => clock.freeze(value)).toThrow(TypeError)
    },
  )
})
