import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import type { JWK } from 'jose'
import type { Documents, ScriptedIssuer } from './issuer.ts'
import type { Scenario } from './scenario.ts'

/** Two private JWKs: `old` signs from the start, `new` once the issuer is back. */
export interface SigningKeys {
  readonly old: JWK
  readonly new: JWK
}

export interface Tokens {
  /** Valid from the first second to the last. */
  readonly old: readonly string[]
  readonly new: readonly string[]
  readonly beforeRotation: Documents
  readonly afterRotation: Documents
}

export const audience = 'https://api.test'

export function generateKeys(): SigningKeys {
  return { old: generateKey('old'), new: generateKey('new') }
}

function generateKey(kid: string): JWK {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { ...privateKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' }
}

/**
 * RFC 9068 access tokens, one for each caller. The tokens of two contenders differ in their times
 * and in the port of `iss`.
 */
export function mintTokens(
  { url: issuer, jwksUri }: ScriptedIssuer,
  keys: SigningKeys,
  { callers, end }: Scenario,
): Tokens {
  const metadata = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: jwksUri,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  }
  const oldJwk = publicJwk(keys.old)
  const newJwk = publicJwk(keys.new)
  const iat = Math.floor(Date.now() / 1000)
  const mint = (key: JWK): readonly string[] => {
    const privateKey = createPrivateKey({ key, format: 'jwk' })
    const header = encode(headerWith(key.kid as string))
    return Array.from({ length: callers }, (_, caller) => {
      const claims = {
        iss: issuer,
        sub: `user-${caller}`,
        aud: audience,
        client_id: 'client-1',
        iat,
        exp: iat + 2 * end,
        jti: `${key.kid}-${caller}`,
        scope: 'orders:read',
      }
      const input = `${header}.${encode(claims)}`
      return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`
    })
  }
  return {
    old: mint(keys.old),
    new: mint(keys.new),
    beforeRotation: { metadata, keys: { keys: [oldJwk] } },
    afterRotation: { metadata, keys: { keys: [newJwk, oldJwk] } },
  }
}

/** A good token with another key id, which the issuer does not have. */
export function withUnknownKey(token: string, kid: string): string {
  const [, payload, signature] = token.split('.')
  return `${encode(headerWith(kid))}.${payload}.${signature}`
}

const headerWith = (kid: string) => ({ alg: 'RS256', typ: 'at+jwt', kid })

function publicJwk(key: JWK): object {
  const { kid, alg, use } = key
  return { ...createPublicKey({ key, format: 'jwk' }).export({ format: 'jwk' }), kid, alg, use }
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}
