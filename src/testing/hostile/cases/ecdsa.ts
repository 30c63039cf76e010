import type { CaseDefinition } from './case.ts'
import { family } from './case.ts'
import { der, integer } from './certificate.ts'
import type { CaseFixture } from './fixture.ts'
import { decode, encode, withAdminClaim } from './fixture.ts'

/** The orders of the curves (SEC 2), by the algorithms that use them. */
const orders: Readonly<Record<string, string>> = {
  ES256: 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551',
  ES384:
    'ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
  ES512:
    '01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409',
}

function order({ key }: CaseFixture): bigint {
  return BigInt(`0x${orders[key.alg]}`)
}

/** The good header, the claims with an admin claim, and a signature of two chosen numbers. */
function signedWithNumbers(choose: (n: bigint) => readonly [r: bigint, s: bigint]) {
  return (fixture: CaseFixture): string => {
    const signature = join(fixture, choose(order(fixture)))
    return `${fixture.parts[0]}.${encode(withAdminClaim(fixture))}.${encode(signature)}`
  }
}

/** A signature as RFC 7518 section 3.4 writes it: both numbers side by side, in full length. */
function join({ key }: CaseFixture, pair: readonly bigint[]): Buffer {
  const digits = (orders[key.alg] as string).length
  return Buffer.from(
    pair.map((number) => number.toString(16).padStart(digits, '0')).join(''),
    'hex',
  )
}

/** The two numbers of the good signature, as bytes. */
function halves({ parts }: CaseFixture): readonly [Buffer, Buffer] {
  const bytes = decode(parts[2])
  return [bytes.subarray(0, bytes.length / 2), bytes.subarray(bytes.length / 2)]
}

function sequence(...content: readonly Uint8Array[]): Buffer {
  return der(0x30, ...content)
}

/** ECDSA signatures that an incomplete implementation accepts, some of them for any content. */
export const ecdsaCases: readonly CaseDefinition[] = [
  ...family(
    {
      level: 'forgery',
      needs: 'public-key',
      refs: ['CVE-2022-21449', 'Wycheproof ecdsa_secp256r1 group 22'],
      kty: 'EC',
    },
    {
      'ecdsa/r0-s0': ['both numbers of the signature are 0', signedWithNumbers(() => [0n, 0n])],
      'ecdsa/r0-s1': ['r is 0', signedWithNumbers(() => [0n, 1n])],
      'ecdsa/r1-s0': ['s is 0', signedWithNumbers(() => [1n, 0n])],
      'ecdsa/rN-sN': [
        'both numbers are the order of the curve, which counts as 0 on the curve',
        signedWithNumbers((n) => [n, n]),
      ],
      'ecdsa/der-zero': [
        'both numbers of the signature are 0, in DER',
        (fixture) => {
          const signature = sequence(integer(Buffer.of(0)), integer(Buffer.of(0)))
          return `${fixture.parts[0]}.${encode(withAdminClaim(fixture))}.${encode(signature)}`
        },
      ],
    },
  ),
  ...family(
    { level: 'spec', needs: 'a-valid-token', refs: ['RFC 7518 section 3.4'], kty: 'EC' },
    {
      'ecdsa/der': [
        'the right signature in DER: a second spelling of the same token',
        (fixture) => {
          const [r, s] = halves(fixture).map(integer) as [Buffer, Buffer]
          return `${fixture.parts[0]}.${fixture.parts[1]}.${encode(sequence(r, s))}`
        },
      ],
    },
  ),
  ...family(
    { level: 'info', needs: 'a-valid-token', refs: ['RFC 6979 section 2.4', 'BIP 146'], kty: 'EC' },
    {
      'ecdsa/high-s': [
        'the second of two signatures that are both right: s is replaced by the order minus s',
        (fixture) => {
          const [r, s] = halves(fixture).map((half) => BigInt(`0x${half.toString('hex')}`)) as [
            bigint,
            bigint,
          ]
          const signature = join(fixture, [r, order(fixture) - s])
          return `${fixture.parts[0]}.${fixture.parts[1]}.${encode(signature)}`
        },
      ],
    },
  ),
]
