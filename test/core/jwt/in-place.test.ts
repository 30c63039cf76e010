import { generateKeyPairSync, sign } from 'node:crypto'
import type { JWK } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'
import type { PublicKeyAlgorithm } from '../../../src/core/algorithms.ts'
import { isRight } from '../../../src/core/jwt/platform-signature.ts'
import { importPublicKey } from '../../../src/core/keys/imported-key.ts'
import type { PublicJwk } from '../../../src/core/keys/public-key.ts'

/** Ends the turn of the event loop. */
const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

const rsa = (modulusLength: number, publicExponent = 65_537) =>
  generateKeyPairSync('rsa', { modulusLength, publicExponent })

const common = rsa(2048)
const data = Buffer.from('header.payload')

/** Gives a function that checks a right signature, and says whether that was done in place. */
async function createCheck(algorithm: PublicKeyAlgorithm, pair: ReturnType<typeof rsa>) {
  const key = await importPublicKey(
    pair.publicKey.export({ format: 'jwk' }) as PublicJwk & JWK,
    algorithm,
  )
  const digest = algorithm === 'EdDSA' ? null : `sha${algorithm.slice(2)}`
  const signature = sign(digest, data, { key: pair.privateKey, dsaEncoding: 'ieee-p1363' })
  return () => {
    const right = isRight(key, { data, signature })
    return { inPlace: right === true, ended: right }
  }
}

/**
 * A few signatures are counted until a turn with more of them ends, and test files share a process: so
 * a turn with many of them ends before each test.
 */
beforeEach(async () => {
  const check = await createCheck('RS256', common)
  await Promise.all(Array.from({ length: 64 }, check).map(({ ended }) => ended))
  await nextTurn()
})

describe('where signatures are checked', () => {
  it('of a flood of RSA signatures at once, 64 are checked in place, and all others on other threads', async () => {
    const check = await createCheck('RS256', rsa(2048))
    await nextTurn()
    const flood = Array.from({ length: 200 }, check)
    expect(flood.filter(({ inPlace }) => inPlace)).toHaveLength(64)
    expect(await Promise.all(flood.map(({ ended }) => ended))).toEqual(flood.map(() => true))
  })

  it('in the next turn of the event loop, 64 more are', async () => {
    const check = await createCheck('RS256', rsa(2048))
    await nextTurn()
    for (let turn = 0; turn < 3; turn++) {
      const flood = Array.from({ length: 100 }, check)
      expect(flood.filter(({ inPlace }) => inPlace)).toHaveLength(64)
      await Promise.all(flood.map(({ ended }) => ended))
      await nextTurn()
    }
  })

  it.each([
    ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
    ['EdDSA', generateKeyPairSync('ed25519')],
  ] as const)(
    'an %s signature is checked in place only if no other is being checked',
    async (algorithm, pair) => {
      const check = await createCheck(algorithm, pair)
      await nextTurn()
      const [first, second] = [check(), check()]
      expect([first.inPlace, second.inPlace]).toEqual([true, false])
      await nextTurn()
      const whileOneIsChecked = check()
      await Promise.all([second.ended, whileOneIsChecked.ended])
      await nextTurn()
      expect(check().inPlace).toBe(true)
    },
  )

  it.each([
    ['RSA with an exponent of four octets', 'RS256', rsa(2048, 2 ** 31 + 11)],
    ['P-384', 'ES384', generateKeyPairSync('ec', { namedCurve: 'P-384' })],
  ] as const)(
    'a signature with %s is never checked in place: it takes too long',
    async (_, algorithm, pair) => {
      const check = await createCheck(algorithm, pair)
      await nextTurn()
      const { inPlace, ended } = check()
      expect([inPlace, await ended]).toEqual([false, true])
    },
  )

  it('nor is one with RSA of 8192 bits', async () => {
    // To make a pair of keys of this size would take seconds.
    const n = Buffer.alloc(1024, 0xb5).toString('base64url')
    const key = await importPublicKey({ kty: 'RSA', n, e: 'AQAB' }, 'RS256')
    const wrong = isRight(key, { data, signature: Buffer.alloc(1024, 1) })
    expect(wrong).toBeInstanceOf(Promise)
    expect(await wrong).toBe(false)
  })

  it('RSA with 4096 bits is checked in place', async () => {
    const check = await createCheck('RS256', rsa(4096))
    await nextTurn()
    expect(check().inPlace).toBe(true)
  })
})
