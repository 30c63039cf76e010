import type { Claims } from './claims.ts'
import { halfHash } from './half-hash.ts'
import type { MintDefaults } from './mint.ts'
import type { MintStatement, StatementOptions } from './statement.ts'

/** How an ID token is made. */
export interface IdTokenMintOptions extends StatementOptions {
  /**
   * The access token that it is issued with: its hash becomes the claim `at_hash` (OpenID Connect
   * Core section 3.1.3.6). Default: none, and no `at_hash`.
   */
  accessToken?: string
}

export type MintIdToken = (claims?: Claims, options?: IdTokenMintOptions) => string

/**
 * Makes the ID tokens of an issuer, as its shape has them, but for `nonce` and `at_hash`, which
 * follow from what the client has sent and got.
 */
export function createMintIdToken(
  mintStatement: MintStatement,
  { model: { idToken }, expiresIn }: Pick<MintDefaults, 'model' | 'expiresIn'>,
): MintIdToken {
  return (claims, { accessToken, ...options } = {}) =>
    mintStatement(
      {
        call: 'issuer.idToken',
        example: "issuer.idToken({ sub: 'ada', nonce }, { accessToken })",
        typ: idToken.typ,
        expiresIn,
        claims({ alg, ...occasion }) {
          const atHash = accessToken && halfHash(accessToken, alg)
          const stated = idToken.claims({ ...occasion, atHash: atHash ?? '' })
          return { ...stated, nonce: undefined, at_hash: atHash }
        },
      },
      claims,
      options,
    )
}
