import type { Mark } from './marks.ts'
import { signs } from './marks.ts'

/**
 * 'rfc9068': the access token of that standard. 'jwt': the visible way out, for issuers that do not
 * follow the standard.
 */
export type ProfileName = 'rfc9068' | 'jwt'

/** A top-level claim by its name, or a claim inside others by the names that lead to it. */
export type ClaimPath = string | readonly string[]

/** What an access token of an issuer looks like, as data. */
export interface Profile {
  /** Media types that the header's `typ` may have, in any case, with or without `application/`. */
  readonly types: readonly string[]
  /** Whether `typ` may be missing. Default: false. */
  readonly untyped?: boolean
  /** The mark that the issuer gives its access tokens, and no other tokens. Default: none. */
  readonly accessToken?: Mark
  /**
   * Marks of other kinds of tokens, by the name of a claim or in full. Claims that name a kind
   * (`token_use`, `typ`, `tokenType`, `events`) are always looked at. Default: `nonce`, `at_hash`,
   * `c_hash` and `s_hash`, which hint at an ID token. These four do not count where `accessToken`
   * holds, where the header says `at+jwt`, or where the token is named an access token.
   */
  readonly refused?: readonly (string | Mark)[]
  /**
   * Claims that must be there, as strings that are not empty. `sub` always must, unless `subject`
   * is 'client'. Default: none.
   */
  readonly required?: readonly string[]
  /** Whether `iat` must be there. Default: false. */
  readonly issuedAt?: boolean
  /** The claim that names this API where `aud` is absent or an empty list. Default: 'aud'. */
  readonly audience?: 'aud' | 'client_id' | 'azp' | 'iss'
  /**
   * Audiences that say nothing of this API: an `aud` that names no other counts as absent. Default:
   * none.
   */
  readonly otherAudiences?: readonly string[]
  /**
   * 'client': where `sub` is absent or empty, the client is the subject, unless the token has a
   * sign of a person. Default: 'sub'.
   */
  readonly subject?: 'sub' | 'client'
  /**
   * What the subject of every token begins with, e.g. `spiffe://example.org/`; it ends in a slash.
   * A token without `iss` belongs to the one issuer that is listed with the prefix of its `sub`, as
   * a JWT-SVID does. Keys of such an issuer may have `use: 'jwt-svid'`. Default: none.
   */
  readonly subjectPrefix?: string
  /**
   * Claims that may name the client; the first that is there counts. Default: `client_id`, `azp`,
   * `cid`, `appid`.
   */
  readonly client?: readonly ClaimPath[]
  /** Claims that may hold the scopes; the first that is there counts. Default: `scope`, `scp`. */
  readonly scopes?: readonly ClaimPath[]
  /** Whether scopes may be an array of strings. Default: true. */
  readonly scopeArray?: boolean
  /** Claims that may hold the roles; the first that is there counts. Default: `roles`. */
  readonly roles?: readonly ClaimPath[]
  /**
   * Whether the roles of all these claims count, and not those of the first alone. Default: false.
   */
  readonly mergeRoles?: boolean
  /**
   * Claims that may hold the permissions; the first that is there counts. Where `scopes` names it as
   * well, the scopes of the token are its permissions. Default: `permissions`.
   */
  readonly permissions?: readonly ClaimPath[]
}

/** A profile, checked, copied and complete. */
export interface TokenProfile
  extends Required<Omit<Profile, 'accessToken' | 'refused' | 'subjectPrefix'>> {
  readonly accessToken: Mark | undefined
  readonly subjectPrefix: string | undefined
  readonly refused: readonly Mark[]
}

/** The marks that only hint at an ID token. */
export const signMarks: readonly Mark[] = signs.map((claim) => ({ claim }))

const jwt: TokenProfile = {
  types: ['jwt', 'at+jwt'],
  untyped: true,
  accessToken: undefined,
  refused: signMarks,
  required: ['sub'],
  issuedAt: false,
  audience: 'aud',
  otherAudiences: [],
  subject: 'sub',
  subjectPrefix: undefined,
  client: ['client_id', 'azp', 'cid', 'appid'],
  scopes: ['scope', 'scp'],
  scopeArray: true,
  roles: ['roles'],
  mergeRoles: false,
  permissions: ['permissions'],
}

export const profiles: Readonly<Record<ProfileName, TokenProfile>> = {
  rfc9068: {
    ...jwt,
    types: ['at+jwt'],
    untyped: false,
    refused: [],
    required: ['sub', 'client_id', 'jti'],
    issuedAt: true,
    client: ['client_id'],
    scopes: ['scope'],
    scopeArray: false,
    // RFC 9068 section 2.2.3.1.
    permissions: ['entitlements'],
  },
  jwt,
}
