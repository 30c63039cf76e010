import type { AuthError, AuthEvent, IssuerOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { publicKeyAlgorithms } from '../../../src/core/algorithms.ts'
import { admitJwk } from '../../../src/core/keys/jwk.ts'

const rules = {
  algorithms: publicKeyAlgorithms,
  issuer: undefined,
  spelling: 'tolerant',
} as const

/** The field and the order of Ed25519 (RFC 8032 section 5.1). */
const p = 2n ** 255n - 19n
const order = 2n ** 252n + 27742317777372353535851937790883648493n

function mod(a: bigint): bigint {
  return ((a % p) + p) % p
}

function power(base: bigint, exponent: bigint): bigint {
  let [result, square] = [1n, mod(base)]
  for (let bits = exponent; bits > 0n; bits >>= 1n) {
    if (bits & 1n) result = mod(result * square)
    square = mod(square * square)
  }
  return result
}

function inverse(a: bigint): bigint {
  return power(a, p - 2n)
}

type Point = readonly [x: bigint, y: bigint]

const d = mod(-121665n * inverse(121666n))

/** RFC 8032 section 5.1.4: the sum of two points. */
function add([x1, y1]: Point, [x2, y2]: Point): Point {
  const product = mod(d * x1 * x2 * y1 * y2)
  return [
    mod((x1 * y2 + x2 * y1) * inverse(1n + product)),
    mod((y1 * y2 + x1 * x2) * inverse(1n - product)),
  ]
}

function multiply(point: Point, factor: bigint): Point {
  let [result, double]: [Point, Point] = [[0n, 1n], point]
  for (let bits = factor; bits > 0n; bits >>= 1n) {
    if (bits & 1n) result = add(result, double)
    double = add(double, double)
  }
  return result
}

/** RFC 8032 section 5.1.3: a point with this y, if the curve has one. */
function pointAt(y: bigint): Point | undefined {
  const [u, v] = [mod(y * y - 1n), mod(d * y * y + 1n)]
  const root = mod(u * v ** 3n * power(u * v ** 7n, (p - 5n) / 8n))
  const x = [root, mod(root * power(2n, (p - 1n) / 4n))].find((x) => mod(v * x * x - u) === 0n)
  return x === undefined ? undefined : [x, y]
}

/** The eight points of small order: multiples of the part of a point that the order leaves. */
function pointsOfSmallOrder(): readonly Point[] {
  for (let y = 2n; ; y++) {
    const point = pointAt(y)
    if (point === undefined) continue
    const rest = multiply(point, order)
    const multiples = Array.from({ length: 8 }, (_, n) => multiply(rest, BigInt(n)))
    if (new Set(multiples.map(String)).size === 8) return multiples
  }
}

/** 32 octets, the least significant first, with the sign of x in the highest bit. */
function encode(y: bigint, sign: bigint): string {
  const number = y | (sign << 255n)
  return Buffer.from(number.toString(16).padStart(64, '0'), 'hex').reverse().toString('base64url')
}

/** Every text that some implementation reads as one of these points, canonical or not. */
function encodings(points: readonly Point[]): readonly string[] {
  const ys = points.flatMap(([, y]) => [y, y + p].filter((one) => one < 2n ** 255n))
  return [...new Set(ys.flatMap((y) => [encode(y, 0n), encode(y, 1n)]))]
}

/** Each key with its octets in hexadecimal digits, as the literature names it. */
const weak = encodings(pointsOfSmallOrder()).map(
  (x) => [Buffer.from(x, 'base64url').toString('hex'), { kty: 'OKP', crv: 'Ed25519', x }] as const,
)

/** A signature that a key of small order accepts for about one of eight texts: R is the identity. */
const forgery = Buffer.concat([Buffer.of(1), Buffer.alloc(63)]).toString('base64url')

describe('T3: Ed25519 keys of small order', () => {
  it('the eight points of small order have fourteen encodings', () => {
    expect(weak).toHaveLength(14)
  })

  it.each(weak)('the Ed25519 key %s of small order is not used', (_, jwk) => {
    expect(admitJwk(jwk, rules)).toEqual({
      kid: undefined,
      why: 'a point of small order',
      flawed: true,
    })
  })

  const issuer = createTestIssuer({ alg: 'EdDSA' })
  const { jwks, audience } = issuer

  it.each(weak)(
    'no token is accepted by the Ed25519 key %s of small order, which an issuer publishes beside its own',
    async (_, jwk) => {
      const events: AuthEvent[] = []
      const verifier = createVerifier({
        issuer: { issuer: issuer.url, jwksUri: `${issuer.url}/jwks` },
        audience,
        fetch: async () => Response.json({ keys: [...jwks.keys, { ...jwk, kid: 'weak' }] }),
        onEvent: (event) => void events.push(event),
      })
      await verifier.verify(issuer.mint())
      for (let n = 0; n < 64; n++) {
        const token = issuer.mint({ n }, { header: { kid: 'weak' } })
        const forged = `${token.slice(0, token.lastIndexOf('.'))}.${forgery}`
        const refusal: AuthError = await verifier.verify(forged).then(
          () => expect.fail('a forged token was accepted'),
          (error) => error,
        )
        expect(refusal.reason).toBe('unknown-key')
      }
      expect(events).toContainEqual(
        expect.objectContaining({
          type: 'keys.ignored',
          kid: 'weak',
          why: 'a point of small order',
        }),
      )
    },
  )

  it.each(weak)('the Ed25519 key %s of small order is refused as an option', (_, jwk) => {
    const given = { issuer: issuer.url, jwks: { keys: [...jwks.keys, jwk] } } as IssuerOptions
    expect(() => createVerifier({ issuer: given, audience })).toThrow(/a point of small order/)
  })

  it('the keys of issuers are no points of small order', () => {
    for (let n = 0; n < 20; n++) {
      const { publicJwk } = createTestIssuer({ alg: 'EdDSA' }).keys.current
      expect(admitJwk(publicJwk, rules)).not.toHaveProperty('why')
    }
  })
})
