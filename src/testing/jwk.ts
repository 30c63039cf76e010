import type { KeyObject } from 'node:crypto'
import {
  createECDH,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
} from 'node:crypto'
import type { JWK } from 'jose'
import type { Algorithm } from '../index.ts'
import { canSign, isSigningAlgorithm, schemes } from './algorithms.ts'

/** A fresh random private JWK. @param bits The length of an RSA modulus. */
export function generateJwk(alg: Algorithm, bits = 2048): JWK {
  const { kty, crv } = schemes[alg]
  if (kty === 'RSA')
    return { ...exported(generateKeyPairSync('rsa', { modulusLength: bits })), alg }
  if (kty === 'EC') {
    return { ...exported(generateKeyPairSync('ec', { namedCurve: crv ?? '' })), alg }
  }
  return { ...exported(generateKeyPairSync('ed25519')), alg }
}

function exported({ privateKey }: { privateKey: KeyObject }): JWK {
  return membersOf(privateKey.export({ format: 'jwk' }))
}

/** workerd exports the members of every kind of key, those that it does not have as undefined. */
function membersOf(jwk: JWK): JWK {
  return Object.fromEntries(Object.entries(jwk).filter(([, value]) => value !== undefined)) as JWK
}

/** RFC 8410 §7: what stands before the 32 bytes of an Ed25519 private key in PKCS #8. */
const ed25519Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')

/** The `n`th private JWK of a seed: the same in every process. Its secret is SHA-256(seed ‖ n). */
export function deriveJwk(alg: Algorithm, seed: string, n: number): JWK {
  const counter = Buffer.alloc(4)
  counter.writeUInt32BE(n)
  const secret = createHash('sha256').update(seed).update(counter).digest()
  const { crv } = schemes[alg]
  if (crv === 'Ed25519') {
    const der = Buffer.concat([ed25519Prefix, secret])
    return {
      ...createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ format: 'jwk' }),
      alg,
    }
  }
  if (crv === 'P-256') {
    const curve = createECDH('prime256v1')
    curve.setPrivateKey(secret)
    const point = curve.getPublicKey()
    const [x, y, d] = [point.subarray(1, 33), point.subarray(33), secret].map((bytes) =>
      bytes.toString('base64url'),
    ) as [string, string, string]
    return { kty: 'EC', crv, x, y, d, alg }
  }
  throw new TypeError(
    `keys: { seed } derives P-256 and Ed25519 keys alone, and ${alg} needs another: use alg ES256, EdDSA or Ed25519, keys: 'random', or give private JWKs as keys.`,
  )
}

/** The algorithm that a private JWK signs with: what it states, else `preferred`, else the usual one. */
export function algorithmOf(jwk: JWK, preferred: Algorithm | undefined): Algorithm {
  if (typeof jwk.d !== 'string') {
    throw new TypeError('A key of a test issuer must be a private JWK: it has no member "d".')
  }
  const usual = Object.keys(schemes) as Algorithm[]
  const alg = [jwk.alg, preferred, ...usual]
    .filter(isSigningAlgorithm)
    .find((candidate) => canSign(candidate, jwk) && (jwk.alg ?? candidate) === candidate)
  if (alg) return alg
  throw new TypeError(
    `No supported algorithm fits a JWK of kty ${jwk.kty}, crv ${jwk.crv} and alg ${jwk.alg}; supported are ${usual.join(', ')}.`,
  )
}

/** The public half, made from the private one: nothing else of the given JWK is copied. */
export function publicHalf(jwk: JWK): JWK {
  return membersOf(createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'jwk' }))
}

/** RFC 7638: the SHA-256 of the required public members, in lexical order. */
export function thumbprint(jwk: JWK): string {
  const { crv, e, kty, n, x, y } = jwk
  return createHash('sha256').update(JSON.stringify({ crv, e, kty, n, x, y })).digest('base64url')
}
