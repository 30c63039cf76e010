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

describe('T17: a cached token', () => {
  it('a token is found in the token cache only by its exact text', async () => {
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

  it('a cached token gives the same deeply frozen Auth each time', async () => {
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

  it('auth.token of a cached token gives the token to code that reads it, but no log or copy of the Auth contains the token', async () => {
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

  it('a cached token is refused once it has expired', async () => {
    const { issuer, verifier } = createStage()
    const token = issuer.mint()
    await verifier.verify(token)
    issuer.clock.advance(309)
    await verifier.verify(token)
    issuer.clock.advance(1)
    await expect(verifier.verify(token)).rejects.toMatchObject({ reason: 'expired' })
  })

  it('a cached token is refused before its nbf when the clock is set back', async () => {
    const { issuer, verifier } = createStage()
    const token = issuer.mint({ nbf: Math.floor(issuer.now() / 1000) })
    await verifier.verify(token)
    issuer.clock.advance(-3600)
    await expect(verifier.verify(token)).rejects.toMatchObject({ reason: 'not-yet-valid' })
  })

  it('a token stays cached when a refresh of the keys publishes its key again', async () => {
    const { issuer, verifier, cachedFlags } = createStage()
    const token = issuer.mint({}, { expiresIn: 3600 })
    await verifier.verify(token)
    issuer.clock.advance(601)
    await verifier.verify(token)
    expect(issuer.requests.count('jwks')).toBe(2)
    expect(cachedFlags()).toEqual([false, true])
  })

  it('no token is cached with tokenCache: false', async () => {
    const { issuer, verifier, cachedFlags } = createStage(false)
    const token = issuer.mint()
    await verifier.verify(token)
    await verifier.verify(token)
    expect(cachedFlags()).toEqual([false, false])
  })

  it('a token cache keeps as many tokens as the option says, and drops the one used longest ago for one more', async () => {
    const { issuer, verifier, cachedFlags } = createStage(600)
    const tokens = Array.from({ length: 600 }, () => issuer.mint())
    for (const [i, token] of tokens.entries()) {
      await verifier.verify(token)
      // The cache makes room for more tokens after these numbers of them.
      if (i === 62 || i === 510) await verifier.verify(tokens[0] as string)
    }
    expect(cachedFlags().filter((cached) => cached)).toHaveLength(2)
    const isCached = async (token: string): Promise<boolean | undefined> => {
      await verifier.verify(token)
      return cachedFlags().at(-1)
    }
    await verifier.verify(issuer.mint())
    for (const token of [tokens[0], ...tokens.slice(2)]) {
      expect(await isCached(token as string)).toBe(true)
    }
    expect(await isCached(tokens[1] as string)).toBe(false)
  })

  it('a full token cache drops its oldest token for a new one', async () => {
    const { issuer, verifier, cachedFlags } = createStage(2)
    const tokens = issuer.mintMany(3)
    for (const token of [...tokens, tokens[0] as string]) await verifier.verify(token)
    expect(cachedFlags()).toEqual([false, false, false, false])
  })

  it('a token that one verifier has cached is checked again by another verifier', async () => {
    const { issuer, verifier } = createStage()
    const token = issuer.mint()
    await verifier.verify(token)
    const other = createVerifier(issuer.trust({ audience: 'https://other.test' }))
    await expect(other.verify(token)).rejects.toMatchObject({ reason: 'audience' })
  })

  it('a caller cannot change the Auth of a cached token for the next caller', async () => {
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
  | { readonly do: 'rotate' | 'reuse' | 'remove' | 'restore' | 'down' | 'up' | 'change-claims' }
  | { readonly do: 'pass'; readonly seconds: number }

const commands = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('present' as const), which: fc.nat(30) }) },
    fc.record({ do: fc.constant('mint' as const), exp: fc.constantFrom(30, 300, 3000, 1e6) }),
    fc.constantFrom<Command>(
      ...(['rotate', 'reuse', 'remove', 'restore', 'down', 'up', 'change-claims'] as const).map(
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

it('T17: for any history, a verifier with the token cache and one without it give the same verdict, reason and claims', async () => {
  // Both verifiers draw the same random jitter, so that they fetch at the same times.
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
          if (command.do === 'change-claims') {
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
      runs(30),
    )
  } finally {
    Math.random = random
  }
}, 300_000)
