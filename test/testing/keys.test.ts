import { createHash } from 'node:crypto'
import type { JWK } from 'jose'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import type { TestIssuer } from 'tollgate/testing'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, test } from 'vitest'
import { signingBy } from '../keys.ts'

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
  test('rotate publishes and uses the new key, and the old key stays published', async () => {
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

  test('rotate without overlap takes the old key out of the JWKS', async () => {
    const issuer = createTestIssuer()
    const before = issuer.mint()
    const old = issuer.keys.current
    const key = issuer.keys.rotate({ overlap: false })
    expect(kids(issuer)).toEqual([key.kid])
    expect(old.published).toBe(false)
    expect(await accepts(issuer, before)).toBe(false)
    expect(await accepts(issuer, issuer.mint())).toBe(true)
  })

  test('rotate with publish before-use publishes a key that signs after the next rotate', () => {
    const issuer = createTestIssuer()
    const old = issuer.keys.current
    const key = issuer.keys.rotate({ publish: 'before-use', alg: 'EdDSA' })
    expect([key.published, issuer.keys.current]).toEqual([true, old])
    expect(issuer.keys.rotate()).toBe(key)
    expect(issuer.keys.current).toBe(key)
    expect(issuer.keys.all).toHaveLength(2)
    expect(issuer.keys.rotate()).not.toBe(key)
  })

  test('a key that is published before its use signs once the old key is retired', () => {
    const issuer = createTestIssuer()
    const key = issuer.keys.rotate({ publish: 'before-use' })
    issuer.keys.retire(issuer.keys.current.kid)
    expect(issuer.keys.current).toBe(key)
    expect(kids(issuer)).toEqual([key.kid])
  })

  test('rotate with publish before-use throws without an overlap', () => {
    const { keys } = createTestIssuer()
    expect(() => keys.rotate({ publish: 'before-use', overlap: false })).toThrow(/overlap/)
  })

  test('rotate with publish after-use makes a key that signs before it is published', async () => {
    const issuer = createTestIssuer()
    const key = issuer.keys.rotate({ publish: 'after-use' })
    const token = issuer.mint()
    expect(decodeProtectedHeader(token).kid).toBe(key.kid)
    expect([key.published, await accepts(issuer, token)]).toEqual([false, false])
    issuer.keys.publish(key.kid)
    expect([key.published, await accepts(issuer, token)]).toEqual([true, true])
  })

  test('rotate with kid reuse gives the kid of the old key to the new key', async () => {
    const issuer = createTestIssuer()
    const [old, before] = [issuer.keys.current, issuer.mint()]
    const key = issuer.keys.rotate({ kid: 'reuse' })
    expect(key.kid).toBe(old.kid)
    expect(key.publicJwk.x).not.toBe(old.publicJwk.x)
    expect(kids(issuer)).toEqual([key.kid])
    expect(await accepts(issuer, before)).toBe(false)
    expect(await accepts(issuer, issuer.mint())).toBe(true)
  })

  test('rotate with kid reuse and overlap publishes two keys with one kid', () => {
    const issuer = createTestIssuer()
    const { kid } = issuer.keys.rotate({ kid: 'reuse', overlap: true })
    expect(kids(issuer)).toEqual([kid, kid])
  })

  test('rotate with kid none makes a key whose JWK and tokens state no kid', async () => {
    const issuer = createTestIssuer()
    const key = issuer.keys.rotate({ kid: 'none', overlap: false })
    expect(issuer.jwks.keys[0]).not.toHaveProperty('kid')
    expect(decodeProtectedHeader(issuer.mint())).not.toHaveProperty('kid')
    expect(await accepts(issuer, issuer.mint())).toBe(true)
    issuer.keys.retire(key.kid)
    expect(issuer.jwks.keys).toEqual([])
  })

  test('rotate can change the algorithm', () => {
    const issuer = createTestIssuer()
    expect(issuer.keys.rotate({ alg: 'ES384' }).publicJwk.crv).toBe('P-384')
    expect(decodeProtectedHeader(issuer.mint()).alg).toBe('ES384')
    expect(issuer.metadata['id_token_signing_alg_values_supported']).toEqual(['ES256', 'ES384'])
  })

  test('rotate throws for an unknown option and for an unsupported algorithm', () => {
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
  test('retire takes a key out of the JWKS, and publish puts it back', async () => {
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

  test('when the current key is retired, the newest published key signs', () => {
    const issuer = createTestIssuer()
    const old = issuer.keys.current
    const key = issuer.keys.rotate()
    issuer.keys.retire(key.kid)
    expect(issuer.keys.current).toBe(old)
  })

  test('the last key goes on signing when it is retired', () => {
    const issuer = createTestIssuer()
    const { current } = issuer.keys
    issuer.keys.retire(current.kid)
    expect(issuer.jwks).toEqual({ keys: [] })
    expect(issuer.keys.current).toBe(current)
  })

  test('retire and publish throw for a kid that no key has', () => {
    const { keys } = createTestIssuer()
    expect(() => keys.retire('nobody')).toThrow(keys.current.kid)
    expect(() => keys.publish(keys.attacker().kid)).toThrow(TypeError)
  })
})

test('add publishes a private JWK, which signs when its kid is given', async () => {
  const issuer = createTestIssuer()
  const { privateJwk } = createTestIssuer({ alg: 'RS256' }).keys.current
  const key = issuer.keys.add({ ...privateJwk, kid: 'mine', alg: 'PS256' })
  expect([key.kid, key.alg, key.published]).toEqual(['mine', 'PS256', true])
  expect(issuer.keys.current).not.toBe(key)
  expect(await accepts(issuer, issuer.mint({}, { kid: 'mine' }))).toBe(true)
})

test('the attacker has one key for each algorithm, and it is never published', async () => {
  const issuer = createTestIssuer()
  const attacker = issuer.keys.attacker()
  expect(issuer.keys.attacker()).toBe(attacker)
  expect(attacker.published).toBe(false)
  expect(issuer.keys.all).not.toContain(attacker)
  expect(attacker.alg).toBe('ES256')
  issuer.keys.rotate({ alg: 'EdDSA' })
  expect(issuer.keys.attacker().alg).toBe('EdDSA')
})

test('the attackers of two issuers have one RSA key, unless one of the issuers has it as its own', () => {
  const [one, two] = [createTestIssuer(signingBy('RS256')), createTestIssuer(signingBy('RS256'))]
  const attacker = one.keys.attacker()
  expect(attacker.publicJwk.n).not.toBe(one.keys.current.publicJwk.n)
  expect(two.keys.attacker().publicJwk.n).toBe(attacker.publicJwk.n)
  expect(two.keys.attacker().published).toBe(false)
  const taken = createTestIssuer({ alg: 'RS256', keys: [attacker.privateJwk] })
  expect(taken.keys.attacker().publicJwk.n).not.toBe(attacker.publicJwk.n)
  const adding = createTestIssuer(signingBy('RS256'))
  adding.keys.add(attacker.privateJwk)
  expect(adding.keys.attacker().publicJwk.n).not.toBe(attacker.publicJwk.n)
})

describe('where keys come from', () => {
  test('two issuers with random keys have different keys', () => {
    const [one, two] = [createTestIssuer(), createTestIssuer()]
    expect(one.keys.current.kid).not.toBe(two.keys.current.kid)
  })

  test.each(['ES256', 'EdDSA', 'Ed25519'] as const)(
    'the same seed always gives the same %s keys',
    (alg) => {
      function make(seed: string) {
        const { keys } = createTestIssuer({ alg, keys: { seed } })
        return [keys.current, keys.rotate(), keys.attacker()].map((key) => key.privateJwk)
      }
      expect(make('a')).toEqual(make('a'))
      expect(new Set([...make('a'), ...make('b')].map((key) => key.d)).size).toBe(6)
    },
  )

  test.each(['ES256', 'EdDSA'] as const)(
    'the secret of a key for %s from a seed is the SHA-256 of the seed and a counter',
    (alg) => {
      const { keys } = createTestIssuer({ alg, keys: { seed: 'toll' } })
      const digest = (n: number) =>
        createHash('sha256')
          .update('toll')
          .update(new Uint8Array([0, 0, 0, n]))
          .digest('base64url')
      expect([keys.current.privateJwk.d, keys.rotate().privateJwk.d]).toEqual([
        digest(0),
        digest(1),
      ])
    },
  )

  test.each(['ES256', 'EdDSA'] as const)(
    'a key for %s from a seed signs valid tokens',
    async (alg) => {
      const issuer = createTestIssuer({ alg, keys: { seed: 's' } })
      expect(await accepts(issuer, issuer.mint())).toBe(true)
      expect(await accepts(issuer, issuer.bad.wrongKey())).toBe(false)
    },
  )

  test('for other algorithms, a seed throws an error that says what to do', () => {
    expect(() => createTestIssuer({ alg: 'RS256', keys: { seed: 's' } })).toThrow(/use alg ES256/)
    const { keys } = createTestIssuer({ keys: { seed: 's' } })
    expect(() => keys.rotate({ alg: 'ES384' })).toThrow(/seed, which makes no keys for ES384/)
  })

  test('private JWKs from the caller are all published, and the first one signs', async () => {
    const [first, second] = (['EdDSA', 'ES512'] as const).map(
      (alg) => createTestIssuer({ alg }).keys.current.privateJwk,
    ) as [JWK, JWK]
    const issuer = createTestIssuer({ keys: [first, second] })
    expect(kids(issuer)).toEqual([first.kid, second.kid])
    expect(decodeProtectedHeader(issuer.mint())).toMatchObject({ alg: 'EdDSA', kid: first.kid })
    expect(await accepts(issuer, issuer.mint({}, { kid: second.kid as string }))).toBe(true)
  })

  test('a private JWK without alg and kid gets both', () => {
    const { kty, crv, x, y, d } = createTestIssuer({ alg: 'ES384' }).keys.current.privateJwk
    const bare = { kty, crv, x, y, d } as JWK
    const { current } = createTestIssuer({ keys: [bare] }).keys
    expect(current).toMatchObject({ alg: 'ES384', kid: expect.stringMatching(/^test-/) })
  })

  test('createTestIssuer throws for public, unsupported, missing and unsuitable keys', () => {
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

  test.each(['RS256', 'ES256', 'EdDSA'] as const)(
    'the JWKS has only the public members of a key for %s',
    (alg) => {
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
    },
  )

  test('a change of the object jwks does not change the keys of the issuer', () => {
    const issuer = createTestIssuer()
    const [key] = issuer.jwks.keys
    if (key) key.kid = 'changed'
    expect(kids(issuer)).toEqual([issuer.keys.current.kid])
  })
})
