import fc from 'fast-check'
import type { Auth, Revocation } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createMemoryStore } from 'tollgate/revocation'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { runs } from '../runs.ts'

const issuer = createTestIssuer()
const start = 1_800_000_000
issuer.clock.freeze(start * 1000)
const verifier = createVerifier(issuer.trust({ profile: 'jwt' }))
const authOf = (claims: object): Promise<Auth> => verifier.verify(issuer.mint({ ...claims }))
const until = start + 300

function createStage(max?: number) {
  const clock = { now: start * 1000 }
  const store = createMemoryStore({ now: () => clock.now, ...(max !== undefined && { max }) })
  const pass = (seconds: number): void => {
    clock.now += seconds * 1000
  }
  const revoke = (what: Partial<Revocation>): Promise<void> =>
    store.revoke({ issuer: issuer.url, until, ...what })
  return { store, pass, revoke }
}

describe('createMemoryStore', () => {
  it.each([
    ['jti', { jti: 'a' }, { jti: 'a' }, { jti: 'b' }],
    ['subject', { subject: 'a' }, { sub: 'a' }, { sub: 'b' }],
    ['session', { session: 'a' }, { sid: 'a' }, { sid: 'b' }],
    ['client', { client: 'a' }, { client_id: 'a' }, { client_id: 'b' }],
  ])('revokes by %s, of this issuer alone', async (_, what, concerned, other) => {
    const { store, revoke } = createStage()
    await store.revoke({ issuer: 'https://other.test', until, ...what })
    expect(store.isRevoked(await authOf(concerned))).toBe(false)
    await revoke(what)
    expect(store.isRevoked(await authOf(concerned))).toBe(true)
    expect(store.isRevoked(await authOf(other))).toBe(false)
  })

  it('a token that lacks what a revocation names is not revoked by it', async () => {
    const { store, revoke } = createStage()
    for (const kind of ['jti', 'session', 'client'] as const) await revoke({ [kind]: 'undefined' })
    const auth = await authOf({ jti: undefined, sid: undefined, client_id: undefined })
    expect(store.isRevoked(auth)).toBe(false)
  })

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['an object without an issuer', { subject: 'alice', claims: {} }],
    ['a token', 'a.b.c'],
  ])('isRevoked throws a TypeError for %s, which is no Auth', (_, auth) => {
    const { store } = createStage()
    expect(() => store.isRevoked(auth as never)).toThrow(/isRevoked must be given an Auth, not/)
  })

  it('what is not a string does not count as jti or sid', async () => {
    const { store, revoke } = createStage()
    await revoke({ jti: '7' })
    await revoke({ session: '7' })
    expect(store.isRevoked(await authOf({ sid: 7 }))).toBe(false)
  })

  it('issued before: iat at that second counts, a second later does not, and a token without iat does', async () => {
    const { store, revoke } = createStage()
    await revoke({ subject: 'alice', before: start - 20 })
    const by = async (iat: number | undefined) =>
      store.isRevoked(await authOf({ sub: 'alice', iat }))
    expect(await by(start - 21)).toBe(true)
    expect(await by(start - 20)).toBe(true)
    expect(await by(start - 19.5)).toBe(false)
    expect(await by(start - 19)).toBe(false)
    expect(await by(undefined)).toBe(true)
  })

  it('without before, tokens that were issued until now are revoked', async () => {
    const { store, pass, revoke } = createStage()
    pass(0.5)
    await revoke({ subject: 'alice' })
    expect(store.isRevoked(await authOf({ sub: 'alice', iat: start + 0.4 }))).toBe(true)
    expect(store.isRevoked(await authOf({ sub: 'alice', iat: start + 0.6 }))).toBe(false)
  })

  it('a clock that gives no number makes revoke() reject, and weakens no earlier revocation', async () => {
    let now = start * 1000
    const store = createMemoryStore({ now: () => now })
    const revoked = { issuer: issuer.url, subject: 'alice', until }
    await store.revoke(revoked)
    now = Number.NaN
    await expect(store.revoke(revoked)).rejects.toThrow(
      "tollgate: option 'now', in seconds, must be a number from 0 to 253402300799, not NaN",
    )
    expect(store.isRevoked(await authOf({ sub: 'alice' }))).toBe(true)
  })

  it('a jti is revoked whenever the token was issued', async () => {
    const { store, revoke } = createStage()
    await revoke({ jti: 'a' })
    for (const iat of [undefined, 0, start + 10]) {
      expect(store.isRevoked(await authOf({ jti: 'a', iat }))).toBe(true)
    }
  })

  it('a later revocation with an earlier before or until weakens nothing', async () => {
    const { store, pass, revoke } = createStage()
    await revoke({ subject: 'alice', before: start, until: start + 100 })
    await revoke({ subject: 'alice', before: start - 100, until: start + 10 })
    pass(99)
    expect(store.isRevoked(await authOf({ sub: 'alice' }))).toBe(true)
  })

  it('it ends at until, but not for tokens that expire by then, which clockTolerance lets pass', async () => {
    const { store, pass, revoke } = createStage()
    await revoke({ subject: 'alice' })
    const short = await authOf({ sub: 'alice', exp: until })
    const long = await authOf({ sub: 'alice', exp: until + 1 })
    pass(299)
    expect([store.isRevoked(short), store.isRevoked(long)]).toEqual([true, true])
    pass(1)
    expect([store.isRevoked(short), store.isRevoked(long)]).toEqual([true, false])
    pass(300)
    await revoke({ subject: 'bob', until: start + 1_000 })
    expect(store.isRevoked(short)).toBe(true)
  })

  it('when it is full it revokes nothing more, and forgets nothing', async () => {
    const { store, revoke } = createStage(2)
    await revoke({ jti: 'a' })
    await revoke({ jti: 'b' })
    await expect(revoke({ jti: 'c' })).rejects.toMatchObject({ code: 'REVOCATION_STORE_FULL' })
    const revoked = async (jti: string) => store.isRevoked(await authOf({ jti }))
    expect([await revoked('a'), await revoked('b'), await revoked('c')]).toEqual([
      true,
      true,
      false,
    ])
    // The same once more needs no room.
    await revoke({ jti: 'a', until: until + 100 })
  })

  it('makes room for new revocations only by those whose until has passed', async () => {
    const { store, pass, revoke } = createStage(2)
    await revoke({ jti: 'a' })
    await revoke({ jti: 'b', until: until + 100 })
    pass(299)
    await expect(revoke({ jti: 'c' })).rejects.toThrow(/keeps 2 revocations/)
    pass(1)
    await revoke({ jti: 'c', until: until + 200 })
    expect(store.isRevoked(await authOf({ jti: 'b', exp: until + 100 }))).toBe(true)
    expect(store.isRevoked(await authOf({ jti: 'c' }))).toBe(true)
  })

  it('what has ended takes no room', async () => {
    const { pass, revoke, store } = createStage(5_000)
    for (let i = 0; i < 4_000; i++) await revoke({ jti: `old ${i}` })
    pass(601)
    const later = { until: start + 10_000 }
    for (let i = 0; i < 5_000; i++) await revoke({ jti: `new ${i}`, ...later })
    expect(store.isRevoked(await authOf({ jti: 'new 7' }))).toBe(true)
  })

  it('what one revocation names never revokes another pair of issuer and value', async () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 })
    const pair = fc.record({ issuer: text, value: text, kind: fc.constantFrom('jti', 'subject') })
    const same = (a: object, b: object) => JSON.stringify(a) === JSON.stringify(b)
    await fc.assert(
      fc.asyncProperty(pair, pair, async (one, other) => {
        const { store } = createStage()
        await store.revoke({ issuer: one.issuer, [one.kind]: one.value, until })
        const auth = {
          issuer: other.issuer,
          subject: other.kind === 'subject' ? other.value : 'nobody',
          claims: other.kind === 'jti' ? { jti: other.value } : {},
          expiresAt: until,
        } as unknown as Auth
        if (other.kind === 'jti' && one.kind === 'subject' && one.value === 'nobody') return
        expect(store.isRevoked(auth)).toBe(same(one, other))
      }),
      runs(200),
    )
  })

  it('tells each subscriber what was revoked, until it has ended its subscription', async () => {
    const { store, revoke } = createStage(2)
    const told: Revocation[] = []
    store.subscribe?.(() => {
      throw new Error('a listener that fails')
    })
    const end = store.subscribe?.((what) => told.push(what))
    await revoke({ subject: 'alice', before: start })
    await revoke({ jti: 'a' })
    await expect(revoke({ jti: 'b' })).rejects.toThrow()
    end?.()
    await revoke({ jti: 'a' })
    expect(told).toEqual([
      { issuer: issuer.url, subject: 'alice', before: start, until },
      { issuer: issuer.url, jti: 'a', until },
    ])
  })

  it.each([
    ['nothing', undefined, /what/],
    ['no issuer', { jti: 'a', until }, /'issuer'/],
    ['nothing that is revoked', { issuer: 'x', until }, /jti, subject, session, client/],
    ['a jti that is undefined', { issuer: 'x', jti: undefined, until }, /'jti'.*undefined/],
    ['an empty subject', { issuer: 'x', subject: '', until }, /'subject'/],
    ['two at once', { issuer: 'x', jti: 'a', subject: 'b', until }, /not jti and subject/],
    ['before beside jti', { issuer: 'x', jti: 'a', before: 1, until }, /'before'/],
    [
      'before in milliseconds',
      { issuer: 'x', subject: 'a', before: Date.now(), until },
      /'before'/,
    ],
    ['before without end', { issuer: 'x', subject: 'a', before: Infinity, until }, /'before'/],
    ['no until', { issuer: 'x', jti: 'a' }, /'until'/],
    ['until in milliseconds', { issuer: 'x', jti: 'a', until: Date.now() }, /'until'/],
    ['until that is no number', { issuer: 'x', jti: 'a', until: Number.NaN }, /'until'/],
    ['a member that is unknown', { issuer: 'x', sub: 'a', until }, /'sub'/],
  ])('refuses to revoke %s', async (_, what, message) => {
    const refused = createStage().store.revoke(what as never)
    await expect(refused).rejects.toThrow(TypeError)
    await expect(refused).rejects.toThrow(message)
  })

  it.each([
    [{ max: 0 }, /'max'/],
    [{ max: 1.5 }, /'max'/],
    [{ size: 5 }, /'size'/],
    [{ now: 5 }, /'now'/],
  ])('refuses the options %o', (options, message) => {
    expect(() => createMemoryStore(options as never)).toThrow(message)
  })
})
