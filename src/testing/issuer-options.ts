import type { PublicKeyAlgorithm } from '../core/algorithms.ts'
import type { Claims } from './claims.ts'
import type { KeyOrigin } from './key-source.ts'
import type { IssuerShape } from './shapes/shapes.ts'

/** Options of `createTestIssuer`. */
export interface TestIssuerOptions {
  /**
   * Whose tokens, metadata and keys are imitated: the name of a function of `tollgate/issuers`. What
   * `trust()` gives then has that preset. Default: none, and the tokens follow RFC 9068.
   */
  shape?: IssuerShape
  /**
   * The issuer identifier: the `iss` of every token ('https://issuer.test', which never resolves).
   * With a shape, it must be one that such an issuer could have, and its default is one.
   */
  url?: string
  /**
   * The `aud` of every token ('https://api.test'). With a shape, it is what names this API in the
   * tokens of that issuer, e.g. the client of `cognito`.
   */
  audience?: string | readonly string[]
  /**
   * The algorithm of the first key. Default: 'ES256'. With a shape and without `keys`, it is that of
   * the issuer, which is mostly 'RS256'.
   */
  alg?: PublicKeyAlgorithm
  /**
   * Where the keys come from. Default: 'random'.
   *
   * - 'random': new keys in every process.
   * - `{ seed }`: P-256 or Ed25519 keys that are the same in every process.
   * - a list of private JWKs: all of them are published, and the first one signs.
   */
  keys?: KeyOrigin
  /** Claims of every token. Those that `mint()` is given replace them. Default: none. */
  claims?: Claims
  /** Seconds from `iat` to `exp`. Default: 300. */
  expiresIn?: number
  /**
   * Members that replace those of the discovery documents. `undefined` removes a member. Default:
   * none.
   */
  metadata?: Readonly<Record<string, unknown>>
  /**
   * The base of the clock, in milliseconds since the epoch (`Date.now`, looked up at each call).
   */
  now?: () => number
  /**
   * Whether the same calls give the same tokens, byte for byte, in every process: for snapshots. The
   * keys come from a seed and sign EdDSA, the clock stands still at the beginning of 2030, and `jti`
   * is 'jti-1', 'jti-2', … again after `reset()`. `keys`, `alg` and `now` may be given all the same.
   * ES* and PS* are refused, because their signatures hold random numbers. Everyone knows the keys.
   * Default: false.
   */
  deterministic?: boolean
}

export const knownIssuerOptions: Readonly<Record<keyof TestIssuerOptions, true>> = {
  url: true,
  audience: true,
  alg: true,
  keys: true,
  claims: true,
  expiresIn: true,
  metadata: true,
  now: true,
  deterministic: true,
  shape: true,
}

/** Options that somebody may look for under the name of their claim. */
export const issuerOptionsElsewhere: Readonly<Record<string, string>> = {
  iss: "the option is named 'url'",
  aud: "the option is named 'audience'",
}
