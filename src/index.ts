/**
 * The main entry. Each line here is a public promise, and `test/package/entries.test.ts` holds the list.
 */

export type { Algorithm } from './core/algorithms.ts'
export type { Auth, DeepReadonly, JWTPayload } from './core/auth.ts'
export type { Reason } from './core/errors.ts'
export {
  AuthError,
  InsufficientScopeError,
  InvalidRequestError,
  InvalidTokenError,
  MissingCredentialsError,
  UnavailableError,
} from './core/errors.ts'
export type { AuthEvent, KeyEvent } from './core/events.ts'
export type { IssuerOptions, IssuerResolver } from './core/issuer-options.ts'
export type { StandardSchema } from './core/jwt/claims-schema.ts'
export type { Mark } from './core/jwt/marks.ts'
export type { ClaimPath, Profile, ProfileName } from './core/jwt/profile.ts'
export type { KeyOptions, VerifierOptions } from './core/options.ts'
export type { FetchLike } from './core/remote/http-json.ts'
export type { IssuerHealth, Verifier } from './core/verifier.ts'
export { createVerifier } from './core/verifier.ts'
