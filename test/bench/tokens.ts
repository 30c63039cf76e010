import { createPrivateKey, randomUUID, type SignKeyObjectInput, sign } from 'node:crypto'
import { promisify } from 'node:util'
import type { JWK } from 'jose'

/** The audience of every token in these benchmarks. */
export const audience = 'https://api.test'

export type SignatureName = 'RS256' | 'PS256' | 'ES256' | 'EdDSA'

/** The issuer of tokens, and the key that signs them. */
export interface Minter {
  readonly url: string
  readonly audience: string
  readonly alg: SignatureName
  readonly privateJwk: JWK
}

const signAsync = promisify(sign)
/** How many tokens are signed at once: enough to keep every thread of the pool busy. */
const together = 64

/**
 * Mints RFC 9068 access tokens that all differ. It signs on all threads, because tens of thousands
 * are needed.
 */
export async function mintTokens(minter: Minter, count: number): Promise<string[]> {
  const { alg, privateJwk } = minter
  const header = encode({ alg, typ: 'at+jwt', kid: privateJwk.kid })
  const key = {
    key: createPrivateKey({ key: privateJwk as object, format: 'jwk' }),
    dsaEncoding: 'ieee-p1363',
    // 6 is RSA_PKCS1_PSS_PADDING. The salt is as long as the digest (RFC 7518 section 3.5).
    ...(alg === 'PS256' && { padding: 6, saltLength: 32 }),
  } satisfies SignKeyObjectInput
  const mint = async (): Promise<string> => {
    const input = `${header}.${encode(claimsOf(minter))}`
    const digest = alg === 'EdDSA' ? null : 'sha256'
    const signature = await signAsync(digest, Buffer.from(input), key)
    return `${input}.${signature.toString('base64url')}`
  }
  const tokens: string[] = []
  while (tokens.length < count) {
    const next = Math.min(together, count - tokens.length)
    tokens.push(...(await Promise.all(Array.from({ length: next }, mint))))
  }
  return tokens
}

function claimsOf({ url, audience }: Minter): object {
  const iat = Math.floor(Date.now() / 1000)
  return {
    iss: url,
    sub: `user-${randomUUID()}`,
    aud: audience,
    client_id: 'client-1',
    iat,
    exp: iat + 7200,
    jti: randomUUID(),
    scope: 'openid profile orders:read orders:write',
  }
}

/** The same token, except for one character in the middle of the signature. */
export function tampered(token: string): string {
  const at = token.lastIndexOf('.') + 20
  return `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`
}

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')
