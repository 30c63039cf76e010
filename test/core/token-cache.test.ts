import { inspect } from 'node:util'
import fc from 'fast-check'
import type { Auth, AuthError, AuthEvent, Verifier } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createTestIssuer, faults } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { runs } from '../runs.ts'

function createStage(tokenCache: number | false = 100) {
  const issuer = createTestIssuer()
  issuer.clock.freeze()
  const events: AuthEvent[] = []
  const onEvent = (event: AuthEvent): void => void events.push(event)
  const verifier = createVerifier(issuer.trust({ tokenCache, onEvent }))
  const cachedFlags = (): boolean[] =>
    events.flatMap((event) => (event.type === 'token.accepted' ? [event.cached] : []))
  return { issuer, verifier, cachedFlags }
}

const verdict = (verifier: Verifier, token: string): Promise<string> =>
  verifier.verify(token).then(
    (auth: Auth) => JSON.stringify(auth),
    (error: AuthError) => `${error.status} ${error.reason}`,
  )

describe('a cached token', () => {
  it('is cached, by every spelling of nothing but itself', async () => {
    const { issuer, verifier, cachedFlags } = createStage()
    const token = issuer.mint()
    const [first, second] = [await verifier.verify(token), await verifier.verify(token)]
    expect(second).toEqual(first)
    expect(second.token).toBe(token)
    expect(cachedFlags()).toEqual([false, true])
    await expect(verifier.verify(issuer.bad.tampered())).rejects.toMatchObject({
      reason: 'signature',
    })
  })

  it('gives the same each time, all of it frozen', async () => {
    const { issuer, verifier } = createStage()
    const token = issuer.mint({ scope: 'a b', roles: ['x', { y: ['z'] }], address: { city: 'c' } })
    const first = await verifier.verify(token)
    for (let time = 0; time < 3; time++) {
      const again = await verifier.verify(token)
      expect(again).toStrictEqual(first)
      expect(JSON.stringify(again)).toBe(JSON.stringify(first))
      const { roles, address } = again.claims as {
        roles: [string, { y: string[] }]
        address: object
      }
      for (const part of [
        again,
        again.scopes,
        again.claims,
        roles,
        roles[1],
        roles[1].y,
        address,
      ]) {
        expect(Object.isFrozen(part)).toBe(true)
      }
    }
  })

  it('shows its token to whoever asks for it, and in no log', async () => {
    const { issuer, verifier } = createStage()
    const token = issuer.mint()
    for (let time = 0; time < 2; time++) {
      const auth = await verifier.verify(token)
      expect(auth.token).toBe(token)
      expect(Object.keys(auth)).not.toContain('token')
      const seen = [JSON.stringify(auth), inspect(auth, { getters: true, depth: null })]
      seen.push(
        JSON.stringify({ ...auth }),
        inspect({ ...auth }),
        JSON.stringify(structuredClone(auth)),
      )
      for (const text of seen) expect(text).not.toContain(token.split('.')[2])
      expect(() => Object.assign(auth, { token: 'x' })).toThrow(TypeError)
    }
  })

  it('expires all the same', async () => {
    const { issuer, verifier } = createStage()
    const token = issuer.mint()
    await verifier.verify(token)
    issuer.clock.advance(309)
    await verifier.verify(token)
    issuer.clock.advance(1)
    await expect(verifier.verify(token)).rejects.toMatchObject({ reason: 'expired' })
  })

  it('is not valid before its time when the clock is set back', async () => {
    const { issuer, verifier } = createStage()
    const token = issuer.mint({ nbf: Math.floor(issuer.now() / 1000) })
    await verifier.verify(token)
    issuer.clock.advance(-3600)
    await expect(verifier.verify(token)).rejects.toMatchObject({ reason: 'not-yet-valid' })
  })

  it('stays cached when its key is published again by a refresh', async () => {
    const { issuer, verifier, cachedFlags } = createStage()
    const token = issuer.mint({}, { expiresIn: 3600 })
    await verifier.verify(token)
    issuer.clock.advance(601)
    await verifier.verify(token)
    expect(issuer.requests.count('jwks')).toBe(2)
    expect(cachedFlags()).toEqual([false, true])
  })

  it('is forgotten with tokenCache: false', async () => {
    const { issuer, verifier, cachedFlags } = createStage(false)
    const token = issuer.mint()
    await verifier.verify(token)
    await verifier.verify(token)
    expect(cachedFlags()).toEqual([false, false])
  })

  it('makes room for others', async () => {
    const { issuer, verifier, cachedFlags } = createStage(2)
    const tokens = issuer.mintMany(3)
    for (const token of [...tokens, tokens[0] as string]) await verifier.verify(token)
    expect(cachedFlags()).toEqual([false, false, false, false])
  })

  it('is cached by one verifier alone', async () => {
    const { issuer, verifier } = createStage()
    const token = issuer.mint()
    await verifier.verify(token)
    const other = createVerifier(issuer.trust({ audience: 'https://other.test' }))
    await expect(other.verify(token)).rejects.toMatchObject({ reason: 'audience' })
  })

  it('hands nobody what another could have changed', async () => {
    const { issuer, verifier } = createStage()
    const token = issuer.mint({ roles: ['reader'], deep: { list: [{}] } })
    const auth = await verifier.verify(token)
    const claims = auth.claims as unknown as {
      roles: string[]
      deep: { list: object[] }
      sub: string
    }
    expect(() => claims.roles.push('admin')).toThrow(TypeError)
    expect(() => claims.deep.list.pop()).toThrow(TypeError)
    expect(() => Object.assign(claims, { sub: 'root' })).toThrow(TypeError)
    expect(() => (auth.scopes as string[]).push('admin')).toThrow(TypeError)
    expect(() => Object.assign(auth, { subject: 'root' })).toThrow(TypeError)
    expect(await verifier.verify(token)).toEqual(auth)
  })
})

