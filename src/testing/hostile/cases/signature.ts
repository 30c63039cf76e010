import type { CaseDefinition } from './case.ts'
import { family } from './case.ts'
import type { CaseFixture } from './fixture.ts'
import { decode, encode, withAdminClaim } from './fixture.ts'

/** The good token with changed bytes in its signature. */
function withSignature(change: (signature: Buffer) => Uint8Array) {
  return ({ parts: [header, payload, signature] }: CaseFixture): string =>
    `${header}.${payload}.${encode(change(decode(signature)))}`
}

function flipOneBit(signature: Buffer): Buffer {
  const copy = Buffer.from(signature)
  copy[copy.length >> 1] = (copy[copy.length >> 1] as number) ^ 1
  return copy
}

/** Tokens whose signature was made with the attacker's key, is damaged, or is of another token. */
export const signatureCases: readonly CaseDefinition[] = [
  ...family(
    { level: 'forgery', needs: 'nothing', refs: ['RFC 7515 section 5.2'] },
    {
      'sig/wrong-key-same-kid': [
        'signed by an attacker under the right kid',
        (fixture) => fixture.forged({}),
      ],
      'sig/unknown-kid': [
        'signed by an attacker under a kid that the JWKS does not have',
        (fixture) => fixture.forged({ kid: fixture.attacker.kid }),
      ],
      'sig/no-kid': [
        'signed by an attacker without a kid',
        (fixture) => fixture.forged({ kid: undefined }),
      ],
    },
  ),
  ...family(
    { level: 'forgery', needs: 'a-valid-token', refs: ['RFC 7515 section 5.2', 'CVE-2020-28042'] },
    {
      'sig/empty': ['the signature is empty', withSignature(() => Buffer.alloc(0))],
      'sig/missing': ['there is no signature part', ({ parts }) => `${parts[0]}.${parts[1]}`],
      'sig/zeros': ['the signature is all zeros', withSignature((bytes) => bytes.fill(0))],
      'sig/ff': ['the signature is all ones', withSignature((bytes) => bytes.fill(0xff))],
      'sig/bit-flip': ['one bit of the signature is flipped', withSignature(flipOneBit)],
      'sig/truncated': [
        'the last byte of the signature is missing',
        withSignature((bytes) => bytes.subarray(0, -1)),
      ],
      'sig/leading-zero': [
        'there is a zero byte before the signature',
        withSignature((bytes) => Buffer.concat([Buffer.alloc(1), bytes])),
      ],
      'sig/trailing-byte': [
        'there is one more byte after the signature',
        withSignature((bytes) => Buffer.concat([bytes, Buffer.alloc(1)])),
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
        'the header and signature of a token that was just accepted, with another payload',
        (fixture) => `${fixture.parts[0]}.${encode(withAdminClaim(fixture))}.${fixture.parts[2]}`,
      ],
      'cache/header-swapped': [
        'the payload and signature of a token that was just accepted, with another header',
        ({ header, parts }) => `${encode({ ...header, x: 1 })}.${parts[1]}.${parts[2]}`,
      ],
      'cache/signature-swapped': [
        'the header and payload of a token that was just accepted, with another signature',
        (fixture) => {
          const signature = fixture.forged({}).split('.')[2]
          return `${fixture.parts[0]}.${fixture.parts[1]}.${signature}`
        },
      ],
    },
  ),
]
