import type { Definition } from './case.ts'
import { family } from './case.ts'
import type { Good } from './fixture.ts'
import { decode, elevated, encode } from './fixture.ts'

/** The good token with its signature's bytes changed. */
function resealed(change: (signature: Buffer) => Uint8Array) {
  return ({ parts: [header, payload, signature] }: Good): string =>
    `${header}.${payload}.${encode(change(decode(signature)))}`
}

function flipped(signature: Buffer): Buffer {
  const copy = Buffer.from(signature)
  copy[copy.length >> 1] = (copy[copy.length >> 1] as number) ^ 1
  return copy
}

/** Signatures that are somebody else's, broken, or of another token. */
export const signatureCases: readonly Definition[] = [
  ...family(
    { level: 'forgery', needs: 'nothing', refs: ['RFC 7515 §5.2'] },
    {
      'sig/wrong-key-same-kid': [
        'signed by a stranger under the right kid',
        (good) => good.forged({}),
      ],
      'sig/unknown-kid': [
        'signed by a stranger under a kid of its own',
        (good) => good.forged({ kid: good.attacker.kid }),
      ],
      'sig/no-kid': [
        'signed by a stranger without a kid',
        (good) => good.forged({ kid: undefined }),
      ],
    },
  ),
  ...family(
    { level: 'forgery', needs: 'a-valid-token', refs: ['RFC 7515 §5.2', 'CVE-2020-28042'] },
    {
      'sig/empty': ['the signature is empty', resealed(() => Buffer.alloc(0))],
      'sig/missing': ['there is no third part', ({ parts }) => `${parts[0]}.${parts[1]}`],
      'sig/zeros': ['the signature is all zeros', resealed((bytes) => bytes.fill(0))],
      'sig/ff': ['the signature is all ones', resealed((bytes) => bytes.fill(0xff))],
      'sig/bit-flip': ['one bit of the signature is flipped', resealed(flipped)],
      'sig/truncated': [
        'the signature’s last byte is gone',
        resealed((bytes) => bytes.subarray(0, -1)),
      ],
      'sig/leading-zero': [
        'a zero byte before the signature',
        resealed((bytes) => Buffer.concat([Buffer.alloc(1), bytes])),
      ],
      'sig/trailing-byte': [
        'a byte behind the signature',
        resealed((bytes) => Buffer.concat([bytes, Buffer.alloc(1)])),
      ],
    },
  ),
  ...family(
    {
      level: 'forgery',
      needs: 'a-valid-token',
      refs: ['GHSA-rp9m-7r4c-75qg', 'CVE-2020-28042'],
      afterGood: true,
    },
    {
      'cache/payload-swapped': [
        'another payload under the header and signature of a token just seen',
        (good) => `${good.parts[0]}.${encode(elevated(good))}.${good.parts[2]}`,
      ],
      'cache/header-swapped': [
        'another header over the payload and signature of a token just seen',
        ({ header, parts }) => `${encode({ ...header, x: 1 })}.${parts[1]}.${parts[2]}`,
      ],
      'cache/signature-swapped': [
        'another signature under the header and payload of a token just seen',
        (good) => {
          const signature = good.forged({}).split('.')[2]
          return `${good.parts[0]}.${good.parts[1]}.${signature}`
        },
      ],
    },
  ),
]
