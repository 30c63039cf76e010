import { createDecipheriv, createECDH, createHash, pbkdf2Sync } from 'node:crypto'
import { inflateRawSync } from 'node:zlib'
import type { TestIssuer } from 'tollgate/testing'

function bytes(segment: unknown): Buffer {
  return Buffer.from(String(segment), 'base64url')
}

/** The key that ECDH-ES gives for AES-256-GCM with the key of the app (RFC 7518 appendix C). */
function agreedKey({ decryption }: TestIssuer, epk: { x: string; y: string }): Buffer {
  const own = createECDH('prime256v1')
  own.setPrivateKey(bytes(decryption.keys[0]?.d))
  const secret = own.computeSecret(Buffer.concat([Buffer.of(4), bytes(epk.x), bytes(epk.y)]))
  const parties = Buffer.from('000000000000000000000100', 'hex')
  const algorithm = [Buffer.of(0, 0, 0, 7), Buffer.from('A256GCM')]
  const input = [Buffer.of(0, 0, 0, 1), secret, ...algorithm, parties]
  return createHash('sha256').update(Buffer.concat(input)).digest()
}

/**
 * Decrypts a JWE with the key of the app, with a key of zeros or with the key of an empty password.
 * It ignores p2c, so that the test does not have to count the rounds.
 */
export function decrypt(token: string, issuer: TestIssuer): string | undefined {
  const [head = '', key, iv, text, tag] = token.split('.')
  if (tag === undefined) return undefined
  const header = JSON.parse(bytes(head).toString())
  const salt = Buffer.concat([Buffer.from(`${header.alg}\u0000`), bytes(header.p2s)])
  const shared = header.epk ? agreedKey(issuer, header.epk) : Buffer.alloc(32)
  const secret = header.p2s ? pbkdf2Sync('', salt, 1, 32, 'sha256') : shared
  const cipher = createDecipheriv('aes-256-gcm', secret, bytes(iv)).setAAD(Buffer.from(head))
  const plain = Buffer.concat([cipher.setAuthTag(bytes(tag)).update(bytes(text)), cipher.final()])
  const clear = header.zip ? inflateRawSync(plain) : plain
  return header.cty
    ? clear.toString()
    : `${Buffer.from(key ?? '')}${head}.${clear.toString('base64url')}.`
}

/** Turns a token in one of the JSON serializations into a compact one. */
export function deserialize(token: string): string | undefined {
  if (!token.startsWith('{')) return undefined
  const { payload, signatures, ...flat } = JSON.parse(token)
  const { protected: head, signature } = signatures?.[0] ?? flat
  return `${head}.${payload}.${signature}`
}

/**
 * Repairs a token whose header is not encoded, whose dots are encoded, or that is encoded twice.
 */
export function repair(token: string): string {
  if (token.startsWith('{')) {
    const end = token.indexOf('}') + 1
    return `${Buffer.from(token.slice(0, end)).toString('base64url')}${token.slice(end)}`
  }
  if (token.includes('%')) return decodeURIComponent(token)
  return token.includes('.') ? token : bytes(token).toString()
}

/** The payload, if it is a token itself. */
export function unwrapNested(token: string): string {
  const inner = bytes(token.split('.')[1]).toString()
  return inner.startsWith('{') ? token : inner
}
