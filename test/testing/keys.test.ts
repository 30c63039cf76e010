import { createHash } from 'node:crypto'
import type { JWK } from 'jose'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import type { TestIssuer } from 'tollgate/testing'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, test } from 'vitest'

function accepts(issuer: TestIssuer, token: string): Promise<boolean> {
  return jwtVerify(token, createLocalJWKSet(issuer.jwks)).then(
    () => true,
    () => false,
  )
}
function kids(issuer: TestIssuer) {
  return issuer.jwks.keys.map((key) => key.kid)
}

describe('rotate', () => {
  test('shows and uses the new key at once, and keeps the old one published', async () => {
    const issuer = createTestIssuer()
    const [old, before] = [issuer.keys.current, issuer.mint()]
    const key = issuer.keys.rotate()
    expect(issuer.keys.current).toBe(key)
    expect(issuer.keys.all).toEqual([old, key])
    expect(kids(issuer)).toEqual([old.kid, key.kid])
    expect(decodeProtectedHeader(issuer.mint()).kid).toBe(key.kid)
    expect(await accepts(issuer, before)).toBe(true)
    expect(await accepts(issuer, issuer.mint())).toBe(true)
  })

  test('without overlap drops the old key', async () => {
    const issuer = createTestIssuer()
    const before = issuer.mint()
    const old = issuer.keys.current
    const key = issuer.keys.rotate({ overlap: false })
    expect(kids(issuer)).toEqual([key.kid])
    expect(old.published).toBe(false)
    expect(await accepts(issuer, before)).toBe(false)
    expect(await accepts(issuer, issuer.mint())).toBe(true)
  })

  test('before-use: shown, and used from the next rotate on', () => {
    const issuer = createTestIssuer()
    const old = issuer.keys.current
    const key = issuer.keys.rotate({ publish: 'before-use', alg: 'EdDSA' })
    expect([key.published, issuer.keys.current]).toEqual([true, old])
    expect(issuer.keys.rotate()).toBe(key)
    expect(issuer.keys.current).toBe(key)
    expect(issuer.keys.all).toHaveLength(2)
    expect(issuer.keys.rotate()).not.toBe(key)
  })

  test('before-use: used once the old key is retired', () => {
    const issuer = createTestIssuer()
    const key = issuer.keys.rotate({ publish: 'before-use' })
    issuer.keys.retire(issuer.keys.current.kid)
    expect(issuer.keys.current).toBe(key)
    expect(kids(issuer)).toEqual([key.kid])
  })

  test('before-use cannot do without an overlap', () => {
    const { keys } = createTestIssuer()
    expect(() => keys.rotate({ publish: 'before-use', overlap: false })).toThrow(/overlap/)
  })

  test('after-use: used, and shown once published', async () => {
    const issuer = createTestIssuer()
    const key = issuer.keys.rotate({ publish: 'after-use' })
    const token = issuer.mint()
    expect(decodeProtectedHeader(token).kid).toBe(key.kid)
    expect([key.published, await accepts(issuer, token)]).toEqual([false, false])
    issuer.keys.publish(key.kid)
    expect([key.published, await accepts(issuer, token)]).toEqual([true, true])
  })

  test('reuse: the kid names another key', async () => {
    const issuer = createTestIssuer()
    const [old, before] = [issuer.keys.current, issuer.mint()]
    const key = issuer.keys.rotate({ kid: 'reuse' })
    expect(key.kid).toBe(old.kid)
    expect(key.publicJwk.x).not.toBe(old.publicJwk.x)
    expect(kids(issuer)).toEqual([key.kid])
    expect(await accepts(issuer, before)).toBe(false)
    expect(await accepts(issuer, issuer.mint())).toBe(true)
  })

  test('reuse with overlap: one kid, two keys', () => {
    const issuer = createTestIssuer()
    const { kid } = issuer.keys.rotate({ kid: 'reuse', overlap: true })
    expect(kids(issuer)).toEqual([kid, kid])
  })

  test('none: neither JWK nor token states a kid', async () => {
    const issuer = createTestIssuer()
    const key = issuer.keys.rotate({ kid: 'none', overlap: false })
    expect(issuer.jwks.keys[0]).not.toHaveProperty('kid')
    expect(decodeProtectedHeader(issuer.mint())).not.toHaveProperty('kid')
    expect(await accepts(issuer, issuer.mint())).toBe(true)
    issuer.keys.retire(key.kid)
    expect(issuer.jwks.keys).toEqual([])
  })

  test('changes the algorithm', () => {
    const issuer = createTestIssuer()
    expect(issuer.keys.rotate({ alg: 'ES384' }).publicJwk.crv).toBe('P-384')
    expect(decodeProtectedHeader(issuer.mint()).alg).toBe('ES384')
    expect(issuer.metadata['id_token_signing_alg_values_supported']).toEqual(['ES256', 'ES384'])
  })

  test('refuses options it does not know', () => {
    const { keys } = createTestIssuer()
    expect(() => keys.rotate({ overlapping: true } as object)).toThrow(
      /unknown option 'overlapping' in the options of keys.rotate: known are alg, overlap/,
    )
    expect(() => keys.rotate({ alg: 'none' as never })).toThrow(
      /option 'alg' of keys.rotate .* not 'none'/,
    )
  })
})

