import type { Definition } from './case.ts'
import { family } from './case.ts'
import type { Good } from './fixture.ts'
import { encode } from './fixture.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** The same bytes in another spelling: a bit is set behind the last one. None if there is no such bit. */
function respelt(segment: string): string | undefined {
  if (segment.length % 4 === 0) return undefined
  const last = alphabet.indexOf(segment.at(-1) as string)
  return `${segment.slice(0, -1)}${alphabet[last ^ 1]}`
}

function padding(segment: string): string {
  return '='.repeat((4 - (segment.length % 4)) % 4)
}

function standard(segment: string): string {
  return segment.replaceAll('-', '+').replaceAll('_', '/')
}

/** A good token like this one whose signature has a given kind of spelling. */
function signatureLike({ claims, token, signed }: Good, fits: RegExp): string {
  for (let n = 0, one = token; n < 200; n += 1, one = signed({ jti: `${claims['jti']}-${n}` })) {
    if (fits.test(one.slice(one.lastIndexOf('.') + 1))) return one
  }
  return token
}

/** JSON with blanks behind it, until its base64url leaves so many characters over. */
function blanked(members: object, over: number): string {
  const json = JSON.stringify(members)
  const missing = (3 + over - (Buffer.byteLength(json) % 3)) % 3
  return encode(json + ' '.repeat(missing))
}

/** A payload in another spelling, signed as it is spelt. @param over Bytes beyond a multiple of three. */
function payload(over: number, spell: (segment: string) => string | undefined) {
  return (good: Good): string | undefined => {
    // Its base64url has both characters that standard base64 has others for.
    const segment = spell(blanked({ ...good.claims, fill: '???>>>~~~ÿÿÿ' }, over))
    return segment === undefined ? undefined : good.seal(good.parts[0], segment)
  }
}

const refs = ['RFC 7515 §2', 'RFC 4648 §3.5', 'RFC 8725bis §3.14', 'fast-jwt #606'] as const

/** The good token with its signature spelt in another way. */
function spelt(spell: (signature: string) => string | undefined, fits = /^/) {
  return (good: Good): string | undefined => {
    const token = signatureLike(good, fits)
    const from = token.lastIndexOf('.') + 1
    const signature = spell(token.slice(from))
    return signature === undefined ? undefined : `${token.slice(0, from)}${signature}`
  }
}

/**
 * One token in many spellings: whoever keeps a list of tokens by their text keeps the wrong one.
 * A signature whose length leaves no bits over (ES384, ES512) has neither padding nor a last bit.
 */
export const encodingCases: readonly Definition[] = [
  ...family(
    { level: 'hardening', needs: 'a-valid-token', refs },
    {
      'enc/noncanonical-last-bits': [
        'a bit is set behind the signature’s last byte',
        spelt(respelt),
      ],
      'enc/padding': [
        'the signature is padded',
        spelt((signature) => {
          const pad = padding(signature)
          return pad === '' ? undefined : `${signature}${pad}`
        }),
      ],
      'enc/extra-padding': [
        'more padding than there is room for',
        spelt((signature) => `${signature}====`),
      ],
      'enc/std-base64': ['the signature is in standard base64', spelt(standard, /[-_]/)],
      'enc/invalid-char': [
        'a character of no alphabet in the signature',
        spelt((signature) => `${signature.slice(0, 20)}!${signature.slice(20)}`),
      ],
      'enc/space': [
        'a space in the signature',
        spelt((signature) => `${signature.slice(0, 20)} ${signature.slice(20)}`),
      ],
      'enc/percent': ['the dots are percent-encoded', ({ token }) => token.replaceAll('.', '%2E')],
    },
  ),
  ...family(
    { level: 'hardening', needs: 'issuer-key', refs },
    {
      'enc/header-last-bits': [
        'a bit is set behind the header’s last byte',
        ({ header, parts, seal }) => seal(respelt(blanked(header, 1)) ?? parts[0], parts[1]),
      ],
      'enc/payload-last-bits': ['a bit is set behind the payload’s last byte', payload(1, respelt)],
      'enc/payload-padding': [
        'the payload is padded',
        payload(2, (segment) => `${segment}${padding(segment)}`),
      ],
      'enc/payload-std-base64': ['the payload is in standard base64', payload(0, standard)],
      'enc/payload-impossible-length': [
        'one character more than the payload’s bytes have',
        payload(0, (segment) => `${segment}A`),
      ],
    },
  ),
]
