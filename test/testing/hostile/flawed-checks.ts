import { createHmac, createPublicKey, X509Certificate } from 'node:crypto'
import type { JWK } from 'jose'
import type { Members, ParsedToken } from './reference-verifier.ts'
import { isSignedWith } from './reference-verifier.ts'

function bytes(segment: unknown): Buffer {
  return Buffer.from(String(segment), 'base64url')
}

/** Uses the public key, in any of its text forms, as the secret of an HMAC (CVE-2015-9235). */
export function hmacWithPublicKey({ key, issuer, ...parsed }: ParsedToken): boolean {
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
  ].some((secret) => hasHmac(parsed, secret))
}

export function hasHmac(
  { header, input, signature }: Omit<ParsedToken, 'key' | 'issuer'>,
  secret: string | Buffer,
): boolean {
  const alg = String(header['alg'])
  if (!alg.startsWith('HS')) return false
  return createHmac(`sha${alg.slice(2)}`, secret)
    .update(input)
    .digest()
    .equals(signature)
}

/** What a careful verifier accepts: the right algorithm, and a signature by the issuer's key. */
export function isSignedByIssuer(parsed: ParsedToken): boolean {
  return parsed.header['alg'] === parsed.alg && isSignedWith(parsed, parsed.alg)
}

/** Accepts a signature by the issuer's key, or by a key that is found with the token's help. */
export function trustingKeysOf(
  find: (parsed: ParsedToken) => Promise<readonly JWK[]> | readonly JWK[],
) {
  return async (parsed: ParsedToken): Promise<boolean> =>
    isSignedByIssuer(parsed) ||
    (await find(parsed)).some((jwk) => {
      const key = createPublicKey({ key: jwk, format: 'jwk' })
      return isSignedWith({ ...parsed, key }, parsed.alg)
    })
}

export async function keysAt(url: unknown): Promise<readonly JWK[]> {
  if (!String(url).startsWith('http://127.0.0.1')) return []
  return (await (await fetch(String(url))).json()).keys
}

export function keysOfCertificate(certificate: string | Buffer): readonly JWK[] {
  return [new X509Certificate(certificate).publicKey.export({ format: 'jwk' })]
}

export async function keysOfIssuer({ payload }: ParsedToken): Promise<readonly JWK[]> {
  const { iss } = JSON.parse(payload.toString())
  if (!String(iss).startsWith('http://127.0.0.1')) return []
  const metadata = await (await fetch(`${iss}/.well-known/openid-configuration`)).json()
  return keysAt(metadata.jwks_uri)
}

/** A cache that knows tokens by two of their three parts, so that the third can be exchanged. */
export function createPartialCache(): (parsed: ParsedToken) => boolean {
  const seen = new Set<string>()
  return (parsed) => {
    const [head, body, signature] = parsed.parts
    const pairs = [`${head}.${body}`, `${head}..${signature}`, `.${body}.${signature}`]
    if (isSignedByIssuer(parsed)) for (const pair of pairs) seen.add(pair)
    return pairs.some((pair) => seen.has(pair))
  }
}

/** Accepts ECDSA signatures with numbers that make every content valid (CVE-2022-21449). */
export function acceptsTrivialEcdsa(parsed: ParsedToken): boolean {
  if (isSignedByIssuer(parsed)) return true
  const { signature } = parsed
  const halves = [0, signature.length >> 1].map((at) =>
    signature.subarray(at, at + (signature.length >> 1)),
  )
  const isZero = (half: Buffer): boolean =>
    half.every((byte) => byte === 0) || /^(01)?ffffffff/.test(half.toString('hex'))
  return halves.some(isZero) || signature.toString('hex') === '3006020100020100'
}

/** Whether the header says that the token has no signature. */
export function isUnsigned({ header }: ParsedToken): boolean {
  const alg = [header['alg']].flat()[0] as unknown
  const name = typeof alg === 'object' && alg !== null ? (alg as Members)['name'] : alg
  return ['none', '', 'null', 'undefined'].includes(String(name).toLowerCase())
}