describe('retire and publish', () => {
  test('take a key out of the JWKS and put it back; it signs all the while', async () => {
    const issuer = createTestIssuer()
    const old = issuer.keys.current
    const key = issuer.keys.rotate()
    issuer.keys.retire(old.kid)
    expect(kids(issuer)).toEqual([key.kid])
    const token = issuer.mint({}, { kid: old.kid })
    expect(await accepts(issuer, token)).toBe(false)
    issuer.keys.publish(old.kid)
    expect(await accepts(issuer, token)).toBe(true)
  })

  test('hand the signing over when the current key goes', () => {
    const issuer = createTestIssuer()
    const old = issuer.keys.current
    const key = issuer.keys.rotate()
    issuer.keys.retire(key.kid)
    expect(issuer.keys.current).toBe(old)
  })

  test('leave the last key signing', () => {
    const issuer = createTestIssuer()
    const { current } = issuer.keys
    issuer.keys.retire(current.kid)
    expect(issuer.jwks).toEqual({ keys: [] })
    expect(issuer.keys.current).toBe(current)
  })

  test('know their keys', () => {
    const { keys } = createTestIssuer()
    expect(() => keys.retire('nobody')).toThrow(keys.current.kid)
    expect(() => keys.publish(keys.attacker().kid)).toThrow(TypeError)
  })
})

test('add publishes a private JWK, which signs when it is named', async () => {
  const issuer = createTestIssuer()
  const { privateJwk } = createTestIssuer({ alg: 'RS256' }).keys.current
  const key = issuer.keys.add({ ...privateJwk, kid: 'mine', alg: 'PS256' })
  expect([key.kid, key.alg, key.published]).toEqual(['mine', 'PS256', true])
  expect(issuer.keys.current).not.toBe(key)
  expect(await accepts(issuer, issuer.mint({}, { kid: 'mine' }))).toBe(true)
})

test('the attacker has one key, that is never published', async () => {
  const issuer = createTestIssuer()
  const attacker = issuer.keys.attacker()
  expect(issuer.keys.attacker()).toBe(attacker)
  expect(attacker.published).toBe(false)
  expect(issuer.keys.all).not.toContain(attacker)
  expect(attacker.alg).toBe('ES256')
  issuer.keys.rotate({ alg: 'EdDSA' })
  expect(issuer.keys.attacker().alg).toBe('EdDSA')
})

