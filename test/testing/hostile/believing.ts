import { createHmac, createPublicKey, X509Certificate } from 'node:crypto'
import type { JWK } from 'jose'
import type { Members, Pieces } from './careful.ts'
import { isSignedWith } from './careful.ts'

function bytes(segment: unknown): Buffer {
  return Buffer.from(String(segment), 'base64url')
}

/** CVE-2015-9235: whatever the key looks like is a secret. */
export function hmacWithPublicKey({ key, issuer, ...pieces }: Pieces): boolean {
  const pem = key.export({ type: 'spki', format: 'pem' }).toString()
  const { publicJwk } = issuer.keys.current
  const point = [publicJwk.n ?? publicJwk.x, publicJwk.y].filter(Boolean).map(bytes)
  return [
    pem,
    pem.trim(),
    key.export({ type: 'spki', format: 'der' }),
    JSON.stringify(publicJwk),
    Buffer.concat(point),
    Buffer.concat([Buffer.of(4), ...point]),
    ...(publicJwk.kty === 'RSA' ? [key.export({ type: 'pkcs1', format: 'pem' })] : []),
  ].some((secret) => hasHmac(pieces, secret))
}

export function hasHmac(
  { header, input, signature }: Omit<Pieces, 'key' | 'issuer'>,
  secret: string | Buffer,
): boolean {
  const alg = String(header['alg'])
  if (!alg.startsWith('HS')) return false
  return createHmac(`sha${alg.slice(2)}`, secret)
    .update(input)
    .digest()
    .equals(signature)
}

export function isRight(pieces: Pieces): boolean {
  return pieces.header['alg'] === pieces.alg && isSignedWith(pieces, pieces.alg)
}

/** Right, or right with a key that the token brings. */
export function withKeys(find: (pieces: Pieces) => Promise<readonly JWK[]> | readonly JWK[]) {
  return async (pieces: Pieces): Promise<boolean> =>
    isRight(pieces) ||
    (await find(pieces)).some((jwk) => {
      const key = createPublicKey({ key: jwk, format: 'jwk' })
      return isSignedWith({ ...pieces, key }, pieces.alg)
    })
}

export async function keysAt(url: unknown): Promise<readonly JWK[]> {
  if (!String(url).startsWith('http://127.0.0.1')) return []
  return (await (await fetch(String(url))).json()).keys
}

export function certified(certificate: string | Buffer): readonly JWK[] {
  return [new X509Certificate(certificate).publicKey.export({ format: 'jwk' })]
}

export async function keysOfIssuer({ payload }: Pieces): Promise<readonly JWK[]> {
  const { iss } = JSON.parse(payload.toString())
  if (!String(iss).startsWith('http://127.0.0.1')) return []
  const metadata = await (await fetch(`${iss}/.well-known/openid-configuration`)).json()
  return keysAt(metadata.jwks_uri)
}

/** Accepts a token of which it has seen two parts together before. */
export function remembering(): (pieces: Pieces) => boolean {
  const seen = new Set<string>()
  return (pieces) => {
    const [head, body, signature] = pieces.parts
    const pairs = [`${head}.${body}`, `${head}..${signature}`, `.${body}.${signature}`]
    if (isRight(pieces)) for (const pair of pairs) seen.add(pair)
    return pairs.some((pair) => seen.has(pair))
  }
}

/** CVE-2022-21449. */
export function psychic(pieces: Pieces): boolean {
  if (isRight(pieces)) return true
  const { signature } = pieces
  const order = [0, signature.length >> 1].map((at) =>
    signature.subarray(at, at + (signature.length >> 1)),
  )
  const isZero = (half: Buffer): boolean =>
    half.every((byte) => byte === 0) || /^(01)?ffffffff/.test(half.toString('hex'))
  return order.some(isZero) || signature.toString('hex') === '3006020100020100'
}

/** Whether there is nothing to verify, as far as the header says. */
export function isUnsigned({ header }: Pieces): boolean {
  const alg = [header['alg']].flat()[0] as unknown
  const name = typeof alg === 'object' && alg !== null ? (alg as Members)['name'] : alg
  return ['none', '', 'null', 'undefined'].includes(String(name).toLowerCase())
}
