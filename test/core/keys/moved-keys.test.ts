import type { VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { verdictOf } from '../verdict.ts'
import { settled } from './stage.ts'

const hour = 3600

/**
 * An issuer that can move its keys: from then on its metadata names another `jwks_uri`, while the
 * old one goes on to answer 200 with the keys of that moment.
 */
function createMovingStage(options: Partial<VerifierOptions> = {}) {
  const issuer = createTestIssuer({ expiresIn: 90 * 86_400 })
  issuer.clock.freeze()
  const asked: string[] = []
  let abandoned: object | undefined
  let metadataHeaders: Readonly<Record<string, string>> = {}
  let metadataIsDown = false
  const fetch = (async (url: string, init: RequestInit) => {
    const { pathname } = new URL(url)
    asked.push(pathname)
    if (pathname === '/new-jwks') return Response.json(issuer.jwks)
    if (pathname === '/jwks' && abandoned) return Response.json(abandoned)
    if (!pathname.startsWith('/.well-known')) return issuer.fetch(url, init)
    if (metadataIsDown) throw new TypeError('fetch failed')
    const place = abandoned ? 'new-jwks' : 'jwks'
    const document = { ...issuer.metadata, jwks_uri: `${issuer.url}/${place}` }
    return Response.json(document, { headers: metadataHeaders })
  }) as typeof globalThis.fetch
  const verifier = createVerifier({ ...issuer.trust(), fetch, ...options })
  return {
    issuer,
    outcome: (token = issuer.mint()): Promise<string> => verdictOf(verifier.verify(token)),
    count: (pathname: string) => asked.filter((one) => one.endsWith(pathname)).length,
    clear: () => void asked.splice(0),
    moveKeys() {
      abandoned = structuredClone(issuer.jwks)
    },
    breakMetadata() {
      metadataIsDown = true
    },
    answerMetadataWith(headers: Readonly<Record<string, string>>) {
      metadataHeaders = headers
    },
  }
}

const metadata = '/openid-configuration'

describe('an issuer that moves its keys while the old place goes on to serve the old ones', () => {
  it('a token of a key that only the new place serves is accepted within two cooldowns', async () => {
    const { issuer, outcome, count, clear, moveKeys } = createMovingStage()
    await outcome()
    moveKeys()
    issuer.keys.rotate()
    clear()
    const token = issuer.mint()
    expect(await outcome(token)).toBe('401 unknown-key')
    expect([count('/jwks'), count(metadata)]).toEqual([1, 0])
    issuer.clock.advance(31)
    expect(await outcome(token)).toBe('accepted')
    expect([count('/jwks'), count(metadata), count('/new-jwks')]).toEqual([1, 1, 1])
  })

  it('a token with an unknown kid has the keys fetched, then the metadata, and so on by turns, once per cooldown', async () => {
    const { issuer, outcome, count, clear } = createMovingStage()
    await outcome()
    clear()
    const token = issuer.mint({}, { key: issuer.keys.attacker(), kid: 'attacker' })
    const seen: unknown[] = []
    for (let turn = 0; turn < 4; turn++) {
      for (let second = 0; second < 30; second++) {
        expect(await outcome(token)).toBe('401 unknown-key')
        issuer.clock.advance(1)
      }
      seen.push([count('/jwks'), count(metadata)])
    }
    expect(seen).toEqual([
      [1, 0],
      [1, 1],
      [2, 1],
      [2, 2],
    ])
  })

  it('T11: a flood of different unknown kids does not keep the moved keys from being found', async () => {
    const { issuer, outcome, moveKeys } = createMovingStage({ keys: { maxAge: 86_400 } })
    await outcome()
    moveKeys()
    issuer.keys.rotate()
    const token = issuer.mint()
    const outcomes: string[] = []
    for (let second = 0; second < 100; second++) {
      await outcome(issuer.bad.unknownKid())
      outcomes.push(await outcome(token))
      issuer.clock.advance(1)
    }
    expect(outcomes.indexOf('accepted')).toBeGreaterThan(0)
    expect(outcomes.indexOf('accepted')).toBeLessThanOrEqual(90)
  })

  it('a token of a key that the new place does not serve is refused at most an hour and maxAge after the move', async () => {
    const { issuer, outcome, moveKeys } = createMovingStage()
    const old = issuer.mint()
    await outcome(old)
    moveKeys()
    issuer.keys.rotate({ overlap: false })
    let accepted = 0
    while ((await outcome(old)) === 'accepted') {
      accepted += 60
      issuer.clock.advance(60)
      await settled()
      if (accepted > 3 * hour) break
    }
    expect(accepted).toBeGreaterThan(1800)
    expect(accepted).toBeLessThanOrEqual(hour + 600 + 60)
  })

  it('a token of a removed key is refused 25 hours and 10 minutes after the last metadata, though the old place lists it', async () => {
    const { issuer, outcome, moveKeys, breakMetadata } = createMovingStage()
    const old = issuer.mint()
    await outcome(old)
    moveKeys()
    breakMetadata()
    const step = 1200
    let accepted = 0
    while ((await outcome(old)) === 'accepted') {
      accepted += step
      issuer.clock.advance(step)
      await settled()
      if (accepted > 60 * hour) break
    }
    expect(accepted).toBeGreaterThan(24 * hour)
    expect(accepted).toBeLessThanOrEqual(25 * hour + 600 + step)
  })
})

describe('the age of metadata', () => {
  it.each([
    ['no-store', { 'cache-control': 'no-store' }],
    ['a max-age of a minute', { 'cache-control': 'public, max-age=60' }],
    ['a max-age of a day', { 'cache-control': 'max-age=86400' }],
  ])('metadata with %s is kept for an hour', async (_, headers) => {
    const { issuer, outcome, count, answerMetadataWith } = createMovingStage()
    answerMetadataWith(headers)
    for (let minute = 0; minute < 43; minute += 3) {
      expect(await outcome()).toBe('accepted')
      issuer.clock.advance(180)
      await settled()
    }
    expect(count(metadata)).toBe(1)
    for (let minute = 0; minute < 42; minute += 3) {
      await outcome()
      issuer.clock.advance(180)
      await settled()
    }
    expect(count(metadata)).toBe(2)
  })
})