describe('where keys come from', () => {
  test('chance: no two issuers share one', () => {
    const [one, two] = [createTestIssuer(), createTestIssuer()]
    expect(one.keys.current.kid).not.toBe(two.keys.current.kid)
  })

  test.each(['ES256', 'EdDSA', 'Ed25519'] as const)('a seed gives the same %s keys', (alg) => {
    function make(seed: string) {
      const { keys } = createTestIssuer({ alg, keys: { seed } })
      return [keys.current, keys.rotate(), keys.attacker()].map((key) => key.privateJwk)
    }
    expect(make('a')).toEqual(make('a'))
    expect(new Set([...make('a'), ...make('b')].map((key) => key.d)).size).toBe(6)
  })

  test.each(['ES256', 'EdDSA'] as const)('a seeded %s secret is SHA-256(seed ‖ n)', (alg) => {
    const { keys } = createTestIssuer({ alg, keys: { seed: 'toll' } })
    const digest = (n: number) =>
      createHash('sha256')
        .update('toll')
        .update(new Uint8Array([0, 0, 0, n]))
        .digest('base64url')
    expect([keys.current.privateJwk.d, keys.rotate().privateJwk.d]).toEqual([digest(0), digest(1)])
  })

  test.each(['ES256', 'EdDSA'] as const)('a seeded %s key signs', async (alg) => {
    const issuer = createTestIssuer({ alg, keys: { seed: 's' } })
    expect(await accepts(issuer, issuer.mint())).toBe(true)
    expect(await accepts(issuer, issuer.bad.wrongKey())).toBe(false)
  })

  test('a seed makes no other keys, and says what to do', () => {
    expect(() => createTestIssuer({ alg: 'RS256', keys: { seed: 's' } })).toThrow(/use alg ES256/)
    const { keys } = createTestIssuer({ keys: { seed: 's' } })
    expect(() => keys.rotate({ alg: 'ES384' })).toThrow(/ES384 needs another/)
  })

  test('the caller: all published, the first signs', async () => {
    const [first, second] = (['EdDSA', 'ES512'] as const).map(
      (alg) => createTestIssuer({ alg }).keys.current.privateJwk,
    ) as [JWK, JWK]
    const issuer = createTestIssuer({ keys: [first, second] })
    expect(kids(issuer)).toEqual([first.kid, second.kid])
    expect(decodeProtectedHeader(issuer.mint())).toMatchObject({ alg: 'EdDSA', kid: first.kid })
    expect(await accepts(issuer, issuer.mint({}, { kid: second.kid as string }))).toBe(true)
  })

  test('the caller, with bare JWKs: alg and kid are made up for them', () => {
    const { kty, crv, x, y, d } = createTestIssuer({ alg: 'ES384' }).keys.current.privateJwk
    const bare = { kty, crv, x, y, d } as JWK
    const { current } = createTestIssuer({ keys: [bare] }).keys
    expect(current).toMatchObject({ alg: 'ES384', kid: expect.stringMatching(/^test-/) })
  })

  test('not from a public, unknown, missing or unfit key', () => {
    const { publicJwk, privateJwk } = createTestIssuer().keys.current
    const make = (keys: unknown, alg?: 'EdDSA') => () =>
      createTestIssuer({ keys: keys as never, ...(alg && { alg }) })
    expect(make([publicJwk])).toThrow(/private/)
    expect(make([{ ...privateJwk, alg: 'HS256' }])).toThrow(/HS256/)
    expect(make([])).toThrow(/at least one/)
    expect(make([privateJwk], 'EdDSA')).toThrow(/option 'alg' of the test issuer is EdDSA/)
    expect(make('embedded')).toThrow(/'random'/)
    expect(make({ seed: '' })).toThrow(/seed/)
  })
})

describe('what is published', () => {
  const publicMembers = ['alg', 'crv', 'e', 'kid', 'kty', 'n', 'use', 'x', 'y']

  test.each(['RS256', 'ES256', 'EdDSA'] as const)('are the public members of an %s key', (alg) => {
    const issuer = createTestIssuer({ alg })
    issuer.keys.add({
      ...issuer.keys.rotate().privateJwk,
      kid: 'k',
      x5c: ['AA'],
      owner: 'me',
    } as JWK)
    for (const key of [...issuer.jwks.keys, ...issuer.keys.all.map((each) => each.publicJwk)]) {
      expect(publicMembers).toEqual(expect.arrayContaining(Object.keys(key)))
    }
  })

  test('is a copy', () => {
    const issuer = createTestIssuer()
    const [key] = issuer.jwks.keys
    if (key) key.kid = 'changed'
    expect(kids(issuer)).toEqual([issuer.keys.current.kid])
  })
})
