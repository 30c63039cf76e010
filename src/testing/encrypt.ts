import {
  constants,
  createCipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  publicEncrypt,
  randomBytes,
} from 'node:crypto'
import type { JWK } from 'jose'
import { kindOf, wrongOption } from '../core/option-checks.ts'
import type { DecryptionOptions } from '../index.ts'
import { checkOptions } from './arguments.ts'
import { generateJwk, publicHalf } from './jwk.ts'

/** How a token is encrypted. */
export interface EncryptOptions {
  /** The key of the app under test, private or public. Default: that of `issuer.decryption`. */
  key?: JWK
  /** Default: 'RSA-OAEP-256' for an RSA key, 'ECDH-ES' for an EC key. */
  alg?: DecryptionOptions['algorithms'][number]
  /** Default: 'A256GCM'. */
  enc?: DecryptionOptions['encryption'][number]
  /** Members that replace those of the JWE header. A member that is `undefined` is left out. */
  header?: Readonly<Record<string, unknown>>
}

const known = { key: true, alg: true, enc: true, header: true } as const satisfies Record<
  keyof EncryptOptions,
  true
>

const keyTypes = { 'RSA-OAEP-256': 'RSA', 'ECDH-ES': 'EC', 'ECDH-ES+A256KW': 'EC' } as const
/** What makes a key on each curve. It signs nothing. */
const signatureOn = { 'P-256': 'ES256', 'P-384': 'ES384', 'P-521': 'ES512' } as const
const option = (name: string): string => `option '${name}' of issuer.encrypt`

/** A new key of an app, and what its options say of it. */
export function createDecryption(): DecryptionOptions {
  const { alg: _, ...jwk } = generateJwk('ES256')
  return Object.freeze({
    keys: [Object.freeze({ ...jwk, kid: `test-encryption-${randomBytes(6).toString('hex')}` })],
    algorithms: ['ECDH-ES', 'ECDH-ES+A256KW'] as const,
    encryption: ['A256GCM', 'A128CBC-HS256'] as const,
  })
}

/** Encrypts a token to the app under test: a JWE with the token in it (RFC 7519 section 5.2). */
export function encryptToken(token: string, options: EncryptOptions, key: JWK): string {
  checkOptions(
    'the options of issuer.encrypt',
    options,
    known,
    "issuer.encrypt(token, { alg: 'ECDH-ES' })",
  )
  if (typeof token !== 'string') {
    wrongOption("argument 'token' of issuer.encrypt", `must be a token, not ${kindOf(token)}`)
  }
  return encryptBytes(Buffer.from(token), { ...options, key: options.key ?? key })
}

/** Encrypts any bytes. */
export function encryptBytes(
  plaintext: Uint8Array,
  {
    key,
    alg = key.kty === 'RSA' ? 'RSA-OAEP-256' : 'ECDH-ES',
    enc = 'A256GCM',
    header,
  }: EncryptOptions & { readonly key: JWK },
): string {
  if (keyTypes[alg] !== key.kty) {
    wrongOption(option('alg'), `is ${alg}, which does not fit a key with kty ${key.kty}`)
  }
  if (enc !== 'A256GCM' && enc !== 'A128CBC-HS256') {
    wrongOption(option('enc'), `must be 'A256GCM' or 'A128CBC-HS256', not '${enc}'`)
  }
  const { contentKey, encryptedKey, epk } = keysFor(key, alg, enc)
  const head = base64url(
    JSON.stringify({ alg, enc, cty: 'JWT', kid: key.kid, ...(epk && { epk }), ...header }),
  )
  const { iv, text, tag } = encryptContent(enc, contentKey, plaintext, Buffer.from(head))
  return [head, ...[encryptedKey, iv, text, tag].map(base64url)].join('.')
}

function base64url(content: string | Uint8Array): string {
  return Buffer.from(content as Uint8Array).toString('base64url')
}

