import fc from 'fast-check'
import type { JWK } from 'jose'
import { calculateJwkThumbprint } from 'jose'
import type { AuthEvent } from 'tollgate'
import { createVerifier } from 'tollgate'
import type { TestIssuer } from 'tollgate/testing'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { publicKeyAlgorithms } from '../../../src/core/algorithms.ts'
import type { AdmittedJwk, RefusedJwk } from '../../../src/core/keys/jwk.ts'
import { admitJwk } from '../../../src/core/keys/jwk.ts'
import { createKey } from '../../../src/core/keys/key.ts'
import { runs } from '../../runs.ts'

type Numbers = readonly ('n' | 'e' | 'x' | 'y')[]
interface Subject {
  readonly issuer: TestIssuer
  readonly jwk: JWK
  readonly numbers: Numbers
}

const rsaSubject = subjectOf('RS256', ['n', 'e'])
const ecSubject = subjectOf('ES256', ['x', 'y'])
const largeEcSubject = subjectOf('ES512', ['x', 'y'])
const anySubject = fc.constantFrom(rsaSubject, ecSubject, largeEcSubject)

function subjectOf(alg: 'RS256' | 'ES256' | 'ES512', numbers: Numbers): Subject {
  const issuer = createTestIssuer({ alg, expiresIn: 3600 })
  issuer.clock.freeze()
  return { issuer, jwk: issuer.keys.current.publicJwk, numbers }
}

/** One way to write a number. */
interface Style {
  /** How many zero octets stand before it. Fewer than none: as few as it can have. */
  readonly zeros: number
  readonly isPadded: boolean
  readonly isPlain: boolean
}

const anyStyle: fc.Arbitrary<Style> = fc.record({
  zeros: fc.oneof(fc.integer({ min: -1, max: 3 }), fc.integer({ min: 0, max: 1_100 })),
  isPadded: fc.boolean(),
  isPlain: fc.boolean(),
})

function write(octets: Uint8Array, { zeros, isPadded, isPlain }: Style): string {
  const first = octets.findIndex((octet) => octet !== 0)
  const shortest = octets.subarray(first < 0 ? octets.length - 1 : first)
  const number = zeros < 0 ? shortest : Buffer.concat([Buffer.alloc(zeros), octets])
  const padded = Buffer.from(number).toString('base64')
  const text = isPlain ? padded : padded.replaceAll('+', '-').replaceAll('/', '_')
  return isPadded ? text : text.replaceAll('=', '')
}

function octetsOf(jwk: JWK, name: Numbers[number]): Buffer {
  return Buffer.from(jwk[name] as string, 'base64url')
}

function respelt({ jwk, numbers }: Subject, styles: readonly [Style, Style]): JWK {
  const written = numbers.map((name, i) => [name, write(octetsOf(jwk, name), styles[i] as Style)])
  return { ...jwk, ...Object.fromEntries(written) }
}

function admit(jwk: unknown, spelling: 'strict' | 'tolerant' = 'tolerant') {
  return admitJwk(jwk, { algorithms: publicKeyAlgorithms, issuer: undefined, spelling })
}

/** What a refresh compares; undefined for a key that is not used. */
function identityOf(outcome: AdmittedJwk | RefusedJwk): string | undefined {
  return 'why' in outcome ? undefined : createKey(outcome).identity
}

const twoStyles = fc.tuple(anyStyle, anyStyle)

