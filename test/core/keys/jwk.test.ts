import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { publicKeyAlgorithms } from '../../../src/core/algorithms.ts'
import type { JwkRules } from '../../../src/core/keys/jwk.ts'
import { admitJwk } from '../../../src/core/keys/jwk.ts'

const jwkOf = (type: 'rsa' | 'ec' | 'ed25519') => {
  const { publicKey } =
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : type === 'ec'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('ed25519')
  return publicKey.export({ format: 'jwk' })
}
const [rsa, ec, okp] = [jwkOf('rsa'), jwkOf('ec'), jwkOf('ed25519')]
const modulus = (octets: number, first: number): string => {
  const bytes = Buffer.alloc(octets, 0xa5)
  bytes[0] = first
  bytes[octets - 1] = 0x01
  return bytes.toString('base64url')
}
const rules: JwkRules = { algorithms: publicKeyAlgorithms, issuer: undefined, spelling: 'tolerant' }
const why = (jwk: unknown, given: Partial<JwkRules> = {}): string | undefined => {
  const outcome = admitJwk(jwk, { ...rules, ...given })
  return 'why' in outcome ? outcome.why : undefined
}

describe('T3: published keys that are used', () => {
  it.each([
    ['an RSA key', rsa],
    ['an EC key', ec],
    ['an OKP key', okp],
    ['a key whose use is sig', { ...rsa, use: 'sig' }],
    ['a key whose key_ops is verify', { ...rsa, key_ops: ['verify'] }],
    ['a key whose kid has 256 characters', { ...rsa, kid: 'k'.repeat(256) }],
    ['an RSA key with exponent 3', { ...rsa, e: 'Aw' }],
    [
      'an RSA key with the largest allowed exponent',
      { ...rsa, e: Buffer.from('ffffffff', 'hex').toString('base64url') },
    ],
    ['an RSA key of exactly 2048 bits', { ...rsa, n: modulus(256, 0x80) }],
    ['an RSA key of exactly 8192 bits', { ...rsa, n: modulus(1024, 0x80) }],
    [
      'a key with members that have no meaning for signatures',
      { ...rsa, x5c: ['x'], created_at: 1 },
    ],
  ])('a key set may hold %s', (_, jwk) => {
    expect(why(jwk)).toBeUndefined()
  })

  it('only the public members of a published key are kept', () => {
    const outcome = admitJwk({ ...ec, kid: 'a', x5c: ['x'], use: 'sig' }, rules)
    expect(outcome).toEqual({
      kid: 'a',
      jwk: { kty: 'EC', crv: 'P-256', x: ec.x, y: ec.y },
      algorithms: ['ES256'],
    })
  })

  it('T2: a published key is used only for the algorithm that it states, under every name of that algorithm', () => {
    const of = (jwk: object) => (admitJwk(jwk, rules) as { algorithms?: unknown }).algorithms
    expect(of({ ...rsa, alg: 'PS256' })).toEqual(['PS256'])
    expect(of({ ...okp, alg: 'EdDSA' })).toEqual(['EdDSA', 'Ed25519'])
    expect(of({ ...okp, alg: 'Ed25519' })).toEqual(['EdDSA', 'Ed25519'])
    expect(of(rsa)).toEqual(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'])
  })
})

describe('T3: published keys that are not used', () => {
  it.each(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'])(
    'a key with the private member %s is not used',
    (name) => {
      expect(why({ ...rsa, [name]: 'AA' })).toBe('holds private or symmetric key material')
    },
  )

  it.each([
    ['a key that is null', 'not a JSON object', null],
    ['a key that is an array', 'not a JSON object', []],
    ['a key that is text', 'not a JSON object', 'x'],
    ['a key whose kid is a number', 'kid is not a string', { ...rsa, kid: 1 }],
    ['a key whose kid has 257 characters', 'kid is too long', { ...rsa, kid: 'k'.repeat(257) }],
    ['a key whose use is enc', 'not for signatures (use)', { ...rsa, use: 'enc' }],
    [
      'a key whose key_ops is a list with sign',
      'not for verification (key_ops)',
      { ...rsa, key_ops: ['sign'] },
    ],
    ['a key whose key_ops is text', 'key_ops is not a list', { ...rsa, key_ops: 'verify' }],
    ['a key of an unknown type', 'unsupported key type', { kty: 'AKP' }],
    ['a key without a type', 'kty is missing', {}],
    ['an EC key with the curve secp256k1', 'unsupported curve', { ...ec, crv: 'secp256k1' }],
    [
      'an EC key whose curve is the name of an inherited member',
      'unsupported curve',
      { ...ec, crv: 'constructor' },
    ],
    ['an EC key whose curve is an array', 'crv is not a string', { ...ec, crv: ['P-256'] }],
    ['an OKP key with the curve Ed448', 'unsupported curve', { ...okp, crv: 'Ed448' }],
    ['an EC key without a y coordinate', 'y is missing', { ...ec, y: undefined }],
    ['an OKP key with a short coordinate', 'x is not 32 octets long', { ...okp, x: 'AA' }],
    ['an EC key whose coordinate is too long', 'x is longer than 32 octets', { ...ec, x: rsa.n }],
    ['an EC key whose coordinate is badly padded', 'x is not base64url', { ...ec, x: `${ec.x}==` }],
    ['an EC key whose point is not on its curve', 'a point off the curve', { ...ec, x: ec.y }],
    [
      'an RSA key whose modulus begins with a space',
      'n is not base64url',
      { ...rsa, n: ` ${rsa.n}` },
    ],
    ['an RSA key whose modulus is a number', 'n is not a string', { ...rsa, n: 1 }],
    ['an RSA key without an exponent', 'e is missing', { ...rsa, e: undefined }],
    ['an RSA key with an empty exponent', 'e is empty', { ...rsa, e: '' }],
    ['an RSA key with exponent 0', 'exponent is not odd, 3 to 2^32', { ...rsa, e: 'AA' }],
    ['an RSA key with exponent 1', 'exponent is not odd, 3 to 2^32', { ...rsa, e: 'AQ' }],
    ['an RSA key with exponent 2', 'exponent is not odd, 3 to 2^32', { ...rsa, e: 'Ag' }],
    [
      'an RSA key with exponent 2^32 + 1',
      'exponent is not odd, 3 to 2^32',
      { ...rsa, e: Buffer.from('0100000001', 'hex').toString('base64url') },
    ],
    [
      'an RSA key with an exponent of six bytes',
      'exponent is not odd, 3 to 2^32',
      { ...rsa, e: Buffer.from('010000000001', 'hex').toString('base64url') },
    ],
    [
      'an RSA key of 2047 bits',
      'modulus is shorter than 2048 bits',
      { ...rsa, n: modulus(256, 0x7f) },
    ],
    [
      'an RSA key of more than 8192 bits',
      'modulus is longer than 8192 bits',
      { ...rsa, n: modulus(1025, 0x01) },
    ],
    [
      'an RSA key with an even modulus',
      'modulus is even',
      { ...rsa, n: modulus(256, 0x80).replace(/.{2}$/, 'AA') },
    ],
    [
      'an RSA key with the algorithm RSA-OAEP',
      'serves no allowed algorithm',
      { ...rsa, alg: 'RSA-OAEP' },
    ],
    [
      'an EC key with an algorithm for another curve',
      'serves no allowed algorithm',
      { ...ec, alg: 'ES384' },
    ],
    ['an RSA key whose algorithm is an array', 'alg is not a string', { ...rsa, alg: ['RS256'] }],
  ])('%s is not used (reason: %s)', (_, reason, jwk) => {
    expect(why(jwk)).toBe(reason)
  })
})
