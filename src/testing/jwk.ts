import {
  createECDH,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
} from 'node:crypto'
import type { JWK } from 'jose'
import type { PublicKeyAlgorithm } from '../core/algorithms.ts'
import {
  fitsKeyType,
  isPublicKeyAlgorithm,
  publicKeyAlgorithms,
  signatureParameters,
} from '../core/algorithms.ts'
import { wrongOption } from '../core/option-checks.ts'

/**
 * A new random private JWK.
 *
 * @param bits The length of an RSA modulus. Default: 2048.
 */
export function generateJwk(alg: PublicKeyAlgorithm, bits = 2048): JWK {
  const { kty, crv } = signatureParameters[alg]
  if (kty === 'RSA') return { ...generate('rsa', { modulusLength: bits }), alg }
  if (kty === 'EC') return { ...generate('ec', { namedCurve: crv }), alg }
  return { ...generate('ed25519', {}), alg }
}

/**
 * By way of its bytes: on Node 20, a key that has just been made as a KeyObject may never come back
 * from its export as a JWK, if garbage is collected meanwhile. The process then hangs.
 */
function generate(type: string, options: object): JWK {
  const { privateKey } = generatePair(type, {
    ...options,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  })
  return fromPkcs8(privateKey)
}

/** As it is called here: the types have a signature for each kind of key and encoding. */
const generatePair = generateKeyPairSync as unknown as (
  type: string,
  options: object,
) => { privateKey: Buffer }

function fromPkcs8(bytes: Buffer): JWK {
  const key = createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' })
  return membersOf(key.export({ format: 'jwk' }))
}

/**
 * The JWK without undefined members. workerd exports the members that a key does not have as such.
 */
function membersOf(jwk: JWK): JWK {
  return Object.fromEntries(Object.entries(jwk).filter(([, value]) => value !== undefined)) as JWK
}

/** The bytes of PKCS #8 before the 32 bytes of an Ed25519 private key (RFC 8410 section 7). */
const ed25519Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')

/**
 * Derives a private JWK from a seed and a counter, so that it is the same in every process. The
 * secret is the SHA-256 of the seed, followed by the counter in four bytes.
 */
export function deriveJwk(alg: PublicKeyAlgorithm, seed: string, n: number): JWK {
  const counter = Buffer.alloc(4)
  counter.writeUInt32BE(n)
  const secret = createHash('sha256').update(seed).update(counter).digest()
  const { crv } = signatureParameters[alg]
  if (crv === 'Ed25519') {
    return { ...fromPkcs8(Buffer.concat([ed25519Prefix, secret])), alg }
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
  return wrongOption(
    "option 'keys' of the test issuer",
    `has a seed, which makes no keys for ${alg}: use alg ES256, EdDSA or Ed25519, or private JWKs`,
  )
}

/**
 * The algorithm that a private JWK signs with: the one that it states, else `preferred`, else the
 * first that fits its key type.
 *
 * @param option Where the JWK comes from, for the error message.
 */
export function algorithmOf(
  option: string,
  jwk: JWK,
  preferred: PublicKeyAlgorithm | undefined,
): PublicKeyAlgorithm {
  if (typeof jwk?.d !== 'string') {
    wrongOption(option, 'must be a private JWK: it has no member "d"')
  }
  const { kty, crv } = jwk
  const alg = [jwk.alg, preferred, ...publicKeyAlgorithms]
    .filter(isPublicKeyAlgorithm)
    .find((name) => fitsKeyType(name, kty, crv) && (jwk.alg ?? name) === name)
  if (alg) return alg
  return wrongOption(
    option,
    `has kty ${kty}, crv ${crv}, alg ${jwk.alg}: supported are ${publicKeyAlgorithms.join(', ')}`,
  )
}

/** The public members of a private JWK. Nothing else is copied, so that nothing secret can leak. */
export function publicHalf(jwk: JWK): JWK {
  return membersOf(createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'jwk' }))
}

/** The thumbprint of a JWK: the SHA-256 of its required members in lexical order (RFC 7638). */
export function thumbprint(jwk: JWK): string {
  const { crv, e, kty, n, x, y } = jwk
  return createHash('sha256').update(JSON.stringify({ crv, e, kty, n, x, y })).digest('base64url')
}
