import { createHash, randomUUID } from 'node:crypto'
import { schemes } from './algorithms.ts'
import type { KeyRing } from './keys.ts'
import type { Claims, Mint } from './mint.ts'
import { encodePart } from './mint.ts'
import { readNumber } from './options.ts'

/** Tokens that a guard must refuse, each wrong in one way and right in all others. */
export interface BadTokens {
  /** Expired so many seconds ago (3600, which no clock tolerance covers). */
  expired(claims?: Claims, ago?: number): string
  /** Valid only in so many seconds (3600). */
  notYetValid(claims?: Claims, ahead?: number): string
  /** Another `sub` than the one that was signed. */
  tampered(claims?: Claims): string
  /** Signed with a stranger's key, under the `kid` of the current one. */
  wrongKey(claims?: Claims): string
  /** Signed with a stranger's key, under a `kid` that the JWKS does not have. */
  unknownKid(claims?: Claims): string
  /** For another API. */
  wrongAudience(claims?: Claims): string
  /** From another issuer, though signed with the key of this one. */
  wrongIssuer(claims?: Claims): string
  /** Algorithm "none" with an empty signature (RFC 7519 §6). */
  unsigned(claims?: Claims): string
  /** An ID token: for the client, with `nonce` and `at_hash`, signed with the right key. */
  idToken(claims?: Claims): string
  /** Not a JWT at all. */
  garbage(): string
}

interface Origin {
  readonly mint: Mint
  readonly keys: KeyRing
  readonly now: () => number
  readonly expiresIn: number
}

export function createBadTokens({ mint, keys, now, expiresIn }: Origin): BadTokens {
  const seconds = (): number => Math.floor(now() / 1000)

  return {
    expired(claims, ago = 3600) {
      const exp = seconds() - readNumber('ago', ago)
      return mint({ ...claims, iat: exp - expiresIn, exp })
    },
    notYetValid(claims, ahead = 3600) {
      const nbf = seconds() + readNumber('ahead', ahead)
      return mint({ ...claims, nbf, exp: nbf + expiresIn })
    },
    tampered(claims) {
      const [header, payload, signature] = splitToken(mint(claims))
      const signed = decodePart(payload)
      return `${header}.${encodePart({ ...signed, sub: `not-${signed['sub']}` })}.${signature}`
    },
    wrongKey: (claims) =>
      mint(claims, { key: keys.attacker(), kid: keys.current.publicJwk.kid ?? null }),
    unknownKid: (claims) => mint(claims, { key: 'attacker', kid: `unknown-${randomUUID()}` }),
    wrongAudience: (claims) => mint({ ...claims, aud: 'https://wrong-audience.test' }),
    wrongIssuer: (claims) => mint({ ...claims, iss: 'https://wrong-issuer.test' }),
    unsigned(claims) {
      const [header, payload] = splitToken(mint(claims))
      return `${encodePart({ ...decodePart(header), alg: 'none' })}.${payload}.`
    },
    idToken(claims) {
      const accessToken = mint(claims)
      const { client_id, auth_time, iat } = decodePart(splitToken(accessToken)[1])
      return mint(
        {
          ...claims,
          aud: String(client_id),
          auth_time: auth_time ?? iat,
          nonce: randomUUID(),
          at_hash: halfHash(accessToken, schemes[keys.current.alg].digest ?? 'sha512'),
          client_id: undefined,
          jti: undefined,
          scope: undefined,
        },
        { header: { typ: 'JWT' } },
      )
    },
    garbage: () => 'not.a.token',
  }
}

function splitToken(token: string): [string, string, string] {
  return token.split('.') as [string, string, string]
}

function decodePart(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString())
}

/** OIDC Core §3.1.3.6: the left half of the digest that the token's own algorithm uses. */
function halfHash(token: string, digest: string): string {
  const hash = createHash(digest).update(token).digest()
  return hash.subarray(0, hash.byteLength / 2).toString('base64url')
}