interface ContentKey {
  readonly contentKey: Uint8Array
  readonly encryptedKey: Uint8Array
  readonly epk?: JWK
}

/** The key of the content, which has 32 bytes with either encryption, and how it is told. */
function keysFor(key: JWK, alg: string, enc: string): ContentKey {
  const contentKey = randomBytes(32)
  if (alg === 'RSA-OAEP-256') {
    const { kty, n, e } = key
    const encryptedKey = publicEncrypt(
      {
        key: createPublicKey({ key: { kty, n, e } as JWK, format: 'jwk' }),
        padding: constants.RSA_PKCS1_OAEP_PADDING,
        oaepHash: 'sha256',
      },
      contentKey,
    )
    return { contentKey, encryptedKey }
  }
  const { secret, epk } = agreeOnSecret(key)
  if (alg === 'ECDH-ES') {
    return { contentKey: deriveKey(secret, enc), encryptedKey: new Uint8Array(), epk }
  }
  return { contentKey, encryptedKey: wrapKey(deriveKey(secret, alg), contentKey), epk }
}

/** ECDH with a key that is made for this token alone (RFC 7518 section 4.6). */
function agreeOnSecret({ kty, crv, x, y }: JWK): { secret: Buffer; epk: JWK } {
  const ephemeral = generateJwk(signatureOn[crv as keyof typeof signatureOn])
  const secret = diffieHellman({
    privateKey: createPrivateKey({ key: ephemeral, format: 'jwk' }),
    publicKey: createPublicKey({ key: { kty, crv, x, y } as JWK, format: 'jwk' }),
  })
  return { secret, epk: publicHalf(ephemeral) }
}

function uint32(n: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(n)
  return bytes
}

/** A key of 256 bits (Concat KDF of RFC 7518 section 4.6.2). No party is named. */
function deriveKey(secret: Uint8Array, purpose: string): Buffer {
  return createHash('sha256')
    .update(uint32(1))
    .update(secret)
    .update(uint32(purpose.length))
    .update(purpose)
    .update(uint32(0))
    .update(uint32(0))
    .update(uint32(256))
    .digest()
}

/** AES key wrap (RFC 3394 section 2.2.1). Not every runtime has it under a name of its own. */
function wrapKey(wrappingKey: Uint8Array, key: Uint8Array): Buffer {
  let check: Uint8Array = Buffer.alloc(8, 0xa6)
  const blocks = Array.from({ length: key.length / 8 }, (_, i) => key.subarray(i * 8, i * 8 + 8))
  for (let step = 1; step <= 6 * blocks.length; step++) {
    const i = (step - 1) % blocks.length
    const cipher = createCipheriv('aes-256-ecb', wrappingKey, null).setAutoPadding(false)
    const wrapped = cipher.update(Buffer.concat([check, blocks[i] as Uint8Array]))
    wrapped.writeUInt8(wrapped.readUInt8(7) ^ step, 7)
    check = wrapped.subarray(0, 8)
    blocks[i] = wrapped.subarray(8, 16)
  }
  return Buffer.concat([check, ...blocks])
}

function encryptContent(enc: string, key: Uint8Array, plaintext: Uint8Array, head: Buffer) {
  if (enc === 'A256GCM') {
    const iv = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(head)
    const text = Buffer.concat([cipher.update(plaintext), cipher.final()])
    return { iv, text, tag: cipher.getAuthTag() }
  }
  // RFC 7518 section 5.2.2.1: the first half of the key is for the tag, the other for the text.
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-128-cbc', key.subarray(16), iv)
  const text = Buffer.concat([cipher.update(plaintext), cipher.final()])
  const bits = Buffer.concat([uint32(0), uint32(head.length * 8)])
  const mac = createHmac('sha256', key.subarray(0, 16))
  const tag = mac.update(head).update(iv).update(text).update(bits).digest().subarray(0, 16)
  return { iv, text, tag }
}
