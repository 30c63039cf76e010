import type { AuthEvent, VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { signingBy } from '../../keys.ts'

/** An issuer whose published RSA key has no `alg`, so that it fits RS256 and PS256. */
function createStage(options: Partial<VerifierOptions<{ sub: string }>> = {}) {
  const issuer = createTestIssuer(signingBy('RS256'))
  const { alg: _, ...jwk } = issuer.jwks.keys[0] as Record<string, unknown>
  const events: AuthEvent[] = []
  const verifier = createVerifier({
    audience: issuer.audience,
    issuer: { issuer: issuer.url, jwks: { keys: [jwk as never] } },
    now: issuer.now,
    onEvent: (event) => void events.push(event),
    ...options,
  })
  return {
    issuer,
    verify: verifier.verify,
    events,
    typed: (type: AuthEvent['type']) => events.filter((event) => event.type === type),
    rs256: (claims = {}) => issuer.mint(claims),
    ps256: (claims = {}) => issuer.mint(claims, { alg: 'PS256' }),
  }
}

describe('T2: a key that fits several algorithms', () => {
  it('a key without alg is bound to the algorithm of its first accepted token, with one event keys.pinned', async () => {
    const { issuer, verify, typed, ps256 } = createStage()
    await verify(ps256())
    await verify(ps256())
    expect(typed('keys.pinned')).toEqual([
      {
        type: 'keys.pinned',
        issuer: issuer.url,
        kid: issuer.keys.current.kid,
        algorithm: 'PS256',
      },
    ])
  })

  it('a key that states its alg causes no event keys.pinned', async () => {
    const issuer = createTestIssuer(signingBy('RS256'))
    const events: string[] = []
    const onEvent = ({ type }: AuthEvent): void => void events.push(type)
    await createVerifier(issuer.trust({ onEvent })).verify(issuer.mint())
    expect(events).not.toContain('keys.pinned')
  })

  it('a token that the claims schema refuses does not bind its key to an algorithm', async () => {
    const claims = z.object({ sub: z.literal('alice') })
    const { verify, typed, rs256, ps256 } = createStage({ claims })
    await expect(verify(ps256({ sub: 'bob' }))).rejects.toMatchObject({ reason: 'claims' })
    expect(typed('keys.pinned')).toEqual([])
    expect(await verify(rs256({ sub: 'alice' }))).toMatchObject({ subject: 'alice' })
    expect(typed('keys.pinned')).toHaveLength(1)
  })

  it('of two tokens with different algorithms that come at once, only the first binds the key', async () => {
    const { verify, typed, rs256, ps256 } = createStage()
    const outcomes = await Promise.allSettled([verify(rs256()), verify(ps256())])
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(typed('keys.pinned')).toHaveLength(1)
  })

  it('the hint of a token that its key is not bound to names the algorithm of the key', async () => {
    const { verify, typed, rs256, ps256 } = createStage()
    await verify(ps256())
    await expect(verify(rs256())).rejects.toMatchObject({ reason: 'unknown-key' })
    expect(typed('token.refused')).toMatchObject([
      { reason: 'unknown-key', hint: expect.stringContaining('used with PS256 alone') },
    ])
  })

  it('a token with an unknown kid has no hint about the algorithm of a key', async () => {
    const { issuer, verify, typed, ps256 } = createStage()
    await verify(ps256())
    await expect(verify(issuer.bad.unknownKid())).rejects.toMatchObject({ reason: 'unknown-key' })
    expect(typed('token.refused')).toMatchObject([{ reason: 'unknown-key' }])
    expect(typed('token.refused')[0]).toHaveProperty('hint', expect.not.stringContaining('alone'))
  })
})
