import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import type { TestKey } from '../../test-key.ts'

/** One element in DER (X.690 section 8.1): a tag, the length, and the content. */
export function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content)
  const { length } = body
  const size =
    length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.of(tag, ...size), body])
}

function sequence(...content: readonly Uint8Array[]): Buffer {
  return der(0x30, ...content)
}

/** A positive number as a DER INTEGER. A leading zero byte keeps it from being negative. */
export function integer(bytes: Uint8Array): Buffer {
  const from = bytes.findIndex((byte) => byte !== 0)
  const digits = from === -1 ? Buffer.of(0) : bytes.subarray(from)
  return der(0x02, Buffer.alloc((digits[0] as number) > 127 ? 1 : 0), digits)
}

function identifier(hex: string, ...parameters: readonly Uint8Array[]): Buffer {
  return sequence(der(0x06, Buffer.from(hex, 'hex')), ...parameters)
}

/**
 * The identifier of the algorithm that a key signs certificates with, and the digest of it. On a
 * larger curve the digest is longer, too (RFC 5758 section 3.2).
 */
const algorithms: Readonly<Record<string, readonly [Buffer, string | null]>> = {
  RSA: [identifier('2a864886f70d01010b', der(0x05)), 'sha256'],
  'P-256': [identifier('2a8648ce3d040302'), 'sha256'],
  'P-384': [identifier('2a8648ce3d040303'), 'sha384'],
  // Deno cannot sign a SHA-256 digest with P-521.
  'P-521': [identifier('2a8648ce3d040304'), 'sha512'],
  Ed25519: [identifier('2b6570'), null],
}

/** A self-signed X.509 certificate of a key (RFC 5280 section 4.1), in DER. */
export function certify({ privateJwk, publicJwk }: TestKey): Buffer {
  const key = createPrivateKey({ key: privateJwk, format: 'jwk' })
  const [algorithm, digest] = algorithms[publicJwk.crv ?? String(publicJwk.kty)] as [
    Buffer,
    string | null,
  ]
  const name = sequence(der(0x31, identifier('550403', der(0x0c, Buffer.from('attacker')))))
  const time = (text: string): Buffer => der(0x17, Buffer.from(text))
  const toBeSigned = sequence(
    integer(Buffer.of(1)),
    algorithm,
    name,
    sequence(time('200101000000Z'), time('490101000000Z')),
    name,
    createPublicKey({ key: publicJwk, format: 'jwk' }).export({ type: 'spki', format: 'der' }),
  )
  const signature = sign(digest, toBeSigned, key)
  return sequence(toBeSigned, algorithm, der(0x03, Buffer.of(0), signature))
}

/** A self-signed X.509 certificate of a key, as PEM. */
export function certifyPem(key: TestKey): string {
  const lines =
    certify(key)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}
