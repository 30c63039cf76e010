import type { Good } from './fixture.ts'

/**
 * What it means to accept the case. 'forgery': anyone gets in. 'spec': a MUST of the JWT, JWS and
 * Bearer standards is broken. 'profile': one of RFC 9068, RFC 9449 or RFC 8705. 'hardening': no MUST,
 * but known to end badly. 'transport': how the token travels. 'limit': how much work a stranger can
 * cause. 'info': a correct library may accept it; it never fails.
 */
export type HostileLevel =
  | 'forgery'
  | 'spec'
  | 'profile'
  | 'hardening'
  | 'transport'
  | 'limit'
  | 'info'

/** What somebody needs to send the case: no more than the keys that everyone can read, or more. */
export type AttackerNeeds = 'nothing' | 'public-key' | 'a-valid-token' | 'issuer-key'

/** The name of a case: its family and what is special about it. */
export type HostileId =
  `${'alg' | 'hmac' | 'sig' | 'ecdsa' | 'cache' | 'jwk' | 'jku' | 'x5u' | 'x5c' | 'kid' | 'crit' | 'b64' | 'zip' | 'jwe' | 'json' | 'enc' | 'exp' | 'nbf' | 'iat' | 'iss' | 'aud' | 'sub' | 'client_id' | 'jti' | 'typ' | 'cnf' | 'scope' | 'size' | 'wire'}/${string}`

/** How a token travels. */
export interface Carriage {
  /** Header lines in their order; a name may come twice. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Added to the query of the path, without the question mark. */
  readonly query?: string
  /** The body, as `application/x-www-form-urlencoded`. */
  readonly form?: string
}

/** One request that a guard must refuse, made from one that it must let through. */
export interface HostileCase extends Carriage {
  readonly id: HostileId
  readonly level: HostileLevel
  /** What is wrong with it. */
  readonly title: string
  /** Standards, CVEs and tools that name it. */
  readonly refs: readonly string[]
  readonly attackerNeeds: AttackerNeeds
  readonly token: string
  /** 'refusal', or 'pass' for the few spellings that a guard must understand. */
  readonly expects: 'refusal' | 'pass'
  /** Whether it has to come right after the good token, for a cache to show its fault. */
  readonly afterGood: boolean
}

/** How a case is made. Not made: undefined, where the good token leaves no room for it. */
export type Make = (good: Good) => string | Carried | undefined

/** A token with another carriage than the Authorization header with the scheme Bearer. */
export interface Carried extends Carriage {
  readonly token: string
}

/** A case before there is a token to make it from. */
export interface Definition {
  readonly id: HostileId
  readonly level: HostileLevel
  readonly title: string
  readonly refs: readonly string[]
  readonly needs: AttackerNeeds
  readonly make: Make
  /** The key type of the issuer that the case is about (any). */
  readonly kty?: 'RSA' | 'EC' | 'OKP'
  readonly expects?: 'pass'
  readonly afterGood?: true
}

/** What cases of one kind have in common. */
type Kind = Omit<Definition, 'id' | 'title' | 'make'>

/** Cases of one kind. */
export function family<Id extends HostileId>(
  kind: Kind,
  cases: Readonly<Record<Id, readonly [title: string, make: Make]>>,
): readonly Definition[] {
  return (Object.keys(cases) as Id[]).map((id) => {
    const [title, make] = cases[id]
    return { ...kind, id, title, make }
  })
}
