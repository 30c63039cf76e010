import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { bearer, through } from '../adapters/adapter.ts'
import { adapters } from '../adapters/all.ts'
import { signingBy } from '../keys.ts'
import { attack, encode, expectRefused, partsOf } from './stage.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const algorithms = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'] as const

/** Other texts that lenient base64url decoders decode to the same bytes as this segment. */
function spellings(segment: string): string[] {
  const last = alphabet.indexOf(segment.at(-1) as string)
  const unused = [0, 0, 4, 2][segment.length % 4] ?? 0
  const tails = Array.from(
    { length: 2 ** unused },
    (_, bits) => alphabet[(last & ~(2 ** unused - 1)) | bits],
  )
  return [
    ...tails.map((tail) => segment.slice(0, -1) + tail),
    `${segment}=`,
    `${segment}==`,
    `${segment.slice(0, 5)} ${segment.slice(5)}`,
    `${segment.slice(0, 5)}\t${segment.slice(5)}`,
    `${segment.slice(0, 5)}.${segment.slice(5)}`,
    `${segment}A`,
    segment.replaceAll('-', '+').replaceAll('_', '/'),
  ].filter((other) => other !== segment)
}

for (const alg of algorithms) {
  attack(
    'T8',
    `other spellings of the same ${alg} token`,
    () => ({ issuer: createTestIssuer(signingBy(alg)) }),
    (issuer) => {
      const segments = partsOf(issuer.mint())
      const tokens = segments.flatMap((segment, i) =>
        spellings(segment).map((other) =>
          segments.map((one, j) => (i === j ? other : one)).join('.'),
        ),
      )
      return Object.fromEntries(tokens.map((token, i) => [`spelling ${i}`, token]))
    },
  )
}

const ec = () => ({ issuer: createTestIssuer() })

attack('', 'encrypted tokens and other tokens of five parts', ec, (issuer) => {
  const nested = encode({ alg: 'none' })
  return {
    dir: `${encode({ alg: 'dir', enc: 'A256GCM' })}..${encode('iv')}.${encode(issuer.mint())}.${encode('tag')}`,
    'RSA-OAEP': `${encode({ alg: 'RSA-OAEP', enc: 'A256GCM', cty: 'JWT' })}.AA.AA.AA.AA`,
    'zip bomb': `${encode({ alg: 'dir', enc: 'A256GCM', zip: 'DEF' })}..AA.${'A'.repeat(7000)}.AA`,
    'PBES2 of 2^31 rounds': `${encode({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 2 ** 31, p2s: 'AA' })}.AA.AA.AA.AA`,
    'none inside': `${encode({ alg: 'dir', enc: 'A256GCM' })}..AA.${nested}.AA`,
    'a JWS with two parts more': `${issuer.mint()}.AA.AA`,
  }
})

attack('T8', 'tokens in other serializations than the compact one', ec, (issuer) => {
  const [header, payload, signature] = partsOf(issuer.mint())
  return {
    flattened: JSON.stringify({ protected: header, payload, signature }),
    general: JSON.stringify({ payload, signatures: [{ protected: header, signature }] }),
    'behind a space': ` {"payload":"${payload}"}`,
    'in brackets': `[${issuer.mint()}]`,
    'in quotes': `"${issuer.mint()}"`,
    'a part more': `${issuer.mint()}.`,
  }
})

attack('', 'nested and compressed tokens', ec, (issuer) => ({
  'a JWT in a JWT': issuer.mint({}, { raw: issuer.mint(), header: { cty: 'JWT' } }),
  'a compressed payload': issuer.mint(
    {},
    { raw: Uint8Array.of(0x4b, 0x4c, 0x4a, 0x06, 0x00), header: { zip: 'DEF' } },
  ),
}))

describe.each(adapters)('the size of tokens, with $name', (adapter) => {
  it(`${adapter.name} accepts tokens of 16384 characters and refuses longer ones`, async () => {
    const issuer = createTestIssuer()
    await through(adapter, { auth: issuer.trust(), routes: { '/': [{}] } }, async ({ call }) => {
      // Of a payload, 12 bytes are 16 characters: two bytes more or less give every length but one
      // in four, and the header's filler gives the rest.
      const ofLength = (length: number): string => {
        const minted = (fill: string, pad: number) =>
          issuer.mint({ pad: 'x'.repeat(pad) }, { header: { fill } })
        const room = Math.floor(((length - minted('', 0).length) * 3) / 4)
        const tokens = ['', 'f', 'ff'].flatMap((fill) =>
          [0, 1, 2, 3, 4].map((less) => minted(fill, room - less)),
        )
        return tokens.find((token) => token.length === length) ?? expect.fail(`no ${length}`)
      }
      expect((await call('/', [bearer(ofLength(16_384))])).status).toBe(200)
      expectRefused('16,385 characters', await call('/', [bearer(ofLength(16_385))]))
      expectRefused('5,000 dots', await call('/', [bearer('.'.repeat(5000))]))
      expectRefused(
        'a nested header',
        await call('/', [bearer(`${encode(`${'['.repeat(3000)}`)}.a.a`)]),
      )
    })
  })
})