type Command =
  | { readonly do: 'present'; readonly which: number }
  | { readonly do: 'mint'; readonly exp: number }
  | { readonly do: 'rotate' | 'reuse' | 'remove' | 'restore' | 'down' | 'up' | 'meddle' }
  | { readonly do: 'pass'; readonly seconds: number }

const commands = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('present' as const), which: fc.nat(30) }) },
    fc.record({ do: fc.constant('mint' as const), exp: fc.constantFrom(30, 300, 3000, 1e6) }),
    fc.constantFrom<Command>(
      ...(['rotate', 'reuse', 'remove', 'restore', 'down', 'up', 'meddle'] as const).map(
        (name) => ({ do: name }),
      ),
    ),
    fc.record({
      do: fc.constant('pass' as const),
      seconds: fc.constantFrom(-100, 1, 31, 300, 601, 3601, 90_000),
    }),
  ),
  { minLength: 10, maxLength: 60 },
)

it('a verifier with the token cache and one without it never differ in verdict, reason or claims, whatever the history', async () => {
  // Both draw the same jitter, so that their fetches fall together.
  const random = Math.random
  Math.random = () => 0.5
  try {
    await fc.assert(
      fc.asyncProperty(commands, async (history) => {
        const issuer = createTestIssuer()
        issuer.clock.freeze()
        const [on, off] = [
          createVerifier(issuer.trust()),
          createVerifier(issuer.trust({ tokenCache: false })),
        ]
        const tokens = [issuer.mint()]
        const removed: string[] = []
        let outage: Disposable | undefined
        for (const command of history as Command[]) {
          if (command.do === 'pass') issuer.clock.advance(command.seconds)
          if (command.do === 'mint') tokens.push(issuer.mint({}, { expiresIn: command.exp }))
          if (command.do === 'rotate') issuer.keys.rotate()
          if (command.do === 'reuse') issuer.keys.rotate({ kid: 'reuse', overlap: false })
          if (command.do === 'remove') {
            const oldest = issuer.keys.all.find(({ published }) => published)
            if (oldest !== undefined && oldest !== issuer.keys.current) {
              issuer.keys.retire(oldest.kid)
              removed.push(oldest.kid)
            }
          }
          if (command.do === 'restore' && removed.length > 0)
            issuer.keys.publish(removed.pop() as string)
          if (command.do === 'down') outage ??= issuer.fail('*', faults.refuse())
          if (command.do === 'up') {
            outage?.[Symbol.dispose]()
            outage = undefined
          }
          if (command.do === 'meddle') {
            const auth = await on.verify(tokens[0] as string).catch(() => undefined)
            await off.verify(tokens[0] as string).catch(() => undefined)
            expect(() =>
              Object.assign(auth?.claims ?? Object.freeze({ sub: '' }), { sub: 'root' }),
            ).toThrow(TypeError)
          }
          if (command.do === 'present') {
            const token = tokens[command.which % tokens.length] as string
            expect(await verdict(on, token)).toBe(await verdict(off, token))
          }
          await new Promise((resolve) => setImmediate(resolve))
          await new Promise((resolve) => setImmediate(resolve))
        }
      }),
      runs(150),
    )
  } finally {
    Math.random = random
  }
}, 300_000)
