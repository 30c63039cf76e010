import type { IssuerOptions, PublicKeyAlgorithm } from '../../index.ts'
import type { Claims } from '../claims.ts'

/** What the issuers of one kind publish and issue. */
export interface Shape<Part extends string = string> {
  /** The issuer, unless the option `url` names another one: the `iss` of its tokens. */
  readonly url: string
  /** What the `iss` of such an issuer looks like. Its named groups are the parts. */
  readonly form: RegExp
  /** How tokens name the API, unless the option `audience` says it ('https://api.test'). */
  audience?(place: Pick<Place<Part>, 'url' | 'parts'>): string
  /** The algorithm of the first key. Default: RS256. */
  readonly alg?: PublicKeyAlgorithm
  at(place: Place<Part>): PartialModel
}

/** Which issuer of its kind is meant, and for which API its tokens are. */
export interface Place<Part extends string = string> {
  readonly url: string
  readonly audience: string | readonly string[]
  /** What the groups of `form` found in the URL: undefined for one that found nothing. */
  readonly parts: Readonly<Record<Part, string>>
}

/** One issuer: what verifiers need to know of it, what it publishes, and what it issues. */
export interface IssuerModel {
  /** The option `issuer` of a verifier that trusts it. */
  readonly issuer: string | IssuerOptions
  readonly keysAt: string
  /** What each published key says beside its numbers. `undefined` removes a member. */
  readonly keyMembers?: Readonly<Record<string, unknown>>
  /** Where the metadata is, and what it says that is not the same for every issuer. */
  readonly metadata?: {
    readonly at: string | readonly string[]
    readonly says: Readonly<Record<string, unknown>>
  }
  /** The access token of a person, or what takes its place. */
  readonly person?: AccessToken
  /** The access token of a machine. */
  readonly machine?: AccessToken
  readonly idToken: OtherToken
  /** The refresh token. A text is one that is no JWT. */
  readonly refreshToken: OtherToken | string
  /** The logout token (OpenID Connect Back-Channel Logout 1.0 section 2.4). */
  readonly logoutToken: OtherToken
}

type General = 'idToken' | 'refreshToken' | 'logoutToken'

/** A model that leaves out tokens that are as those of any issuer. */
export type PartialModel = Omit<IssuerModel, General> & Partial<Pick<IssuerModel, General>>

/** When and for whom a token is made. */
export interface Occasion {
  /** Seconds since the epoch. */
  readonly iat: number
  /** A UUID that no other token has. */
  readonly id: string
  /** The claims that replace those of the shape, for claims that follow from others. */
  readonly given: Claims
}

/** A token as the issuer makes it, beside `iss`, `iat` and `exp`. */
export interface AccessToken {
  /** The `typ` of the header. Default: none. */
  readonly typ?: string
  claims(occasion: Occasion): Claims
}

/** A token that the issuer makes beside an access token, and that no API may accept. */
export interface OtherToken {
  readonly typ?: string
  claims(occasion: SignIn): Claims
}

export interface SignIn extends Pick<Occasion, 'iat' | 'id'> {
  /** The claims of the access token of the same sign-in. */
  readonly access: Claims
  /** What an ID token says of that access token (OpenID Connect Core section 3.1.3.6). */
  readonly atHash: string
}
