import type { Definition } from './case.ts'
import { family } from './case.ts'
import { der, integer } from './certificate.ts'
import type { Good } from './fixture.ts'
import { decode, elevated, encode } from './fixture.ts'

/** The orders of the curves (SEC 2), by the digits that the algorithm's name has. */
const orders: Readonly<Record<string, string>> = {
  ES256: 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551',
  ES384:
    'ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
  ES512:
    '01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409',
}

function order({ key }: Good): bigint {
  return BigInt(`0x${orders[key.alg]}`)
}

/** A signature of two numbers over raised claims (RFC 7518 §3.4: side by side, of full length). */
function numbers(choose: (n: bigint) => readonly [r: bigint, s: bigint]) {
  return (good: Good): string =>
    `${good.parts[0]}.${encode(elevated(good))}.${encode(join(good, choose(order(good))))}`
}

function join({ key }: Good, pair: readonly bigint[]): Buffer {
  const digits = (orders[key.alg] as string).length
  return Buffer.from(pair.map((one) => one.toString(16).padStart(digits, '0')).join(''), 'hex')
}

function halves({ parts }: Good): readonly [Buffer, Buffer] {
  const bytes = decode(parts[2])
  return [bytes.subarray(0, bytes.length / 2), bytes.subarray(bytes.length / 2)]
}

function sequence(...content: readonly Uint8Array[]): Buffer {
  return der(0x30, ...content)
}

/** ECDSA signatures that an incomplete implementation accepts for any text. */
export const ecdsaCases: readonly Definition[] = [
  ...family(
    {
      level: 'forgery',
      needs: 'public-key',
      refs: ['CVE-2022-21449', 'Wycheproof ecdsa_secp256r1 group 22'],
      kty: 'EC',
    },
    {
      'ecdsa/r0-s0': ['both numbers of the signature are 0', numbers(() => [0n, 0n])],
      'ecdsa/r0-s1': ['r is 0', numbers(() => [0n, 1n])],
      'ecdsa/r1-s0': ['s is 0', numbers(() => [1n, 0n])],
      'ecdsa/rN-sN': ['both are the order of the curve, which is 0 there', numbers((n) => [n, n])],
      'ecdsa/der-zero': [
        'both are 0, in DER',
        (good) => {
          const signature = sequence(integer(Buffer.of(0)), integer(Buffer.of(0)))
          return `${good.parts[0]}.${encode(elevated(good))}.${encode(signature)}`
        },
      ],
    },
  ),
  ...family(
    { level: 'spec', needs: 'a-valid-token', refs: ['RFC 7518 §3.4'], kty: 'EC' },
    {
      'ecdsa/der': [
        'the right signature in DER: a second spelling of the same token',
        (good) => {
          const [r, s] = halves(good).map(integer) as [Buffer, Buffer]
          return `${good.parts[0]}.${good.parts[1]}.${encode(sequence(r, s))}`
        },
      ],
    },
  ),
  ...family(
    { level: 'info', needs: 'a-valid-token', refs: ['RFC 6979 §2.4', 'BIP 146'], kty: 'EC' },
    {
      'ecdsa/high-s': [
        'the other of the two signatures that are always right',
        (good) => {
          const [r, s] = halves(good).map((half) => BigInt(`0x${half.toString('hex')}`)) as [
            bigint,
            bigint,
          ]
          return `${good.parts[0]}.${good.parts[1]}.${encode(join(good, [r, order(good) - s]))}`
        },
      ],
    },
  ),
]
