import { wrongOption } from '../option-checks.ts'

/**
 * 'rfc9068': the access token of that standard. 'jwt': the visible way out, for issuers that do not
 * follow the standard.
 */
export type ProfileName = 'rfc9068' | 'jwt'

/** What an access token of an issuer looks like, as data. */
export interface Profile {
  /** Media types accepted in `typ`, without `application/` and in lower case. */
  readonly types: readonly string[]
  /** Whether `typ` may be missing. */
  readonly untyped: boolean
  /** Claims that must be there, as strings. */
  readonly required: readonly string[]
  /** Whether `iat` must be there. */
  readonly issuedAt: boolean
  /** Claims that only another kind of token has. */
  readonly refused: readonly string[]
  /** Claims that may name the client; the first that is there counts. */
  readonly client: readonly string[]
  /** Claims that may hold the scopes; the first that is there counts. */
  readonly scopes: readonly string[]
  /** Whether scopes may be an array of strings. */
  readonly scopeArray: boolean
}

export const profiles: Readonly<Record<ProfileName, Profile>> = {
  rfc9068: {
    types: ['at+jwt'],
    untyped: false,
    required: ['sub', 'client_id', 'jti'],
    issuedAt: true,
    refused: [],
    client: ['client_id'],
    scopes: ['scope'],
    scopeArray: false,
  },
  jwt: {
    types: ['jwt', 'at+jwt'],
    untyped: true,
    required: ['sub'],
    issuedAt: false,
    // Claims of ID tokens and logout tokens (OIDC Core section 2, Back-Channel Logout section 2.4),
    // whose `typ` may be JWT, too.
    refused: ['nonce', 'at_hash', 'c_hash', 's_hash', 'events'],
    client: ['client_id', 'azp', 'cid'],
    scopes: ['scope', 'scp'],
    scopeArray: true,
  },
}

export function resolveProfile(option: string, value: unknown): Profile {
  if (typeof value !== 'string' || !Object.hasOwn(profiles, value)) {
    wrongOption(option, `must be 'rfc9068' or 'jwt'`)
  }
  return profiles[value as ProfileName]
}
