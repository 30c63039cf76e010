import type { CaseDefinition } from './case.ts'
import { family } from './case.ts'
import type { CaseFixture } from './fixture.ts'
import { encode } from './fixture.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/**
 * Another base64url text that decodes to the same bytes: one of the unused bits of its last
 * character is set. Undefined if the last character has no unused bits.
 */
function withUnusedBitSet(segment: string): string | undefined {
  if (segment.length % 4 === 0) return undefined
  const last = alphabet.indexOf(segment.at(-1) as string)
  return `${segment.slice(0, -1)}${alphabet[last ^ 1]}`
}

/** The padding that standard base64 would add to a segment. */
function padding(segment: string): string {
  return '='.repeat((4 - (segment.length % 4)) % 4)
}

/** The segment in the alphabet of standard base64. */
function toStandardBase64(segment: string): string {
  return segment.replaceAll('-', '+').replaceAll('_', '/')
}

/** A good token whose signature matches the pattern. Each signature is random, so 200 are tried. */
function tokenWithSignatureLike({ claims, token, signed }: CaseFixture, pattern: RegExp): string {
  let candidate = token
  for (let n = 0; n < 200; n += 1) {
    if (pattern.test(candidate.slice(candidate.lastIndexOf('.') + 1))) return candidate
    candidate = signed({ jti: `${claims['jti']}-${n}` })
  }
  return token
}

/** JSON with spaces at its end, so that its length is a multiple of three plus the remainder. */
function encodePadded(members: object, remainder: number): string {
  const json = JSON.stringify(members)
  const missing = (3 + remainder - (Buffer.byteLength(json) % 3)) % 3
  return encode(json + ' '.repeat(missing))
}

/**
 * The good token with another spelling of its payload, signed in that spelling.
 *
 * @param remainder How many bytes the payload has beyond a multiple of three. It decides how many
 *   unused bits the last character has.
 */
function payload(remainder: number, spell: (segment: string) => string | undefined) {
  return (fixture: CaseFixture): string | undefined => {
    // The filler makes base64url use `-` and `_`, which standard base64 writes as `+` and `/`.
    const filled = { ...fixture.claims, fill: '???>>>~~~ÿÿÿ' }
    const segment = spell(encodePadded(filled, remainder))
    return segment === undefined ? undefined : fixture.signSegments(fixture.parts[0], segment)
  }
}

const refs = [
  'RFC 7515 section 2',
  'RFC 4648 section 3.5',
  'RFC 8725bis section 3.14',
  'fast-jwt #606',
] as const

/** The good token with another spelling of its signature. */
function signature(spell: (signature: string) => string | undefined, pattern = /^/) {
  return (fixture: CaseFixture): string | undefined => {
    const token = tokenWithSignatureLike(fixture, pattern)
    const from = token.lastIndexOf('.') + 1
    const spelling = spell(token.slice(from))
    return spelling === undefined ? undefined : `${token.slice(0, from)}${spelling}`
  }
}

/**
 * The good token in spellings that a lenient decoder reads as the same bytes. An app that accepts
 * them can be tricked where tokens are compared as text, as in a list of revoked tokens.
 *
 * The signatures of ES384 and ES512 fill their last character, so they have no unused bits and no
 * padding, and the cases about those are left out.
 */
export const encodingCases: readonly CaseDefinition[] = [
  ...family(
    { level: 'hardening', needs: 'a-valid-token', refs },
    {
      'enc/noncanonical-last-bits': [
        'an unused bit of the signature’s last character is set',
        signature(withUnusedBitSet),
      ],
      'enc/padding': [
        'the signature is padded',
        signature((text) => {
          const pad = padding(text)
          return pad === '' ? undefined : `${text}${pad}`
        }),
      ],
      'enc/extra-padding': [
        'the signature has more padding than its length allows',
        signature((text) => `${text}====`),
      ],
      'enc/std-base64': [
        'the signature is in standard base64',
        signature(toStandardBase64, /[-_]/),
      ],
      'enc/invalid-char': [
        'the signature has a character that base64 does not have',
        signature((text) => `${text.slice(0, 20)}!${text.slice(20)}`),
      ],
      'enc/space': [
        'the signature has a space in it',
        signature((text) => `${text.slice(0, 20)} ${text.slice(20)}`),
      ],
      'enc/percent': ['the dots are percent-encoded', ({ token }) => token.replaceAll('.', '%2E')],
    },
  ),
  ...family(
    { level: 'hardening', needs: 'issuer-key', refs },
    {
      'enc/header-last-bits': [
        'an unused bit of the header’s last character is set',
        ({ header, parts, signSegments }) =>
          signSegments(withUnusedBitSet(encodePadded(header, 1)) ?? parts[0], parts[1]),
      ],
      'enc/payload-last-bits': [
        'an unused bit of the payload’s last character is set',
        payload(1, withUnusedBitSet),
      ],
      'enc/payload-padding': [
        'the payload is padded',
        payload(2, (segment) => `${segment}${padding(segment)}`),
      ],
      'enc/payload-std-base64': ['the payload is in standard base64', payload(0, toStandardBase64)],
      'enc/payload-impossible-length': [
        'the payload has a length that no base64 text can have',
        payload(0, (segment) => `${segment}A`),
      ],
    },
  ),
]
