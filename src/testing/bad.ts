import { numberWithin } from '../core/option-checks.ts'
import type { Claims } from './claims.ts'
import { claimsOf } from './claims.ts'
import type { Ids } from './deterministic.ts'
import type { KeyRing } from './keys.ts'
import type { Mint, MintOther } from './mint.ts'
import { clockSeconds } from './number-bounds.ts'
import { encodePart } from './sign.ts'

/**
 * Tokens that a guard must refuse. Each is wrong in one way and right in all others.
 *
 * An app fetches keys once for `unknownKid`, `wrongKey` or `tampered`, because the issuer may have
 * a new key. For 30 seconds after that (option `keys.cooldown` of the app), the app fetches no keys
 * for such tokens, and answers 401 to a token of the new key of `keys.rotate()`, too. Call
 * `issuer.clock.advance(31)` before the new token is sent, or create a new app. `issuer.reset()`
 * does not help.
 */
export interface BadTokens {
  /** Expired this many seconds ago. Default: 3600, which is more than any clock tolerance. */
  expired(claims?: Claims, ago?: number): string
  /** Valid only after this many seconds. Default: 3600. */
  notYetValid(claims?: Claims, ahead?: number): string
  /** The `sub` was changed after signing. It starts the app's cooldown of 30 seconds. */
  tampered(claims?: Claims): string
  /**
   * Signed with the attacker's key, under the `kid` of the current key. It starts the app's
   * cooldown of 30 seconds.
   */
  wrongKey(claims?: Claims): string
  /**
   * Signed with the attacker's key, under a `kid` that the JWKS does not have. It starts the app's
   * cooldown of 30 seconds, in which the app also refuses the new key of `keys.rotate()`: call
   * `issuer.clock.advance(31)` before a token of the new key is sent, or create a new app.
   */
  unknownKid(claims?: Claims): string
  /** Issued for another API. */
  wrongAudience(claims?: Claims): string
  /** `iss` names another issuer, although the key of this issuer signed the token. */
  wrongIssuer(claims?: Claims): string
  /** Algorithm "none" with an empty signature (RFC 7519 section 6). */
  unsigned(claims?: Claims): string
  /**
   * An ID token: issued for the client, with `nonce` and `at_hash`, and signed with the right key.
   * With a shape, it is as that issuer makes it: of your claims, it has `sub` alone.
   */
  idToken(claims?: Claims): string
  /**
   * A refresh token: a JWT for the issuer itself, with the claim `typ`. With a shape, it is as that
   * issuer makes it, which is mostly no JWT, or another secret of that issuer if it has none.
   */
  refreshToken(claims?: Claims): string
  /** A logout token (OpenID Connect Back-Channel Logout 1.0 section 2.4). */
  logoutToken(claims?: Claims): string
  /** A text that is no JWT. */
  garbage(): string
}

interface Origin {
  readonly mint: Mint
  readonly mintOther: MintOther
  readonly keys: KeyRing
  readonly now: () => number
  readonly expiresIn: number
  readonly ids: Ids
}

export function createBadTokens({ mint, mintOther, keys, now, expiresIn, ids }: Origin): BadTokens {
  const seconds = (): number => Math.floor(now() / 1000)

  return withCheckedClaims({
    expired(claims, ago = 3600) {
      const exp = seconds() - numberWithin("argument 'ago' of bad.expired", ago, clockSeconds)
      return mint({ ...claims, iat: exp - expiresIn, exp })
    },
    notYetValid(claims, ahead = 3600) {
      const option = "argument 'ahead' of bad.notYetValid"
      const nbf = seconds() + numberWithin(option, ahead, clockSeconds)
      return mint({ ...claims, nbf, exp: nbf + expiresIn })
    },
    tampered(claims) {
      const [header, payload, signature] = splitToken(mint(claims))
      const signed = decodePart(payload)
      const sub = String(signed['sub'])
      // A SPIFFE ID stays one of its trust domain, so that the signature is what is wrong.
      const changed = sub.startsWith('spiffe://') ? `${sub}/not` : `not-${sub}`
      return `${header}.${encodePart({ ...signed, sub: changed })}.${signature}`
    },
    wrongKey: (claims) =>
      mint(claims, { key: keys.attacker(), kid: keys.current.publicJwk.kid ?? null }),
    unknownKid: (claims) => mint(claims, { key: 'attacker', kid: `unknown-${ids.next()}` }),
    wrongAudience: (claims) => mint({ ...claims, aud: 'https://wrong-audience.test' }),
    wrongIssuer: (claims) => mint({ ...claims, iss: 'https://wrong-issuer.test' }),
    unsigned(claims) {
      const [header, payload] = splitToken(mint(claims))
      return `${encodePart({ ...decodePart(header), alg: 'none' })}.${payload}.`
    },
    idToken: (claims) => mintOther('idToken', claims),
    refreshToken: (claims) => mintOther('refreshToken', claims),
    logoutToken: (claims) => mintOther('logoutToken', claims),
    garbage: () => 'not.a.token',
  })
}

type Make = (claims?: Claims, distance?: number) => string

/** The functions, each of which refuses what is no claims, under its own name. */
function withCheckedClaims({ garbage, ...takingClaims }: BadTokens): BadTokens {
  const checked = Object.entries<Make>(takingClaims).map(([name, make]): [string, Make] => [
    name,
    (claims, distance) => make(claimsOf(`issuer.bad.${name}`, claims), distance),
  ])
  return { ...(Object.fromEntries(checked) as typeof takingClaims), garbage }
}

function splitToken(token: string): [string, string, string] {
  return token.split('.') as [string, string, string]
}

function decodePart(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString())
}
