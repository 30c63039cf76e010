/**
 * What users of every entry meet: the types of options and of what a verifier gives, and the errors. The main entry and each
 * adapter export all of it, so that an application needs no second import. Each line here is a public promise, and
 * `test/package/entries.test.ts` holds the list.
 */

export type { Algorithm, PublicKeyAlgorithm } from './algorithms.ts'
export type { Actor, Auth, DeepReadonly, JWTPayload } from './auth.ts'
export type { ClientOptions } from './client/client-options.ts'
export type { ProblemDetails, Reason } from './errors.ts'
export {
  AuthError,
  InsufficientScopeError,
  InvalidRequestError,
  InvalidTokenError,
  MissingCredentialsError,
  UnavailableError,
} from './errors.ts'
export type { AuthEvent, KeyEvent } from './events.ts'
export type { ExchangeOptions } from './exchange/exchange-options.ts'
export type { ExchangedToken } from './exchange/exchanged-token.ts'
export type { Explanation } from './explain.ts'
export type { IssuerHealth } from './health.ts'
export type { IdToken, IdTokenClaims } from './identity/id-token.ts'
export type { IdTokenOptions } from './identity/id-token-options.ts'
export type { UserInfo } from './identity/user-info.ts'
export type {
  IntrospectionCacheOptions,
  IntrospectionOptions,
} from './introspection/introspection-options.ts'
export type { IssuerOptions, IssuerResolver } from './issuer-options.ts'
export type { StandardSchema } from './jwt/claims-schema.ts'
export type { DecryptionOptions } from './jwt/decryption-options.ts'
export type { Mark } from './jwt/marks.ts'
export type { ClaimPath, Profile, ProfileName } from './jwt/profile.ts'
export type { KeyOptions } from './key-options.ts'
export type { VerifierOptions } from './options.ts'
export type { FetchLike } from './remote/http.ts'
export type { Revocation, RevocationStore } from './revocation.ts'
export type { Verifier } from './verifier.ts'
