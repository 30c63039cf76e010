import type { CaseFixture } from './fixture.ts'

/**
 * What an app gets wrong that accepts the case.
 *
 * - 'forgery': anyone can get in without a token of the issuer.
 * - 'spec': the app breaks a MUST of the standards for JWT, JWS or Bearer tokens.
 * - 'profile': the app breaks a MUST of RFC 9068, RFC 9449 or RFC 8705.
 * - 'hardening': the app breaks no MUST, but accepting such a token has led to attacks before.
 * - 'transport': the app reads the token from a place where it must not be.
 * - 'limit': an attacker can make the app do a lot of work.
 * - 'info': a correct library may accept the case. It never makes a run fail.
 */
export type HostileLevel =
  | 'forgery'
  | 'spec'
  | 'profile'
  | 'hardening'
  | 'transport'
  | 'limit'
  | 'info'

/** What somebody needs to send the case. 'public-key' is what everyone can read in the JWKS. */
export type AttackerNeeds = 'nothing' | 'public-key' | 'a-valid-token' | 'issuer-key'

/** The name of a case: its family, a slash, and what is special about it. */
export type HostileId =
  `${'alg' | 'hmac' | 'sig' | 'ecdsa' | 'cache' | 'jwk' | 'jku' | 'x5u' | 'x5c' | 'kid' | 'crit' | 'b64' | 'zip' | 'jwe' | 'json' | 'enc' | 'exp' | 'nbf' | 'iat' | 'iss' | 'aud' | 'sub' | 'client_id' | 'jti' | 'typ' | 'opaque' | 'cnf' | 'scope' | 'size' | 'wire' | 'id_token'}/${string}`

/** The parts of a request that present a token. */
export interface RequestParts {
  /** Header lines in their order. The same name may come twice. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Added to the query of the path. It has no leading question mark. */
  readonly query?: string
  /** The body, as `application/x-www-form-urlencoded`. */
  readonly form?: string
}

/** One request that a guard must refuse, made from a request that the guard must let through. */
export interface HostileCase extends RequestParts {
  readonly id: HostileId
  readonly level: HostileLevel
  /** What is wrong with the request. */
  readonly title: string
  /** Standards, CVEs and tools that describe the attack. */
  readonly refs: readonly string[]
  readonly attackerNeeds: AttackerNeeds
  readonly token: string
  /** 'refusal', or 'pass' for the few spellings that a guard must understand. */
  readonly expects: 'refusal' | 'pass'
  /** Whether the good token must be sent just before: only then can a faulty cache show itself. */
  readonly afterGood: boolean
}

/** A token, and the parts of the request that present it. */
export interface TokenRequest extends RequestParts {
  readonly token: string
}

/**
 * Builds a case from the good token. A string is a token that is sent with the scheme Bearer.
 * Undefined means that this case cannot be built from this good token.
 */
export type BuildToken = (fixture: CaseFixture) => string | TokenRequest | undefined

/** A case before there is a token to build it from. */
export interface CaseDefinition {
  readonly id: HostileId
  readonly level: HostileLevel
  readonly title: string
  readonly refs: readonly string[]
  readonly needs: AttackerNeeds
  readonly build: BuildToken
  /** The case exists only for issuers whose current key has this type (any type). */
  readonly kty?: 'RSA' | 'EC' | 'OKP'
  readonly expects?: 'pass'
  readonly afterGood?: true
}

/** What the cases of one family have in common. */
type CommonFields = Omit<CaseDefinition, 'id' | 'title' | 'build'>

/** Several cases that share a level, references and what the attacker needs. */
export function family<Id extends HostileId>(
  common: CommonFields,
  cases: Readonly<Record<Id, readonly [title: string, build: BuildToken]>>,
): readonly CaseDefinition[] {
  return (Object.keys(cases) as Id[]).map((id) => {
    const [title, build] = cases[id]
    return { ...common, id, title, build }
  })
}