describe('the numbers of a key of an issuer', () => {
  it('a key is the same key, with the same thumbprint, for any way to write its numbers', async () => {
    await fc.assert(
      fc.asyncProperty(anySubject, twoStyles, async (subject, styles) => {
        const outcome = admit(respelt(subject, styles)) as AdmittedJwk
        expect(identityOf(outcome)).toBe(identityOf(admit(subject.jwk)))
        expect(await calculateJwkThumbprint(outcome.jwk)).toBe(
          await calculateJwkThumbprint(subject.jwk),
        )
      }),
      runs(300),
    )
  })

  it('a key verifies the same token for any way to write its numbers, fetched or given as jwks', async () => {
    await fc.assert(
      fc.asyncProperty(anySubject, twoStyles, fc.boolean(), async (subject, styles, isFetched) => {
        const { issuer } = subject
        const keys = [respelt(subject, styles)]
        const place = isFetched ? { jwksUri: `${issuer.url}/jwks` } : { jwks: { keys } }
        const verifier = createVerifier({
          ...issuer.trust(),
          issuer: { issuer: issuer.url, algorithms: publicKeyAlgorithms, ...place },
          fetch: async () => Response.json({ keys }),
        })
        await expect(verifier.verify(issuer.mint())).resolves.toMatchObject({ subject: 'user-1' })
      }),
      runs(60),
    )
  })

  it('a key with another bit is another key or none, for any way to write its numbers', () => {
    fc.assert(
      fc.property(
        anySubject,
        twoStyles,
        fc.nat(1),
        fc.nat(),
        (subject, styles, which, position) => {
          const { jwk, numbers } = subject
          const name = numbers[which] as Numbers[number]
          const octets = octetsOf(jwk, name)
          const bit = position % (octets.length * 8)
          octets.writeUInt8(octets.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
          const changed = { ...subject, jwk: { ...jwk, [name]: octets.toString('base64url') } }
          const identity = identityOf(admit(respelt(changed, styles)))
          expect(identity).not.toBe(identityOf(admit(jwk)))
        },
      ),
      runs(500),
    )
  })

  it('a key is another key or none for any text in place of a number, unless it is the same number', () => {
    const base64 = fc.string({ unit: fc.constantFrom(...'AQBg-_+/=w \n'), maxLength: 12 })
    fc.assert(
      fc.property(base64, fc.boolean(), (text, isBefore) => {
        const { jwk } = rsaSubject
        const e = isBefore ? `${text}${jwk.e}` : `${jwk.e}${text}`
        const outcome = admit({ ...jwk, e })
        const isSame = /^[\w\-+/]*={0,2}$/.test(e) && BigInt(`0x0${hex(e)}`) === 65_537n
        expect(identityOf(outcome) === identityOf(admit(jwk))).toBe(isSame && isWhole(e))
      }),
      runs(1_000),
    )
  })
})

function hex(text: string): string {
  return Buffer.from(text, 'base64').toString('hex')
}

/** Whether a text is the one that its octets have, with or without padding. */
function isWhole(text: string): boolean {
  const padded = Buffer.from(text, 'base64').toString('base64')
  const same = text.replaceAll('-', '+').replaceAll('_', '/')
  return same === padded || same === padded.replaceAll('=', '')
}

describe('T3: weak keys, however their numbers are written', () => {
  const primes = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
    101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
  ]
  const product = primes.reduce((all, prime) => all * BigInt(prime), 1n)
  // Equal to 65537 modulo each of these primes, as the moduli of CVE-2017-15361 are powers of it.
  const roca = product * 2n * (2n ** 2046n / product + 1n) + 65_537n
  const { jwk: rsa } = rsaSubject
  const { jwk: ec } = ecSubject
  const exponentFlaw = 'exponent is not odd, 3 to 2^32'

  function number(value: bigint): string {
    const digits = value.toString(16)
    return Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex').toString(
      'base64url',
    )
  }

  it.each<readonly [string, JWK, Numbers, string]>([
    ['exponent 0', { ...rsa, e: number(0n) }, ['n', 'e'], exponentFlaw],
    ['exponent 1', { ...rsa, e: number(1n) }, ['n', 'e'], exponentFlaw],
    ['exponent 2', { ...rsa, e: number(2n) }, ['n', 'e'], exponentFlaw],
    ['exponent 65536', { ...rsa, e: number(65_536n) }, ['n', 'e'], exponentFlaw],
    ['exponent 2^32 + 1', { ...rsa, e: number(2n ** 32n + 1n) }, ['n', 'e'], exponentFlaw],
    ['exponent 2^40 + 1', { ...rsa, e: number(2n ** 40n + 1n) }, ['n', 'e'], exponentFlaw],
    ['modulus 0', { ...rsa, n: number(0n) }, ['n', 'e'], 'modulus is shorter than 2048 bits'],
    [
      'a modulus of 2047 bits',
      { ...rsa, n: number(2n ** 2046n + 1n) },
      ['n', 'e'],
      'modulus is shorter than 2048 bits',
    ],
    [
      'a modulus of 8193 bits',
      { ...rsa, n: number(2n ** 8192n + 1n) },
      ['n', 'e'],
      'modulus is longer than 8192 bits',
    ],
    ['an even modulus', { ...rsa, n: number(2n ** 2047n + 2n) }, ['n', 'e'], 'modulus is even'],
    ['a ROCA modulus', { ...rsa, n: number(roca) }, ['n', 'e'], 'modulus has the ROCA weakness'],
    ['a point off the curve', { ...ec, x: ec.y as string }, ['x', 'y'], 'a point off the curve'],
    [
      'the point 0, 0',
      { ...ec, x: number(0n), y: number(0n) },
      ['x', 'y'],
      'a point off the curve',
    ],
    [
      'a coordinate that is too long',
      { ...ec, y: number(2n ** 256n) },
      ['x', 'y'],
      'y is longer than 32 octets',
    ],
  ])('a key with %s is not used, for any way to write its numbers', (_, jwk, numbers, why) => {
    fc.assert(
      fc.property(twoStyles, (styles) => {
        expect(admit(respelt({ ...rsaSubject, jwk, numbers }, styles))).toMatchObject({
          why,
          flawed: true,
        })
      }),
      runs(40),
    )
  })

  it('a coordinate that is larger by the prime of its field is another number, and off the curve', () => {
    const p = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n
    // (0, √b) is a point of P-256. Its x plus p still fits into 32 octets.
    const b = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn
    const root = power(b, (p + 1n) / 4n, p)
    expect((root * root) % p).toBe(b)
    const point = { kty: 'EC', crv: 'P-256', x: 'AA', y: number(root) }
    expect(admit(point)).not.toHaveProperty('why')
    expect(admit({ ...point, x: number(p) })).toMatchObject({ why: 'a point off the curve' })
  })
})

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let [result, square] = [1n, base % modulus]
  for (let bits = exponent; bits > 0n; bits >>= 1n) {
    if (bits & 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}

describe('a key that stays the same while it is written anew', () => {
  it('cached tokens live on, and the algorithm that a key is bound to stays, when a refresh spells the key otherwise', async () => {
    const { issuer, jwk } = rsaSubject
    const { alg: _, ...unbound } = jwk
    const events: AuthEvent[] = []
    let published: object = unbound
    const verifier = createVerifier({
      issuer: { issuer: issuer.url, jwksUri: `${issuer.url}/jwks` },
      audience: issuer.audience,
      now: issuer.now,
      fetch: async () => Response.json({ keys: [published] }),
      onEvent: (event) => void events.push(event),
    })
    const token = issuer.mint()
    await verifier.verify(token)
    const written = {
      ...unbound,
      use: null,
      oth: [],
      n: `${respelt(rsaSubject, [plain, plain]).n}`,
    }
    published = written
    issuer.clock.advance(601)
    await verifier.verify(token)
    const types = events.map(({ type }) => type)
    expect(types.filter((type) => type === 'keys.refreshed')).toHaveLength(2)
    expect(types.filter((type) => type === 'keys.pinned')).toHaveLength(1)
    expect(events.at(-1)).toMatchObject({ type: 'token.accepted', cached: true })
    await expect(verifier.verify(issuer.mint({}, { alg: 'PS256' }))).rejects.toMatchObject({
      reason: 'unknown-key',
    })
  })
})

const plain: Style = { zeros: 1, isPadded: true, isPlain: true }

describe('keys that callers bring', () => {
  it('a key in its canonical form is read strictly, too, as the same key', () => {
    for (const { jwk } of [rsaSubject, ecSubject, largeEcSubject])
      expect(identityOf(admit(jwk, 'strict'))).toBe(identityOf(admit(jwk)))
  })

  it('a key is not read strictly for any other way to write its numbers', () => {
    fc.assert(
      fc.property(anySubject, twoStyles, (subject, styles) => {
        const jwk = respelt(subject, styles)
        const isCanonical = subject.numbers.every((name) => jwk[name] === subject.jwk[name])
        expect('why' in admit(jwk, 'strict')).toBe(!isCanonical)
      }),
      runs(300),
    )
  })

  it.each([
    ['n is not base64url', { ...rsaSubject.jwk, n: respelt(rsaSubject, [plain, plain]).n }],
    ['e has a leading zero octet', { ...rsaSubject.jwk, e: 'AAEAAQ' }],
    ['x is not 32 octets long', { ...ecSubject.jwk, x: 'AQ' }],
    ['holds private or symmetric key material', { ...rsaSubject.jwk, d: null }],
    ['holds private or symmetric key material', { ...rsaSubject.jwk, oth: [] }],
    ['use is not a string', { ...rsaSubject.jwk, use: null }],
    ['key_ops is not a list', { ...rsaSubject.jwk, key_ops: null }],
    ['alg is not a string', { ...rsaSubject.jwk, alg: null }],
    ['kid is not a string', { ...rsaSubject.jwk, kid: null }],
    ['issuer is not a string', { ...rsaSubject.jwk, issuer: null }],
    ['for another issuer (issuer)', { ...rsaSubject.jwk, issuer: 'https://issuer.test' }],
  ])('reason when read strictly: %s', (why, jwk) => {
    expect(admit(jwk, 'strict')).toMatchObject({ why })
  })
})
