import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { supportedAlgorithms } from '../../../src/core/algorithms.ts'
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
const why = (jwk: unknown): string | undefined => {
  const outcome = admitJwk(jwk, supportedAlgorithms)
  return 'why' in outcome ? outcome.why : undefined
}

describe('a key is admitted', () => {
  it.each([
    ['RSA', rsa],
    ['EC', ec],
    ['OKP', okp],
    ['for signatures', { ...rsa, use: 'sig' }],
    ['for verification', { ...rsa, key_ops: ['verify'] }],
    ['with a kid of 256 characters', { ...rsa, kid: 'k'.repeat(256) }],
    ['with exponent 3', { ...rsa, e: 'Aw' }],
    [
      'with the largest exponent',
      { ...rsa, e: Buffer.from('ffffffff', 'hex').toString('base64url') },
    ],
    ['of exactly 2048 bits', { ...rsa, n: modulus(256, 0x80) }],
    ['of exactly 8192 bits', { ...rsa, n: modulus(1024, 0x80) }],
    ['with members that mean nothing here', { ...rsa, x5c: ['x'], created_at: 1 }],
  ])('%s', (_, jwk) => {
    expect(why(jwk)).toBeUndefined()
  })

  it('with its public members alone', () => {
    const outcome = admitJwk({ ...ec, kid: 'a', x5c: ['x'], use: 'sig' }, supportedAlgorithms)
    expect(outcome).toEqual({
      kid: 'a',
      jwk: { kty: 'EC', crv: 'P-256', x: ec.x, y: ec.y },
      algorithms: ['ES256'],
    })
  })

  it('for the algorithm that it states, whichever its name', () => {
    const of = (jwk: object) =>
      (admitJwk(jwk, supportedAlgorithms) as { algorithms?: unknown }).algorithms
    expect(of({ ...rsa, alg: 'PS256' })).toEqual(['PS256'])
    expect(of({ ...okp, alg: 'EdDSA' })).toEqual(['EdDSA', 'Ed25519'])
    expect(of({ ...okp, alg: 'Ed25519' })).toEqual(['EdDSA', 'Ed25519'])
    expect(of(rsa)).toEqual(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'])
  })
})

describe('a key is refused', () => {
  it.each(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'])(
    'with the private member %s',
    (name) => {
      expect(why({ ...rsa, [name]: 'AA' })).toBe('holds private or symmetric key material')
    },
  )

  it.each([
    ['not a JSON object', null],
    ['not a JSON object', []],
    ['not a JSON object', 'x'],
    ['kid is not a string', { ...rsa, kid: 1 }],
    ['kid is too long', { ...rsa, kid: 'k'.repeat(257) }],
    ['not for signatures (use)', { ...rsa, use: 'enc' }],
    ['not for verification (key_ops)', { ...rsa, key_ops: ['sign'] }],
    ['not for verification (key_ops)', { ...rsa, key_ops: 'verify' }],
    ['unsupported key type', { kty: 'AKP' }],
    ['unsupported key type', {}],
    ['unsupported curve', { ...ec, crv: 'secp256k1' }],
    ['unsupported curve', { ...ec, crv: 'constructor' }],
    ['unsupported curve', { ...ec, crv: ['P-256'] }],
    ['unsupported curve', { ...okp, crv: 'Ed448' }],
    ['malformed coordinates', { ...ec, y: undefined }],
    ['malformed coordinates', { ...okp, x: 'AA' }],
    ['malformed coordinates', { ...ec, x: `${ec.x}=` }],
    ['a point off the curve', { ...ec, x: ec.y }],
    ['modulus is not base64url', { ...rsa, n: ` ${rsa.n}` }],
    ['modulus is not base64url', { ...rsa, n: 1 }],
    ['exponent is not base64url', { ...rsa, e: '+AAB' }],
    ['exponent is not base64url', { ...rsa, e: undefined }],
    ['exponent is not odd, 3 to 2^32', { ...rsa, e: 'AQ' }],
    ['exponent is not odd, 3 to 2^32', { ...rsa, e: 'Ag' }],
    [
      'exponent is not odd, 3 to 2^32',
      { ...rsa, e: Buffer.from('0100000001', 'hex').toString('base64url') },
    ],
    [
      'exponent is not odd, 3 to 2^32',
      { ...rsa, e: Buffer.from('000000010001', 'hex').toString('base64url') },
    ],
    ['modulus is shorter than 2048 bits', { ...rsa, n: modulus(256, 0x7f) }],
    ['modulus is longer than 8192 bits', { ...rsa, n: modulus(1025, 0x01) }],
    ['serves no allowed algorithm', { ...rsa, alg: 'RSA-OAEP' }],
    ['serves no allowed algorithm', { ...ec, alg: 'ES384' }],
    ['serves no allowed algorithm', { ...rsa, alg: ['RS256'] }],
  ])('%s', (reason, jwk) => {
    expect(why(jwk)).toBe(reason)
  })
})
