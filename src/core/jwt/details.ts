import type { AuthError } from '../errors.ts'
import { InvalidTokenError } from '../errors.ts'

/** What checks have found beyond the reason of a refusal. Texts are the library's own words. */
export interface Details {
  readonly 'too-large': TooLarge
  /** What is wrong with the form of the token. */
  readonly malformed: string
  /** What the text was probably meant to be, or undefined if nothing tells. */
  readonly opaque: Mistaken | undefined
  readonly decryption: WrongEncryption
  /** Where the issuer is known, but the token was encrypted for another one. */
  readonly issuer: { readonly encryptedFor: string } | undefined
  readonly 'token-type': WrongKind
  readonly expired: WrongTime
  readonly 'not-yet-valid': WrongTime
  readonly 'issued-in-future': WrongTime
  readonly claims: WrongClaim | SchemaIssues
  /** What the token is bound to. */
  readonly 'sender-constraint': string
  /** Why the issuer could not be asked about the token. */
  readonly introspection: string
  /** Why the issuer gave no token in exchange. */
  readonly exchange: string
  /** The code by which the issuer refused to exchange the token; undefined elsewhere. */
  readonly inactive: TokenRefusal | undefined
  /** Why the issuer could not be asked who the user is. */
  readonly userinfo: string
  /** How the issuer resolver failed, if that is known. */
  readonly resolver: string | undefined
  /** What the status list says of the token, or what is wrong with its claim `status`. */
  readonly status: string
  /** By what it is known that the token is revoked; undefined: by the option `revocation`. */
  readonly revoked: 'status list' | undefined
  /**
   * The code or the name of the error by which the option `revocation` failed, if it has one, or why
   * there is no status list.
   */
  readonly revocation: string | undefined | { readonly statusList: string }
}

/** What is no token: a word that stands for no value, or a JWT with something around it. */
export type Mistaken = 'no value' | { readonly nearly: string }

/** Codes by which issuers say that they do not take a token in exchange. */
export type TokenRefusal = 'invalid_request' | 'invalid_grant'

export interface TooLarge {
  readonly part: 'token' | 'header'
  readonly length: number
  readonly limit: number
}

/**
 * What is wrong with the header of an encrypted token: its member of that name. 'failed': it cannot
 * be decrypted. 'crowded': too many others are being decrypted.
 */
export type DecryptionFault = 'kid' | 'alg' | 'enc' | 'zip' | 'cty' | 'epk' | 'failed' | 'crowded'

export interface WrongEncryption {
  readonly fault: DecryptionFault
  /** The values of `enc` that are allowed with the key that the token names. */
  readonly encryption?: readonly string[]
}

export interface WrongTime {
  /** Between the time that the claim states and now. */
  readonly seconds: number
  readonly clockTolerance: number
}

/** A claim that shows that a token is no access token, and how it shows that. */
export interface WrongKind {
  readonly claim: string
  readonly shows: 'another kind' | 'no mark' | 'no kind' | 'a sign' | 'a refused mark'
}

/** A claim by its name, or by the names that lead to it. */
export type Path = string | readonly string[]

/** The claim that is wrong: the first of these that is there; if none is, all are missing. */
export interface WrongClaim {
  readonly paths: readonly Path[]
  readonly expected: string
}

/** What the application's schema objects to. It quotes claims: only its paths may be shown. */
export interface SchemaIssues {
  readonly issues: unknown
}

/**
 * Details stand beside the error and not in it. An error may be logged or passed on by anybody, so
 * it tells nothing of the token; a hint for the developer may tell a little.
 */
const details = new WeakMap<object, unknown>()

/** Notes beside an error what was found, and gives the error. */
export function withDetail<R extends keyof Details, E extends AuthError>(
  error: E,
  _reason: R,
  detail: Details[R],
): E {
  details.set(error, detail)
  return error
}

/** A refusal of a token, with what was found. */
export function invalidToken<R extends keyof Details>(
  reason: R,
  detail: Details[R],
): InvalidTokenError {
  return withDetail(new InvalidTokenError(reason), reason, detail)
}

/** What was found when a token was refused for this reason. */
export function detailOf<R extends keyof Details>(error: AuthError, _reason: R): Details[R] {
  return details.get(error) as Details[R]
}

export function wrongClaim(paths: readonly Path[], expected: string): InvalidTokenError {
  return invalidToken('claims', { paths, expected })
}
