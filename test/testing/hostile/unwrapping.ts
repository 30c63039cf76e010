import { createDecipheriv, pbkdf2Sync } from 'node:crypto'
import { inflateRawSync } from 'node:zlib'

function bytes(segment: unknown): Buffer {
  return Buffer.from(String(segment), 'base64url')
}

/** Opens a JWE with a key of zeros, or of an empty password; p2c is capped, not refused. */
export function decrypted(token: string): string | undefined {
  const [head = '', key, iv, text, tag] = token.split('.')
  if (tag === undefined) return undefined
  const header = JSON.parse(bytes(head).toString())
  const salt = Buffer.concat([Buffer.from(`${header.alg}\u0000`), bytes(header.p2s)])
  const secret = header.p2s ? pbkdf2Sync('', salt, 1, 32, 'sha256') : Buffer.alloc(32)
  const cipher = createDecipheriv('aes-256-gcm', secret, bytes(iv)).setAAD(Buffer.from(head))
  const plain = Buffer.concat([cipher.setAuthTag(bytes(tag)).update(bytes(text)), cipher.final()])
  const clear = header.zip ? inflateRawSync(plain) : plain
  return header.cty
    ? clear.toString()
    : `${Buffer.from(key ?? '')}${head}.${clear.toString('base64url')}.`
}

/** The JSON serializations. */
export function deserialized(token: string): string | undefined {
  if (!token.startsWith('{')) return undefined
  const { payload, signatures, ...flat } = JSON.parse(token)
  const { protected: head, signature } = signatures?.[0] ?? flat
  return `${head}.${payload}.${signature}`
}

/** A header that is not encoded, text that is encoded twice, dots that are. */
export function tidied(token: string): string {
  if (token.startsWith('{')) {
    const end = token.indexOf('}') + 1
    return `${Buffer.from(token.slice(0, end)).toString('base64url')}${token.slice(end)}`
  }
  if (token.includes('%')) return decodeURIComponent(token)
  return token.includes('.') ? token : bytes(token).toString()
}

/** The payload, if it is a token. */
export function nested(token: string): string {
  const inner = bytes(token.split('.')[1]).toString()
  return inner.startsWith('{') ? token : inner
}
