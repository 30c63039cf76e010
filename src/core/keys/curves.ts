import { toBigInt } from '../base64url.ts'

/**
 * The octets of a coordinate, and the curve y² = x³ - 3x + b over the integers modulo p (SP 800-186
 * section 3.2.1).
 */
export interface Curve {
  readonly octets: number
  readonly p: bigint
  readonly b: bigint
}

export const curves: ReadonlyMap<unknown, Curve> = new Map([
  [
    'P-256',
    {
      octets: 32,
      p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
      b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
    },
  ],
  [
    'P-384',
    {
      octets: 48,
      p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
      b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
    },
  ],
  [
    'P-521',
    {
      octets: 66,
      p: 2n ** 521n - 1n,
      b: 0x0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
    },
  ],
])

/**
 * Whether these coordinates, of as many octets as the curve has, are those of one of its points.
 */
export function isOnCurve(x: Uint8Array, y: Uint8Array, { p, b }: Curve): boolean {
  const [x1, y1] = [toBigInt(x), toBigInt(y)]
  return x1 < p && y1 < p && (y1 * y1 - x1 * x1 * x1 + 3n * x1 - b) % p === 0n
}
